"""What `bot.py MODE` does, for each mode but the demo."""

import asyncio
import os
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from operations import logs, planning, process, receipts
from operations.restoring import refuse_while_it_sends, restore
from operations.settings import Settings, SettingsError, StorageSettings, load
from storage.backups import BackupError, back_up
from storage.copying import NotEmptyError, copy
from storage.database import Database, StorageError

_FAILED: Final[Mapping[str, str]] = {
    "receipts": "The receipts cannot be read",
    "migrate": "The database cannot be brought up to date",
    "backup": "The database cannot be backed up",
    "restore": "The backup cannot be restored",
    "copy": "The database cannot be copied",
}


def attempt(mode: str, work: Callable[[], None]) -> int:
    """Do the work of a mode; whatever goes wrong is one sentence and an exit code."""
    try:
        work()
    except SettingsError as error:
        _complain(str(error))
        return 2
    except BrokenPipeError:  # whoever was reading has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, SQLAlchemyError, StorageError, sqlite3.Error) as error:
        failed = _FAILED.get(mode, "The bot cannot start")
        _complain(f"{failed}: {getattr(error, 'orig', None) or error}")
        return 1
    return 0


def run(given: Namespace) -> None:
    """Do it, and say what came of it.

    Raises:
        SettingsError: a setting or an argument is bad.
        storage.database.StorageError: something is in the way, as its one sentence says.
        OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
    """
    match given.mode:
        case "run":
            settings = load(Settings)
            logs.configure(settings.log_level, settings.secrets, settings.log_format)
            asyncio.run(process.run(settings))
        case "plan":
            _say(planning.table(given.handles, given.every))
        case "receipts":
            asyncio.run(receipts.write(load(StorageSettings), sys.stdout))
        case _:
            try:
                _keep(given)
            except (BackupError, NotEmptyError) as error:
                raise SettingsError(str(error)) from None


def _keep(given: Namespace) -> None:
    """The modes that look after the database as a whole."""
    if given.mode == "copy":
        source, target = (
            load(StorageSettings, database_url=url).database_url for url in given.urls
        )
        _say(f"{asyncio.run(copy(source, target)):,} rows were copied.")
        return
    url = load(StorageSettings).database_url
    if given.mode == "backup":
        back_up(url, given.file)
        _say(f"Everything is in {given.file}.")
    elif given.mode == "restore":
        asyncio.run(refuse_while_it_sends(url))
        asyncio.run(restore(url, given.file))
        _say("The backup is in place; nothing that waited in it will be sent.")
    else:
        _say(f"The database is at revision {asyncio.run(_migrate(url))}.")


async def _migrate(url: str) -> str | None:
    database = await Database.open(url)
    try:
        return await database.revision()
    finally:
        await database.close()


def _say(text: str) -> None:
    print(text)  # noqa: T201 - for who asked


def _complain(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - the one sentence that an operator reads
