"""`bot.py receipts`: writes stored receipts, the input of `python -m scoring`."""

from typing import TextIO

from operations.settings import StorageSettings
from storage.accounts.readings import Readings
from storage.engine.database import Database


async def write(settings: StorageSettings, out: TextIO) -> None:
    """Write the newest receipt of every account, one per line; the database is only read.

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
