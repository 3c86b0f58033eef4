"""`bot.py restore FILE`: a backup in the database's place, and nothing sent a second time.

What waited when the backup was made may have been sent since. So everything that waits or is due
is given up, once, and every schedule goes on with its next slot: a digest may be missed, never
repeated.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from delivery.preparing import planned
from operations.assembly import Clock, utc_now
from operations.settings import Settings, SettingsError
from storage.database import Database
from storage.restoring import give_up_waiting
from storage.schedules import AT_ONCE, Schedules
from storage.sqlite import create_private, file_of


async def restore(settings: Settings, backup: Path, clock: Clock = utc_now) -> None:
    """Put a backup in the database's place; the bot must not be running.

    Raises:
        SettingsError: there is no such backup, or it is not a whole database.
        OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
    """
    _copy(backup, file_of(settings.database_url))
    database = await Database.open(settings.database_url)
    try:
        while await Schedules(database).plan(clock(), planned) == AT_ONCE:
            pass
        await give_up_waiting(database, clock())
    finally:
        await database.close()


def _copy(backup: Path, to: Path) -> None:
    """Copy a database, which may be in use and have side files, as one."""
    if not backup.is_file():
        raise SettingsError(f"{backup} is not usable: there is no such file.")
    create_private(to)
    try:
        with closing(sqlite3.connect(backup)) as source, closing(sqlite3.connect(to)) as target:
            if source.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise SettingsError(f"{backup} is not usable: it is damaged.")
            source.backup(target)
    except sqlite3.DatabaseError as error:
        raise SettingsError(f"{backup} is not usable: {error}.") from None
