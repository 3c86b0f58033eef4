"""What `bot.py MODE` does, for each mode but the demo."""

import asyncio
import sys
from argparse import Namespace

from operations import logs, planning, process, receipts
from operations.restoring import restore
from operations.settings import Settings, SettingsError, StorageSettings, load
from storage.backups import BackupError, back_up
from storage.copying import NotEmptyError, copy
from storage.database import Database


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
            logs.configure(settings.log_level, settings.secrets)
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
