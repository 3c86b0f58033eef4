"""What waits for the bot: the queue behind getUpdates."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from playground.telegram.wire import Json, RefusedError

# Only delivered when a bot asks for them by name.
_ON_REQUEST: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_FIRST_UPDATE: Final = 700_000_001


class UpdateQueue:
    """Updates in order, kept until the bot confirms them with a higher offset."""

    def __init__(self) -> None:
        self.allowed: Sequence[str] = ()
        self.on_new: Callable[[Json], None] | None = None
        """Told of each one: whoever pushes them."""
        self._pending: list[Json] = []
        self._next_id = _FIRST_UPDATE
        self._waiter: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, kind: str, body: Json) -> Json:
        """Queue one update; returns it, or an empty object when the bot did not ask for any."""
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
        """There is a webhook now: whoever pushes is told of what waits."""
        if self.on_new:
            for update in self._pending:
                self.on_new(update)

    def confirm(self, update: Json) -> None:
        """One was taken by a webhook."""
        with suppress(ValueError):
            self._pending.remove(update)

    def take(self) -> list[Json]:
        """Everything that waits, confirmed at once."""
        taken, self._pending = self._pending, []
        return taken

    def drop(self) -> None:
        """Forget everything that waits."""
        self._pending.clear()

    def end_poll(self) -> None:
        """Send the poll that waits home with what there is: the server is closing."""
        self._wake()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Confirm what is older than `offset`, then wait until something is there.

        Raises:
            RefusedError: another poll began; the newer one wins.
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
                await asyncio.wait_for(self._waiter, seconds)
        return self._pending[:limit]

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self._pending = [update for update in self._pending if update["update_id"] >= offset]
        elif offset < 0:  # counted from the end
            self._pending = self._pending[offset:]

    def _wake(self, refusal: RefusedError | None = None) -> None:
        """End the poll that waits, if one does."""
        if self._waiter is None or self._waiter.done():
            return
        if refusal:
            self._waiter.set_exception(refusal)
        else:
            self._waiter.set_result(None)
