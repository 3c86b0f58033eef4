"""`bot.py restore FILE`: a backup in the database's place, and nothing sent a second time.

What waited when the backup was made may have been sent since. So everything that waits or is due
is given up, once, and every schedule goes on with its next slot: a digest may be missed, never
repeated.
"""

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from delivery.preparing import planned
from operations.assembly import Clock, utc_now
from storage.backups import put_back
from storage.control import TERM, Control
from storage.database import Database, StorageError
from storage.restoring import give_up_waiting
from storage.schedules import AT_ONCE, Schedules


async def refuse_while_it_sends(database_url: str, clock: Clock = utc_now) -> None:
    """A bot that goes on under a restore may send once more what it had in hand.

    Raises:
        storage.database.StorageError: one sends with this database, or did a moment ago.
    """
    try:
        database = Database.look(database_url)
    except FileNotFoundError:
        return
    try:
        seen = await Control(database).seen_at()
    except SQLAlchemyError:  # no tables, or damaged: hence the restore
        return
    finally:
        await database.close()
    if seen and seen <= clock() < seen + TERM:
        raise StorageError(
            "a bot is running on it. Stop all its processes first; after a crash wait"
            f" {TERM.seconds} seconds."
        )


async def restore(database_url: str, backup: Path, clock: Clock = utc_now) -> None:
    """Put a backup in the database's place; the bot must not be running.

    Raises:
        storage.backups.BackupError: there is no such backup, or it is not a whole one.
        storage.database.StorageError: PostgreSQL's tools are missing, or say what is wrong.
        OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
    """
    put_back(database_url, backup)
    database = await Database.open(database_url)
    try:
        while await Schedules(database).plan(clock(), planned) == AT_ONCE:
            pass
        await give_up_waiting(database, clock())
    finally:
        await database.close()
