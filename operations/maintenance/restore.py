"""`bot.py restore FILE`: replaces the database by a backup, without sending anything twice.

Messages that waited when the backup was made may have been sent since (at-most-once). All that
waits or is due is given up once, and every schedule goes on with its next slot: a digest may be
missed, never repeated.
"""

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from delivery.plan_digests import DigestPlanner
from operations.assembly import Clock, utc_now
from storage.engine.database import Database, StorageError
from storage.maintenance.backups import put_back
from storage.maintenance.given_up import give_up_waiting
from storage.queues.leader import TERM, LeaderLease
from storage.stores import Stores


async def refuse_while_it_sends(database_url: str, clock: Clock = utc_now) -> None:
    """Refuse a restore under a running bot, which could send a message again.

    Raises:
        storage.engine.database.StorageError: a bot sends with this database, or did a moment ago.
    """
    try:
        database = Database.look(database_url)
    except FileNotFoundError:
        return
    try:
        seen = await LeaderLease(database).seen_at()
    except SQLAlchemyError:  # no tables, or damaged: a restore is needed
        return
    finally:
        await database.close()
    if seen and seen <= clock() < seen + TERM:
        raise StorageError(
            "a bot is running on it. Stop all its processes first; after a crash wait"
            f" {TERM.seconds} seconds."
        )


async def restore(database_url: str, backup: Path, clock: Clock = utc_now) -> None:
    """Replace the database by a backup; the bot must not be running.

    Raises:
        storage.maintenance.backups.BackupError: there is no such backup, or it is incomplete.
        storage.engine.database.StorageError: PostgreSQL's tools are missing, or report an error.
        OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
    """
    put_back(database_url, backup)
    database = await Database.open(database_url)
    try:
        stores = Stores(database, clock, "restore")
        await DigestPlanner(stores, clock).plan()
        await give_up_waiting(stores)
    finally:
        await database.close()
