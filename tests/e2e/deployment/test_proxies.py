"""The proxies' files in `deploy/`, under the proxies themselves: no log of theirs has the secret.

What is adapted is where they listen, where the workers are, and where the files lie.
"""

import asyncio
import re
import shutil
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.e2e.conftest import ROOT
from tests.e2e.process.test_webhook import HEADER, free_port

PATH: Final = "0123456789abcdef" * 4
SECRET: Final = "a-secret-of-the-tests-0123456789-abcdefgh"
WORKERS: Final = 2

Worker = Callable[[StreamReader, StreamWriter], Awaitable[None]]


def _installed(name: str) -> str:
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


@dataclass
class Proxy:
    """A proxy that runs, and the workers' ports, on which no worker listens yet."""

    url: str
    ports: list[int]
    folder: Path

    def logs(self) -> str:
        """All that it has written, into any file."""
        files = [file for file in self.folder.rglob("*") if file.suffix in {".log", ".out"}]
        return "\n".join(file.read_text(errors="replace") for file in files)


@asynccontextmanager
async def _running(folder: Path, port: int, *command: str, **env: str) -> AsyncIterator[Process]:
    """A proxy in the foreground; it listens once this is entered."""
    with (folder / "process.out").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, stdout=output, stderr=output, env={"HOME": str(folder), **env}
        )
    try:
        async with asyncio.timeout(30):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    await writer.wait_closed()
                    break
        assert process.returncode is None, (folder / "process.out").read_text()
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _certificate(folder: Path) -> None:
    made = await asyncio.create_subprocess_exec(
        *(_installed("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
        *("-subj", "/CN=127.0.0.1", "-keyout", "privkey.pem", "-out", "fullchain.pem"),
        cwd=folder,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await made.wait() == 0


@asynccontextmanager
async def _nginx(folder: Path) -> AsyncIterator[Proxy]:
    program, port = _installed("nginx"), free_port()
    ports = [free_port() for _ in range(WORKERS)]
    await _certificate(folder)
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    for old, new in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("127.0.0.1:8081", f"127.0.0.1:{ports[0]}"),
        ("127.0.0.1:8082", f"127.0.0.1:{ports[1]}"),
        ("/etc/letsencrypt/live/bot.example.org/", f"{folder}/"),
        ("/var/log/nginx/", f"{folder}/"),
        ("proxy_read_timeout 20s", "proxy_read_timeout 1s"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "klout.conf").write_text(text)
    temporary = " ".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/main.log info;"
        f" events {{}} http {{ access_log {folder}/access.log; {temporary}"
        f" include {folder}/klout.conf; }}"
    )
    config = str(folder / "nginx.conf")
    async with _running(folder, port, program, "-c", config, "-e", f"{folder}/early.log"):
        yield Proxy(f"https://127.0.0.1:{port}", ports, folder)


@asynccontextmanager
async def _caddy(folder: Path) -> AsyncIterator[Proxy]:
    program, port = _installed("caddy"), free_port()
    ports = [free_port() for _ in range(WORKERS)]
    text = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    workers = " ".join(f"127.0.0.1:{one}" for one in ports)
    for old, new in (
        ("dynamic a worker 8080", f"to {workers}"),  # as docs/operating.md says
        ("lb_try_duration 5s", "lb_try_duration 1s"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "Caddyfile").write_text(text)
    environment = {
        "DOMAIN": f"http://127.0.0.1:{port}",
        "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    command = (program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile")
    async with _running(folder, port, *command, **environment):
        yield Proxy(f"http://127.0.0.1:{port}", ports, folder)


PROXIES: Final = {"nginx": _nginx, "caddy": _caddy}


@pytest.fixture(params=PROXIES)
async def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Proxy]:
    async with PROXIES[request.param](tmp_path) as running:
        yield running


@asynccontextmanager
async def _workers(proxy: Proxy, worker: Worker) -> AsyncIterator[None]:
    servers = [await asyncio.start_server(worker, "127.0.0.1", port) for port in proxy.ports]
    yield
    for server in servers:
        server.close()


async def _answer(reader: StreamReader, writer: StreamWriter, status: str) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()
    writer.close()


async def _well(reader: StreamReader, writer: StreamWriter) -> None:
    await _answer(reader, writer, "200 OK")


async def _full(reader: StreamReader, writer: StreamWriter) -> None:
    await _answer(reader, writer, "503 Service Unavailable")


async def _hung(reader: StreamReader, writer: StreamWriter) -> None:
    await reader.read()
    writer.close()


async def _dying(reader: StreamReader, writer: StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    writer.close()


async def _garbled(reader: StreamReader, writer: StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"this is no HTTP\r\n\r\n")
    writer.close()


async def _post(proxy: Proxy, *, body: bytes = b"{}", patience: float = 10) -> int | None:
    """Post as Telegram does; the status, or None when there was no answer."""
    async with ClientSession(timeout=ClientTimeout(total=patience)) as session:
        try:
            async with session.post(
                f"{proxy.url}/{PATH}",
                data=BytesIO(body),
                headers={HEADER: SECRET, "Content-Type": "application/json"},
                ssl=False,
            ) as response:
                await response.read()
                return response.status
        except (ClientError, TimeoutError):
            return None


def _tells(proxy: Proxy) -> Iterator[str]:
    for secret in (PATH, SECRET):
        if re.search(re.escape(secret), proxy.logs(), re.IGNORECASE):
            yield secret


async def test_no_log_has_the_secret_whatever_becomes_of_the_workers(proxy: Proxy) -> None:
    assert await _post(proxy) in {502, 504}  # dead
    for worker, statuses in (
        (_well, {200}),
        (_full, {502, 503}),
        (_garbled, {502, None}),
        (_dying, {200, 502, None}),
        (_hung, {502, 504, None}),
    ):
        async with _workers(proxy, worker):
            for _ in range(3):
                assert await _post(proxy, patience=3) in statuses | {502}, worker
    assert await _post(proxy, body=b"x" * 3_000_000) in {413, 502, None}
    async with _workers(proxy, _hung):
        await _post(proxy, body=b"x" * 100_000, patience=0.2)  # Telegram gives up
    assert list(_tells(proxy)) == []


async def test_the_proxys_log_still_names_the_failed_worker(proxy: Proxy) -> None:
    """An operator without an error log would look for a fault with nothing in hand."""
    assert await _post(proxy) in {502, 504}
    async with asyncio.timeout(10):
        while not re.search(r"refused|50[24] after", proxy.logs()):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    assert any(str(port) in proxy.logs() for port in proxy.ports)
