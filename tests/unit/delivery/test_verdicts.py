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
from telegram.error import BadRequest, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from delivery.send_errors import SendError, classify, is_muted, muted_kind, wait_of

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


async def test_f08_a_refused_connection_never_left() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert classify(await error_of(f"http://127.0.0.1:{port}")) is SendError.NOT_SENT


async def test_f08_a_name_that_does_not_resolve() -> None:
    assert classify(await error_of("http://telegram.invalid")) is SendError.NOT_SENT


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
    assert classify(error) is SendError.NOT_SENT


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
    assert classify(caught.value) is SendError.NOT_SENT


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
        assert classify(await error_of(address)) is SendError.UNKNOWN


async def test_f07_a_request_that_does_not_get_out_whole() -> None:
    async with serving(silent) as address:
        assert classify(await error_of(address, "x" * 20_000_000)) is SendError.UNKNOWN


@pytest.mark.parametrize("error", [TimeoutError(), ValueError("a bug"), OSError()])
def test_what_is_no_error_of_telegram_is_unknown(error: Exception) -> None:
    assert classify(error) is SendError.UNKNOWN


@pytest.mark.parametrize(
    ("behave", "verdict"),
    [
        (refusal(429, "Too Many Requests: retry after 30", retry_after=30), SendError.WAIT),
        (
            refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001),
            SendError.MOVED,
        ),
        (refusal(403, "Forbidden: bot was blocked by the user"), SendError.GONE),
        (refusal(403, "Forbidden: bot was kicked from the supergroup chat"), SendError.GONE),
        (refusal(403, "Forbidden: user is deactivated"), SendError.GONE),
        (refusal(403, "Forbidden: bot is not a member of the supergroup chat"), SendError.GONE),
        (refusal(403, "Forbidden: bot can't initiate conversation with a user"), SendError.GONE),
        (refusal(400, "Bad Request: chat not found"), SendError.GONE),
        (refusal(400, "Bad Request: not enough rights to send text messages"), SendError.GONE),
        (refusal(400, "Bad Request: have no rights to send a message"), SendError.GONE),
        (refusal(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), SendError.GONE),
        (refusal(400, "Bad Request: TOPIC_CLOSED"), SendError.TOPIC_GONE),
        (refusal(400, "Bad Request: TOPIC_DELETED"), SendError.TOPIC_GONE),
        (refusal(400, "Bad Request: message thread not found"), SendError.TOPIC_GONE),
        (refusal(400, "Bad Request: can't parse entities: Unsupported"), SendError.MALFORMED),
        (refusal(403, "Forbidden: something new"), SendError.REFUSED),
        (refusal(400, "Bad Request: something new"), SendError.REFUSED),
        (answer(403, "<html>captive portal</html>"), SendError.REFUSED),
        (refusal(401, "Unauthorized"), SendError.OURSELVES),
        (refusal(404, "Not Found"), SendError.OURSELVES),
        (answer(404, "<html>nothing here</html>"), SendError.OURSELVES),
    ],
)
async def test_a_refusal_is_certain(behave: Behave, verdict: SendError) -> None:
    async with serving(behave) as address:
        assert classify(await error_of(address)) is verdict


async def test_f05_the_wait_is_the_one_that_telegram_names() -> None:
    async with serving(refusal(429, "Too Many Requests", retry_after=30)) as address:
        error = await error_of(address)
    assert isinstance(error, RetryAfter)
    assert wait_of(error) == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("behave", "verdict"),
    [
        (refusal(429, "Too Many Requests: retry after 7"), SendError.WAIT),
        (refusal(429, "Too Many Requests: retry after 7", retry_after=0), SendError.WAIT),
        (refusal(429, "Too Many Requests"), SendError.WAIT),
        (refusal(400, "Bad Request: FLOOD_WAIT_9"), SendError.WAIT),
        (refusal(400, "Bad Request: SLOWMODE_WAIT_30"), SendError.WAIT),
        (refusal(400, "Too Many Requests: retry after 3"), SendError.WAIT),
        (refusal(400, "Bad Request: the message was deleted"), SendError.STALE),
        (refusal(409, "Conflict: terminated by other getUpdates request"), SendError.NOT_SENT),
        (refusal(404, "Not Found: method not found"), SendError.REFUSED),
        (refusal(400, "Bad Request: message to edit not found"), SendError.STALE),
        (refusal(400, "Bad Request: message can't be edited"), SendError.STALE),
        (refusal(400, "Bad Request: MESSAGE_ID_INVALID"), SendError.STALE),
        (refusal(400, "Bad Request: message is not modified: specified new"), SendError.STALE),
        (refusal(400, "Bad Request: query is too old and response timeout"), SendError.STALE),
        (refusal(400, "Bad Request: QUERY_ID_INVALID"), SendError.STALE),
        (refusal(400, "Bad Request: CHAT_ADMIN_REQUIRED"), SendError.GONE),
        (refusal(400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"), SendError.GONE),
        (refusal(403, "Forbidden: CHAT_SEND_PHOTOS_FORBIDDEN"), SendError.GONE),
        (
            refusal(400, "Bad Request: need administrator rights in the channel chat"),
            SendError.GONE,
        ),
        (refusal(403, "Forbidden: USER_IS_BLOCKED"), SendError.GONE),
        (refusal(400, "Bad Request: CHANNEL_PRIVATE"), SendError.GONE),
        (refusal(400, "Bad Request: group chat was upgraded to a supergroup"), SendError.REFUSED),
    ],
)
async def test_what_telegram_refused_is_certain_whatever_it_was(
    behave: Behave, verdict: SendError
) -> None:
    async with serving(behave) as address:
        assert classify(await error_of(address)) is verdict


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Too Many Requests: retry after 7", 7),
        ("Too Many Requests: retry in 12", 12),
        ("Too Many Requests: retry after 0", 1),
        ("Too Many Requests", 5),
        ("FLOOD_WAIT_9", 9),
        ("SLOWMODE_WAIT_30", 30),
    ],
)
async def test_a_wait_is_read_from_the_words_where_it_stands_nowhere_else(
    words: str, seconds: int
) -> None:
    async with serving(refusal(429, words)) as address:
        error = await error_of(address)
    assert wait_of(error) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("words", "muted", "kind"),
    [
        ("not enough rights to send text messages to the chat", True, ""),
        ("not enough rights to send photos to the chat", True, "photos"),
        ("CHAT_SEND_PLAIN_FORBIDDEN", True, ""),
        ("CHAT_SEND_DOCS_FORBIDDEN", True, "docs"),
        ("have no rights to send a message", True, ""),
        ("CHAT_WRITE_FORBIDDEN", True, ""),
        ("chat not found", False, ""),
        ("something new", False, ""),
    ],
)
def test_what_may_not_be_sent_is_named(words: str, muted: bool, kind: str) -> None:
    error = BadRequest(f"Bad Request: {words}")
    assert is_muted(error) is muted
    assert muted_kind(error) == kind
