"""Backs up a database into one file, and restores it, with SQLite or PostgreSQL's own tools."""

import os
import re
import sqlite3
import subprocess
import tempfile
from contextlib import closing, suppress
from itertools import takewhile
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from storage.engine.database import StorageError, known
from storage.engine.sqlite import create_private, file_of

_EMPTY: Final = """
SET lock_timeout = '10s';
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE format('DROP TABLE %I CASCADE', name);
  END LOOP;
END $$;
"""
"""Drops what a later migration added, too: the backup does not contain it."""


class BackupError(Exception):
    """The file is no usable backup; the message is one sentence."""


def back_up(url: str, to: Path) -> None:
    """Write everything into a file that only its owner can read, replacing an existing one.

    The file appears under its name once it is complete and on the disk. The bot may be running.

    Raises:
        BackupError: the file is the database itself.
        StorageError: PostgreSQL's tools are missing, or report an error.
        OSError, sqlite3.Error: something cannot be read or written.
    """
    # under a name that no other user can have created before, readable by its owner only
    descriptor, name = tempfile.mkstemp(prefix=f".{to.name}.", dir=to.parent)
    os.close(descriptor)
    new = Path(name)
    try:
        if url.startswith("postgresql"):
            _run("pg_dump", url, "--format=custom", "--no-owner", "--no-acl", f"--file={new}")
        else:
            _vacuum(file_of(url), new, to)
        _flush(new)
        new.replace(to)
        _flush(to.parent)
    finally:
        new.unlink(missing_ok=True)


def put_back(url: str, backup: Path) -> None:
    """Restore a backup in the database's place: all of it or, after any error, nothing.

    Raises:
        BackupError: there is no such backup, or it is incomplete.
        StorageError: PostgreSQL's tools are missing, or report an error.
        OSError, sqlite3.Error: something cannot be read or written.
    """
    if not backup.is_file():
        raise BackupError(f"{backup} is not usable: there is no such file.")
    if url.startswith("postgresql"):
        _put_back_dump(url, backup)
    else:
        _put_back_file(file_of(url), backup)


def _vacuum(database: Path, new: Path, to: Path) -> None:
    own = (database.with_name(database.name + end) for end in ("", "-wal", "-shm"))
    if any(file.exists() and to.exists() and to.samefile(file) for file in own):
        raise BackupError(f"{to} is not usable: it is the database itself.")
    uri = f"{database.absolute().as_uri()}?mode=rw"
    if not database.is_file():
        raise FileNotFoundError(f"there is no file {database}")
    with closing(sqlite3.connect(uri, uri=True, timeout=60)) as source:
        source.execute("VACUUM INTO ?", (str(new),))
    if not _whole(new):
        raise StorageError("the database is damaged: its copy is not whole")


def _whole(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as copy:
        return bool(copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)])


def _put_back_file(database: Path, backup: Path) -> None:
    """Copy a database consistently; it may be in use and have side files."""
    try:
        if not _whole(backup):
            raise BackupError(f"{backup} is not usable: it is damaged.")
        with closing(sqlite3.connect(backup)) as source:
            _check(backup, [at for (at,) in source.execute("SELECT * FROM alembic_version")])
            create_private(database)
            with closing(sqlite3.connect(database)) as to:
                source.backup(to)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{backup} is not usable: {error}.") from None


def _check(backup: Path, revisions: list[str]) -> None:
    """Refuse a backup that could not be used once it had replaced everything."""
    if not revisions:
        raise BackupError(f"{backup} is not usable: it is no database of the bot.")
    if not known(revisions[0]):
        at = f"it is at revision {revisions[0]}, which only a newer version of the bot knows"
        raise BackupError(f"{backup} is not usable: {at}.")


def _put_back_dump(url: str, backup: Path) -> None:
    """Restore a dump; the whole archive is read first, since half of one must not be committed."""
    with tempfile.TemporaryDirectory() as folder:  # readable by its owner only
        script = Path(folder) / "script.sql"
        try:
            _run("pg_restore", url, "--no-owner", "--no-acl", f"--file={script}", str(backup))
        except _ToolError as error:
            raise BackupError(f"{backup} is not usable: {error}.") from None
        _check(backup, _revisions(script))
        quietly = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
        _run("psql", url, *quietly, "--single-transaction", "-c", _EMPTY, "-f", str(script))


def _revisions(script: Path) -> list[str]:
    """Return the rows of `alembic_version`, up to the line that ends them."""
    with script.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if re.match(r"COPY (\S+\.)?alembic_version ", line):
                rows = (row.strip() for row in lines)
                return list(takewhile(lambda row: row != "\\.", rows))
    return []


class _ToolError(StorageError):
    """The error output of one of PostgreSQL's tools."""


def _run(tool: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools; the address and password are passed in its environment."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no untrusted arguments
            [tool, *arguments],
            env=os.environ | _environment(url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise StorageError(
            f"{tool} is not on this machine (Debian: apt-get install postgresql-client)"
        ) from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"{tool} ended with {done.returncode}"]
        raise _ToolError(said[0])


def _environment(url: str) -> dict[str, str]:
    address = make_url(url)
    given = {
        "PGHOST": address.host or address.query.get("host"),
        "PGPORT": address.port and str(address.port),
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
        "PGSSLMODE": address.query.get("ssl"),
    }
    return {name: str(value) for name, value in given.items() if value}


def _flush(path: Path) -> None:
    """Flush a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every file system supports this for a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
