"""Calls that share a transaction."""

import asyncio
from collections.abc import Sequence

import pytest

from storage.engine.group_commit import GroupCommit


class Desk:
    """Work that waits until it is let go, and remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = asyncio.Event()

    async def work(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        await self.go.wait()
        if 13 in items:
            raise ValueError("13")
        return [item * 2 for item in items]


async def _begun(desk: Desk, together: GroupCommit[int, int]) -> asyncio.Task[int]:
    """A first call, whose batch is under way."""
    first = asyncio.ensure_future(together(1))
    while not desk.batches:  # noqa: ASYNC110 - a few turns of the loop
        await asyncio.sleep(0)
    return first


async def test_calls_during_a_batch_share_the_next_up_to_its_size() -> None:
    desk = Desk()
    together = GroupCommit(desk.work, most=3)
    first = await _begun(desk, together)
    rest = asyncio.gather(*(together(n) for n in range(2, 7)))
    await asyncio.sleep(0)
    desk.go.set()
    assert await first == 2
    assert await rest == [4, 6, 8, 10, 12]
    assert desk.batches == [[1], [2, 3, 4], [5, 6]]
    assert await together(7) == 14


async def test_an_error_fails_its_own_batch_only() -> None:
    desk = Desk()
    together = GroupCommit(desk.work, most=2)
    first = await _begun(desk, together)
    rest = asyncio.gather(*(together(n) for n in (2, 13, 4)), return_exceptions=True)
    await asyncio.sleep(0)
    desk.go.set()
    assert await first == 2
    two, thirteen, four = await rest
    assert isinstance(two, ValueError)
    assert isinstance(thirteen, ValueError)
    assert four == 8


async def test_a_cancelled_call_cancels_no_other() -> None:
    desk = Desk()
    together = GroupCommit(desk.work, most=9)
    first = await _begun(desk, together)
    impatient, patient = asyncio.ensure_future(together(2)), asyncio.ensure_future(together(3))
    await asyncio.sleep(0)
    first.cancel()
    impatient.cancel()
    desk.go.set()
    assert await patient == 6
    with pytest.raises(asyncio.CancelledError):
        await first
