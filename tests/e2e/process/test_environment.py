"""The machine that the bot runs on: its proxies, certificates, locale, time zone, folders."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import Launch, Start, Town, stopped


@asynccontextmanager
async def _proxy(seen: list[str]) -> AsyncIterator[str]:
    """An HTTP proxy for plain requests; it notes where each went, and closes after the answer."""

    async def pass_on(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, address, version = head.split(b"\r\n", 1)[0].decode().split()
            target = urlsplit(address)
            seen.append(target.netloc)
            there, to = await asyncio.open_connection(target.hostname, target.port)
            path = address.partition(target.netloc)[2]
            lines = [line for line in head.split(b"\r\n")[1:] if b"onnection:" not in line]
            to.write(f"{method} {path} {version}\r\nConnection: close\r\n".encode())
            to.write(b"\r\n".join(lines))
            sending = asyncio.create_task(_pipe(reader, to))
            await _pipe(there, writer)
            sending.cancel()
            to.close()
        except (OSError, EOFError, ValueError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.close()


async def _pipe(reader: StreamReader, writer: StreamWriter) -> None:
    while some := await reader.read(65536):
        writer.write(some)
        await writer.drain()


async def _ended(start: Start, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    bot = await start(folder, environment)
    code = await bot.end()
    return code, "".join(bot.output)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_a_proxy_moves_telegram_and_x_alike(town: Town, tmp_path: Path, name: str) -> None:
    seen: list[str] = []
    hosts = {urlsplit(town.environment[each]).netloc for each in ("TELEGRAM_API_URL", "X_API_URL")}
    async with _proxy(seen) as url:
        bot = await town.start(tmp_path, town.environment | {name: url})
        await bot.until("answering as @klout_bot")
        answer = await town.ask("/klout @nasa")
        assert answer["text"].startswith("@nasa · ")
        assert await stopped(bot) == 0
    assert set(seen) == hosts


async def test_no_proxy_leaves_both_alone(town: Town, tmp_path: Path) -> None:
    seen: list[str] = []
    async with _proxy(seen) as url:
        proxied = {"ALL_PROXY": url, "NO_PROXY": "[::1],127.0.0.0/8"}
        bot = await town.start(tmp_path, town.environment | proxied)
        await bot.until("answering as @klout_bot")
        assert (await town.ask("/klout @nasa"))["text"].startswith("@nasa · ")
        assert await stopped(bot) == 0
    assert seen == []


REFUSED = {
    "ALL_PROXY": "socks5://127.0.0.1:1080",
    "HTTPS_PROXY": "http://proxy:port",
    "NO_PROXY": "[::1",
    "SSL_CERT_FILE": "/nowhere/ca.pem",
    "SSL_CERT_DIR": "/nowhere",
    "REQUESTS_CA_BUNDLE": "/nowhere/ca.pem",
    "PYTHONHTTPSVERIFY": "0",
    "SSLKEYLOGFILE": "/nowhere/keys",
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_used_ends_the_start_in_one_sentence(
    town: Town, launch: Launch, tmp_path: Path, name: str
) -> None:
    code, said = await _ended(launch, tmp_path, town.environment | {name: REFUSED[name]})
    assert code == 2
    assert said.startswith(f"{name} is not usable: ")
    assert said.count("\n") == 1


ODD: list[dict[str, str]] = [
    {"TZ": "Nowhere/City"},
    {"TZ": ":/etc/passwd", "LANG": "C"},
    {"TZ": "Pacific/Apia", "LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "xx_YY.nonsense", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"HOME": "/nowhere", "XDG_CONFIG_HOME": "/nowhere"},
    {"NO_PROXY": "[::1]", "no_proxy": "localhost"},
    {"NOTIFY_SOCKET": "nowhere", "WATCHDOG_USEC": "soon", "WATCHDOG_PID": "me"},
    {"PTB_TIMEDELTA": "0", "NETRC": "/nowhere"},
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: next(iter(odd)))
async def test_an_odd_environment_changes_nothing(
    town: Town, launch: Launch, tmp_path: Path, odd: dict[str, str]
) -> None:
    bot = await launch(tmp_path, town.environment | odd)
    await bot.until("answering as @klout_bot")
    assert (await town.ask("/klout @nasa"))["text"].startswith("@nasa · ")
    assert await stopped(bot) == 0
    assert "Traceback" not in "".join(bot.output)


async def test_the_demo_needs_no_way_out(launch: Launch, tmp_path: Path) -> None:
    environment = {"DEMO_PORT": "0", "ALL_PROXY": "http://127.0.0.1:1", "PYTHONIOENCODING": "ascii"}
    bot = await launch(tmp_path, environment, "demo")
    await bot.until("The demo is at http://127.0.0.1:")
    assert await stopped(bot) == 0, bot.output


async def test_a_netrc_does_not_take_the_tokens_place(
    town: Town, launch: Launch, tmp_path: Path
) -> None:
    """Aiohttp would send what stands there for a host in place of the bearer token."""
    (tmp_path / ".netrc").write_text("default login user password something\n")
    (tmp_path / ".netrc").chmod(0o600)
    bot = await launch(tmp_path, town.environment | {"HOME": str(tmp_path)})
    await bot.until("answering as @klout_bot")
    assert (await town.ask("/klout @nasa"))["text"].startswith("@nasa · ")
    assert await stopped(bot) == 0


async def test_an_env_file_that_cannot_be_read_is_a_sentence(town: Town, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"LOG_LEVEL=\xff\n")
    code, said = await _ended(town.start, tmp_path, town.environment)
    assert (code, said) == (2, ".env is not usable: it must be text in UTF-8.\n")


@pytest.mark.parametrize(
    "option", ["ssl=maybe", "prepared_statement_cache_size=many", "ssl=verify-full&host=nowhere"]
)
async def test_an_option_of_the_database_that_makes_no_sense_is_a_sentence(
    town: Town, tmp_path: Path, option: str
) -> None:
    url = f"postgresql://klout:hidden-word@127.0.0.1:1/klout?{option}"
    code, said = await _ended(town.start, tmp_path, town.environment | {"DATABASE_URL": url})
    assert code in {1, 2}
    assert "Traceback" not in said
    assert "hidden-word" not in said
