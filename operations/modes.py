"""The modes of `bot.py MODE`, except the demo."""

import asyncio
import os
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from operations import process
from operations.maintenance import cost_plan, judgement_dump, network_check, receipt_dump
from operations.maintenance.restore import refuse_while_it_sends, restore
from operations.observability import logs
from operations.settings import Settings, SettingsError, StorageSettings, load
from storage.engine import poolers, postgresql
from storage.engine.database import Database, StorageError
from storage.engine.poolers import PoolerError
from storage.maintenance.backups import BackupError, back_up
from storage.maintenance.copying import NotEmptyError, copy

_FAILED: Final[Mapping[str, str]] = {
    "check-networks": "The check failed",
    "receipts": "The receipts cannot be read",
    "judgements": "The judgements cannot be read",
    "migrate": "The database cannot be brought up to date",
    "backup": "The database cannot be backed up",
    "restore": "The backup cannot be restored",
    "copy": "The database cannot be copied",
}


def attempt(mode: str, work: Callable[[], None]) -> int:
    """Run a mode's work; an error becomes one sentence and an exit code."""
    try:
        work()
    except SettingsError as error:
        _complain(str(error))
        return 2
    except PoolerError as error:
        _complain(f"DATABASE_URL is not usable: {error}.")
        return 2
    except BrokenPipeError:  # the reader of the pipe is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, SQLAlchemyError, StorageError, sqlite3.Error) as error:
        failed = _FAILED.get(mode, "The bot cannot start")
        _complain(f"{failed}: {getattr(error, 'orig', None) or error}")
        return 1
    return 0


def run(given: Namespace) -> None:
    """Run the mode that the arguments name, and print its result.

    Raises:
        SettingsError: a setting or an argument is bad.
        storage.engine.database.StorageError: the work is refused; the message says why.
        OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
    """
    match given.mode:
        case "run":
            _run()
        case "plan":
            _say(cost_plan.table(given.handles, given.every))
        case "check-networks":
            _check_networks()
        case "receipts":
            asyncio.run(receipt_dump.write(load(StorageSettings), sys.stdout))
        case "judgements":
            settings = load(StorageSettings)
            asyncio.run(judgement_dump.write(settings, sys.stdout, facts_only=given.facts_only))
        case _:
            try:
                _keep(given)
            except (BackupError, NotEmptyError) as error:
                raise SettingsError(str(error)) from None


def _run() -> None:
    settings = load(Settings)
    logs.configure(settings.log_level, settings.secrets, settings.log_format)
    asyncio.run(process.run(settings))


def _check_networks() -> None:
    lines, answered = asyncio.run(network_check.check(load(Settings)))
    for line in lines:
        _say(line)
    if not answered:
        raise OSError("not every network answered")


def _keep(given: Namespace) -> None:
    """Run a mode that maintains the database as a whole."""
    if given.mode == "copy":
        source, target = (
            load(StorageSettings, database_url=url).database_url for url in given.urls
        )
        rows = asyncio.run(copy(source, target))
        _say(f"{rows:,} {'row was' if rows == 1 else 'rows were'} copied.")
        return
    url = load(StorageSettings).database_url
    if given.mode in {"backup", "restore"} and url.startswith("postgresql"):
        asyncio.run(poolers.refuse(url, postgresql.connect))
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
    print(text)  # noqa: T201 - for the operator


def _complain(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - the one sentence that an operator reads
