"""The queue of updates behind getUpdates."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from playground.telegram.server.wire import Json, RefusedError

# Kinds of updates that a bot only gets when it asks for them by name.
_ON_REQUEST: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_FIRST_UPDATE: Final = 700_000_001


class UpdateQueue:
    """Updates in order, kept until the bot confirms them with a higher offset."""

    def __init__(self) -> None:
        self.allowed: Sequence[str] = ()
        self.on_new: Callable[[Json], None] | None = None
        """Called with each new update: the sender to the webhook."""
        self._pending: list[Json] = []
        self._next_id = _FIRST_UPDATE
        self._waiter: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, kind: str, body: Json) -> Json:
        """Queue and return an update; return an empty object when the bot did not ask for it."""
        if kind not in self.allowed if self.allowed else kind in _ON_REQUEST:
            return {}
        update = {"update_id": self._next_id, kind: body}
        self._next_id += 1
        self._pending.append(update)
        self._wake()
        if self.on_new:
            self.on_new(update)
        return update

    def push_waiting(self) -> None:
        """Pass all waiting updates to `on_new`, as there is a webhook now."""
        if self.on_new:
            for update in self._pending:
                self.on_new(update)

    def confirm(self, update: Json) -> None:
        """Remove an update that a webhook accepted."""
        with suppress(ValueError):
            self._pending.remove(update)

    def take(self) -> list[Json]:
        """Return and confirm everything that waits."""
        taken, self._pending = self._pending, []
        return taken

    def drop(self) -> None:
        """Remove everything that waits."""
        self._pending.clear()

    def end_poll(self) -> None:
        """End the waiting poll with what there is, as the server is closing."""
        self._wake()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Confirm updates before `offset`, then wait up to `seconds` for new ones.

        Raises:
            RefusedError: a newer poll began, which replaces this one.
        """
        self._wake(
            RefusedError(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        )
        self._confirm(offset)
        if not self._pending and seconds > 0:
            self._waiter = asyncio.get_running_loop().create_future()
            with suppress(TimeoutError):  # nothing arrived: an empty answer
                async with asyncio.timeout(seconds):
                    await self._waiter
        return self._pending[:limit]

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self._pending = [update for update in self._pending if update["update_id"] >= offset]
        elif offset < 0:  # counted from the end
            self._pending = self._pending[offset:]

    def _wake(self, refusal: RefusedError | None = None) -> None:
        """End the waiting poll, if there is one."""
        if self._waiter is None or self._waiter.done():
            return
        if refusal:
            self._waiter.set_exception(refusal)
        else:
            self._waiter.set_result(None)
