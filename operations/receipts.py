"""`bot.py receipts`: what is stored, as `python -m scoring` reads it."""

from typing import TextIO

from operations.settings import StorageSettings
from storage.database import Database
from storage.readings import Readings


async def write(settings: StorageSettings, out: TextIO) -> None:
    """Write the newest receipt of every account, one a line; the database is only read.

    Raises:
        OSError, sqlalchemy.exc.SQLAlchemyError: there is no database, or it cannot be read.
    """
    database = Database.look(settings.database_url)
    try:
        async for receipt in Readings(database).receipts():
            out.write(receipt + "\n")
        out.flush()
    finally:
        await database.close()
