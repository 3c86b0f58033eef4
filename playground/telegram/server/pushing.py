"""The sender of updates to a webhook: in order within a chat, and at-least-once, as Telegram does.

Updates of several chats are sent at the same time. Each is sent again until it is answered with
2xx, so it may arrive more than once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from playground.telegram.server.wire import Json
from playground.telegram.server.world import World

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0
"""The longest backoff in seconds, doubled up to here; Telegram's is a minute or two."""

_TIMEOUT: Final = ClientTimeout(total=60)


class Pushing:
    """Queues of updates, one for each chat, or for each person where there is no chat."""

    def __init__(self, world: World, session: ClientSession) -> None:
        self._world = world
        self._session = session
        self._queues: dict[int, deque[Json]] = {}
        self._known: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = asyncio.Condition()
        self._under_way = 0

    def push(self, update: Json) -> None:
        """Queue an update, if there is a webhook and the update is not queued yet."""
        number = update["update_id"]
        if not self._world.webhook.get("url") or number in self._known:
            return
        self._known.add(number)
        key = _key(update)
        if (queue := self._queues.get(key)) is not None:
            queue.append(update)
            return
        self._queues[key] = deque([update])
        task = asyncio.create_task(self._empty(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop sending."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _empty(self, key: int) -> None:
        queue = self._queues[key]
        while queue:
            await self._deliver(queue[0])
            self._known.discard(queue.popleft()["update_id"])
        del self._queues[key]

    async def _deliver(self, update: Json) -> None:
        """Send an update until it is accepted, or there is no webhook any more."""
        pause = _FIRST_PAUSE
        while self._world.webhook.get("url"):
            taken, wait = await self._when_free(update)
            if taken:
                self._world.updates.confirm(update)
                if self._world.every_nth_twice and not (
                    update["update_id"] % self._world.every_nth_twice
                ):
                    await self._post(update)
                return
            await asyncio.sleep(max(pause, wait))
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _when_free(self, update: Json) -> tuple[bool, float]:
        """Post an update as soon as fewer are under way than the webhook allows."""
        async with self._free:
            await self._free.wait_for(
                lambda: self._under_way < self._world.webhook.get("max_connections", 1)
            )
            self._under_way += 1
        try:
            return await self._post(update)
        finally:
            async with self._free:
                self._under_way -= 1
                self._free.notify()

    async def _post(self, update: Json) -> tuple[bool, float]:
        """Post an update; return whether the answer was 2xx, and the least pause in seconds."""
        webhook = self._world.webhook
        if not webhook.get("url"):
            return False, 0
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook["secret_token"] or ""}
        try:
            async with self._session.post(webhook["url"], json=update, headers=headers) as answer:
                return answer.ok, float(answer.headers.get("Retry-After", 0))
        except (ClientError, TimeoutError):
            return False, 0


@asynccontextmanager
async def pushing(world: World) -> AsyncIterator[None]:
    """Send updates as long as the context is open."""
    async with ClientSession(timeout=_TIMEOUT) as session:
        pusher = Pushing(world, session)
        world.updates.on_new = pusher.push
        try:
            yield
        finally:
            world.updates.on_new = None
            await pusher.close()


def _key(update: Json) -> int:
    (body,) = (value for name, value in update.items() if name != "update_id")
    chat = body.get("chat") or body.get("message", {}).get("chat") or body["from"]
    number: int = chat["id"]
    return number
