"""What each way in which a request of python-telegram-bot can end means for the message.

Over real sockets: the classes and causes of its errors are what the verdicts stand on.
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from delivery.verdicts import Verdict, judge, wait_of

Behave = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What the server does once it has read a request."""

TOKEN = "42:AA"


@pytest.fixture(autouse=True)
def waits_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # as in `operations.assembly`


@asynccontextmanager
async def serving(behave: Behave) -> AsyncIterator[str]:
    """A server that accepts every request and then behaves so."""
    over = asyncio.Event()
    served: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.add(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        await behave(writer)
        await over.wait()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        over.set()
        server.close()
        await asyncio.gather(*filter(None, served))


@asynccontextmanager
async def bot_at(address: str, *, pool: int = 8) -> AsyncIterator[Bot]:
    request = HTTPXRequest(
        connection_pool_size=pool,
        connect_timeout=0.3,
        read_timeout=0.3,
        write_timeout=0.3,
        pool_timeout=0.1,
    )
    bot = Bot(TOKEN, base_url=f"{address}/bot", request=request)
    await request.initialize()
    yield bot
    await request.shutdown()


async def error_of(address: str, text: str = "hi") -> TelegramError:
    """What sending a message there raises."""
    async with bot_at(address) as bot:
        with pytest.raises(TelegramError) as caught:
            await bot.send_message(1, text)
    return caught.value


def answer(status: int, body: str) -> Behave:
    async def behave(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body.encode())}\r\n\r\n"
        writer.write((head + body).encode())
        await writer.drain()

    return behave


def refusal(code: int, description: str, **parameters: int) -> Behave:
    body = {"ok": False, "error_code": code, "description": description}
    return answer(code, json.dumps(body | ({"parameters": parameters} if parameters else {})))


async def silent(writer: asyncio.StreamWriter) -> None:
    """No answer ever comes."""


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def half(writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok": true, "result"')
    await writer.drain()
    writer.close()


async def reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def test_f08_nobody_listens() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert judge(await error_of(f"http://127.0.0.1:{port}")) is Verdict.NOT_SENT


async def test_f08_a_name_that_does_not_resolve() -> None:
    assert judge(await error_of("http://telegram.invalid")) is Verdict.NOT_SENT


async def test_f08_a_server_that_does_not_take_the_connection() -> None:
    with closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as full:
        address = full.getsockname()
        waiting = []
        for _ in range(4):  # the queue is full from the second one on
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(address)
            waiting.append(one)
        error = await error_of(f"http://127.0.0.1:{address[1]}")
        for one in waiting:
            one.close()
    assert judge(error) is Verdict.NOT_SENT


async def test_f08_no_connection_is_free() -> None:
    asked = asyncio.Event()

    async def hold(_writer: asyncio.StreamWriter) -> None:
        asked.set()

    async with serving(hold) as address, bot_at(address, pool=1) as bot:
        first = asyncio.create_task(bot.send_message(1, "hi", read_timeout=5))
        await asked.wait()
        with pytest.raises(TelegramError) as caught:
            await bot.send_message(1, "hi")
        first.cancel()
        await asyncio.wait((first,))
    assert judge(caught.value) is Verdict.NOT_SENT


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(silent, id="no answer"),
        pytest.param(close, id="closed"),
        pytest.param(half, id="half an answer"),
        pytest.param(reset, id="reset"),
        pytest.param(refusal(500, "Internal Server Error: restart"), id="500 restart"),
        pytest.param(answer(502, "<html>Bad Gateway</html>"), id="502 HTML"),
        pytest.param(answer(503, ""), id="503 empty"),
        pytest.param(answer(200, "<html>"), id="200 HTML"),
        pytest.param(answer(200, ""), id="200 empty"),
        pytest.param(answer(429, "<html>"), id="429 of a proxy"),
    ],
)
async def test_f07_whatever_may_have_arrived_is_unknown(behave: Behave) -> None:
    async with serving(behave) as address:
        assert judge(await error_of(address)) is Verdict.UNKNOWN


async def test_f07_a_request_that_does_not_get_out_whole() -> None:
    async with serving(silent) as address:
        assert judge(await error_of(address, "x" * 20_000_000)) is Verdict.UNKNOWN


@pytest.mark.parametrize("error", [TimeoutError(), ValueError("a bug"), OSError()])
def test_what_is_no_error_of_telegram_is_unknown(error: Exception) -> None:
    assert judge(error) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("behave", "verdict"),
    [
        (refusal(429, "Too Many Requests: retry after 30", retry_after=30), Verdict.WAIT),
        (
            refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001),
            Verdict.MOVED,
        ),
        (refusal(403, "Forbidden: bot was blocked by the user"), Verdict.GONE),
        (refusal(403, "Forbidden: bot was kicked from the supergroup chat"), Verdict.GONE),
        (refusal(403, "Forbidden: user is deactivated"), Verdict.GONE),
        (refusal(403, "Forbidden: bot is not a member of the supergroup chat"), Verdict.GONE),
        (refusal(403, "Forbidden: bot can't initiate conversation with a user"), Verdict.GONE),
        (refusal(400, "Bad Request: chat not found"), Verdict.GONE),
        (refusal(400, "Bad Request: not enough rights to send text messages"), Verdict.GONE),
        (refusal(400, "Bad Request: have no rights to send a message"), Verdict.GONE),
        (refusal(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), Verdict.GONE),
        (refusal(400, "Bad Request: TOPIC_CLOSED"), Verdict.TOPIC_GONE),
        (refusal(400, "Bad Request: TOPIC_DELETED"), Verdict.TOPIC_GONE),
        (refusal(400, "Bad Request: message thread not found"), Verdict.TOPIC_GONE),
        (refusal(400, "Bad Request: can't parse entities: Unsupported"), Verdict.MALFORMED),
        (refusal(403, "Forbidden: something new"), Verdict.REFUSED),
        (refusal(400, "Bad Request: something new"), Verdict.REFUSED),
        (answer(403, "<html>captive portal</html>"), Verdict.REFUSED),
        (refusal(401, "Unauthorized"), Verdict.OURSELVES),
        (refusal(404, "Not Found"), Verdict.OURSELVES),
        (answer(404, "<html>nothing here</html>"), Verdict.OURSELVES),
    ],
)
async def test_a_refusal_is_certain(behave: Behave, verdict: Verdict) -> None:
    async with serving(behave) as address:
        assert judge(await error_of(address)) is verdict


async def test_f05_the_wait_is_the_one_that_telegram_names() -> None:
    async with serving(refusal(429, "Too Many Requests", retry_after=30)) as address:
        error = await error_of(address)
    assert isinstance(error, RetryAfter)
    assert wait_of(error) == timedelta(seconds=30)
