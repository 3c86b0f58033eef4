"""A PgBouncer of one's own, in front of a PostgreSQL server, for as long as it is needed."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

Mode = Literal["session", "transaction", "statement"]

_ACCOUNT: Final = "postgres"
"""PgBouncer refuses to run as root, too."""


class NoPgBouncerError(Exception):
    """There is no PgBouncer on this machine."""


def program() -> str:
    """Where it is.

    Raises:
        NoPgBouncerError: nowhere.
    """
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise NoPgBouncerError("no PgBouncer on this machine (Debian: apt-get install pgbouncer)")
    return found


@contextmanager
def pgbouncer(database_url: str, mode: Mode, *, pool_size: int = 20) -> Iterator[str]:
    """The address of the same database behind a PgBouncer with its own defaults."""
    path, address = program(), urlsplit(database_url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "users.txt").write_text(f'"{address.username}" "{address.password}"\n')
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={address.hostname} port={address.port}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = plain\nauth_file = {folder}/users.txt\npool_mode = {mode}\n"
            f"default_pool_size = {pool_size}\nmax_client_conn = 200\nlogfile = {folder}/log\n"
        )
        how: dict[str, Any] = {}
        if os.geteuid() == 0:
            how = {"user": _ACCOUNT, "group": _ACCOUNT, "extra_groups": []}
            for file in (folder, *folder.iterdir()):
                shutil.chown(file, _ACCOUNT, _ACCOUNT)
        with subprocess.Popen(
            [path, str(folder / "pgbouncer.ini")],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **how,
        ) as process:
            try:
                _wait(process, port)
                yield address._replace(netloc=_behind(address.netloc, port)).geturl()
            finally:
                process.kill()


def _behind(netloc: str, port: int) -> str:
    return f"{netloc.rpartition('@')[0]}@127.0.0.1:{port}"


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"PgBouncer ended with {process.returncode}")
