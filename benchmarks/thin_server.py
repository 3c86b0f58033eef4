"""A Telegram in a process of its own that does as little as it can for a command and its answer.

It parses no more of HTTP and of the Bot API than a polling bot needs. `benchmarks.answers` prints
how much processor time it takes for an answer, beside the bots': it must be the least of all.

`POST /ask` with `{"first", "count", "flight"}` lets people ask, at most `flight` of them at once,
and returns the seconds until the last answer, and those that each person waited.
"""

import asyncio
import json
import time
from collections import deque
from contextlib import suppress
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qs

_ME: Final = {
    "id": 4242,
    "is_bot": True,
    "first_name": "Klout",
    "username": "klout_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
}
_FIRST_CHAT: Final = 1_000
_AT_ONCE: Final = 100
"""Updates in one answer, as at Telegram."""


class People:
    """People who ask at once, and what the bot has to fetch and to answer."""

    def __init__(self) -> None:
        self._updates: deque[dict[str, Any]] = deque()
        self._unasked: deque[int] = deque()
        self._came = asyncio.Event()
        self._number = 0
        self._asked: dict[int, float] = {}
        self._waited: list[float] = []
        self._done = asyncio.Event()

    async def ask(self, first: int, count: int, flight: int) -> dict[str, Any]:
        """Let people ask until each has an answer; return the seconds."""
        self._waited, self._unasked = [], deque(range(first, first + count))
        self._done.clear()
        start = time.perf_counter()
        for _ in range(min(flight, count)):
            self._say()
        await self._done.wait()
        return {"seconds": time.perf_counter() - start, "waited": self._waited}

    async def updates(self, seconds: float, offset: int) -> list[dict[str, Any]]:
        """Return what was said from a number on, waiting for it; what is before is forgotten."""
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()
        if not self._updates:
            self._came.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), seconds)
        return list(islice(self._updates, _AT_ONCE))

    def answered(self, chat: int) -> None:
        """Note an answer; the next person asks."""
        if (at := self._asked.pop(chat, None)) is None:
            return
        self._waited.append(time.perf_counter() - at)
        if self._unasked:
            self._say()
        elif not self._asked:
            self._done.set()

    def _say(self) -> None:
        person = _FIRST_CHAT + self._unasked.popleft()
        self._number += 1
        name = {"first_name": f"P{person}", "id": person}
        message = {
            "message_id": self._number,
            "date": int(time.time()),
            "chat": {**name, "type": "private"},
            "from": {**name, "is_bot": False, "language_code": "en"},
            "text": "/klout @nasa_fan",
            "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
        }
        self._updates.append({"update_id": self._number, "message": message})
        self._asked[person] = time.perf_counter()
        self._came.set()


async def _reply(people: People, path: str, body: bytes) -> object:
    method = path.rpartition("/")[2]
    if method == "ask":
        return await people.ask(**json.loads(body))
    given = parse_qs(body.decode())
    if method == "getUpdates":
        seconds, offset = (int(given.get(name, ["0"])[0]) for name in ("timeout", "offset"))
        return {"ok": True, "result": await people.updates(seconds, offset)}
    if method == "sendMessage":
        chat = int(given["chat_id"][0])
        people.answered(chat)
        private = {"id": chat, "type": "private", "first_name": "P"}
        sent = {"message_id": 1, "date": int(time.time()), "chat": private, "from": _ME}
        return {"ok": True, "result": {**sent, "text": "-"}}
    return {"ok": True, "result": _RESULTS.get(method, True)}


_RESULTS: Final[dict[str, Any]] = {
    "getMe": _ME,
    "getMyCommands": [],
    "getWebhookInfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
    "getMyDescription": {"description": ""},
    "getMyShortDescription": {"short_description": ""},
    "getMyName": {"name": "Klout"},
}


async def _serve(
    people: People, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ", 2)[1]
            length = head.lower().partition("content-length:")[2].partition("\r\n")[0]
            body = await reader.readexactly(int(length)) if length else b""
            answer = json.dumps(await _reply(people, path, body)).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(answer)).encode()
                + b"\r\n\r\n"
                + answer
            )
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    """Serve until the process is ended; print the port first."""
    people = People()
    server = await asyncio.start_server(
        lambda reader, writer: _serve(people, reader, writer), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
