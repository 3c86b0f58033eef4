"""A PostgreSQL of one's own: a server that lives as long as it is needed, and databases on it.

`python -m tests.support.postgresql COMMAND…` runs a command with `TEST_DATABASE_URL` set to a new
server, and ends the server with it.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import asyncpg

_DEBIAN: Final = Path("/usr/lib/postgresql")
_ACCOUNT: Final = "postgres"
"""PostgreSQL refuses to run as root; this is the account that its package makes."""

_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    # what a test writes need survive no power cut
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",  # no database here lives long enough to need it
    "jit": "off",
}


class NoPostgreSQLError(Exception):
    """There is no PostgreSQL on this machine."""


def programs() -> Path:
    """Where the newest `initdb`, `pg_ctl` … are.

    Raises:
        NoPostgreSQLError: nowhere.
    """
    found = [path.parent for path in _DEBIAN.glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise NoPostgreSQLError("no PostgreSQL on this machine (Debian: apt-get install postgresql)")


class Server:
    """A server on a port of its own, open to a client that knows its password.

    Args:
        folder: empty; everything is in it.
        settings: of `postgresql.conf`, instead of those that make tests quick.
    """

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        self._programs = programs()
        self._folder = folder
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(folder, _ACCOUNT, _ACCOUNT)
            self._as = {"user": _ACCOUNT, "group": _ACCOUNT, "extra_groups": []}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self._password = secrets.token_hex(16)
        (folder / "password").write_text(self._password)
        data = ["--pgdata", str(folder / "data"), "--username=klout", "--encoding=UTF8"]
        auth = ["--auth=password", f"--pwfile={folder / 'password'}", "--no-sync"]
        self._run("initdb", *data, *auth, "--locale=C.UTF-8")
        chosen = _SETTINGS | (settings or {}) | {"unix_socket_directories": str(folder)}
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in chosen.items())

    def url(self, database: str = "postgres") -> str:
        """Where one of its databases is."""
        return f"postgresql://klout:{self._password}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        log = str(self._folder / "log")
        self._control("start", "--wait", "--log", log, "--options", f"-p {self._port}")

    def stop(self, mode: str = "fast") -> None:
        """End it: `fast` breaks every connection; `immediate` is a crash."""
        self._control("stop", "--wait", "--mode", mode)

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "--pgdata", str(self._folder / "data"), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        result = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **self._as,
        )
        if result.returncode:
            raise RuntimeError(f"{program}: {result.stderr}")


@contextmanager
def server(settings: dict[str, str] | None = None) -> Iterator[Server]:
    """A server that runs until it is no longer needed.

    Raises:
        NoPostgreSQLError: there is none on this machine.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        new = Server(Path(folder), settings)
        new.start()
        try:
            yield new
        finally:
            new.stop("immediate")


@asynccontextmanager
async def new_database(
    server_url: str, name: str, template: str = "template0", locale: str = ""
) -> AsyncIterator[str]:
    """The address of a new database, a copy of another; dropped at the end even if it is in use.

    Args:
        locale: of ICU, by which text is ordered; empty for the template's.
    """
    order = f" LOCALE_PROVIDER icu ICU_LOCALE '{locale}'" if locale else ""
    await _execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"{order}')
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        await _execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _execute(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def main(command: list[str]) -> int:
    """Run a command beside a new server; its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and the server ends, too
    try:
        with server() as running:
            environment = {**os.environ, "TEST_DATABASE_URL": running.url()}
            return subprocess.run(command, env=environment, check=False).returncode
    except NoPostgreSQLError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
