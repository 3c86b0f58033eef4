"""What a digest tells: one entry for each account that a place follows."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from async_lru import alru_cache

from scoring.change import Change
from scoring.errors import AccountError, AccountSuspended, HandleNotFound, ScoringError
from scoring.handles import key
from scoring.reader import Reader, Reading
from storage.following import Followed

_REMEMBERED: Final = 1_000
"""Accounts: some five kilobytes each."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One account.

    Attributes:
        asked: the handle that is followed.
        reading: what is known; None when nothing ever was.
        change: since the place was last told; None when it never was.
        problem: why there is nothing, or nothing fresh.
    """

    asked: str
    reading: Reading | None
    change: Change | None = None
    problem: ScoringError | None = None

    @property
    def moved(self) -> float:
        """Points by which the score moved, either way."""
        return abs(self.change.difference) if self.change else 0.0


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything that one message says, what moved most first.

    Attributes:
        number: by which its buttons name it; 0 when it was asked for.
        due_at: when it was to be sent, if it is late.
    """

    number: int
    entries: tuple[Entry, ...]
    due_at: datetime | None = None

    @property
    def moved(self) -> float:
        """Points of the largest move."""
        return max((entry.moved for entry in self.entries), default=0.0)


class Known:
    """What is stored, remembered for the digests of one run: many tell the same of an account."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.stored = alru_cache(maxsize=_REMEMBERED)(reader.stored)
        self.change = alru_cache(maxsize=_REMEMBERED)(self._change)

    async def _change(self, handle: str, since: datetime) -> Change | None:
        reading = await self.stored(handle)
        return await self._reader.change(reading, since) if reading else None


async def compose(
    known: Known, follows: Iterable[Followed], problems: Mapping[str, ScoringError]
) -> tuple[Entry, ...]:
    """Say of each account what is stored, and what became of it since the place was last told.

    Args:
        follows: whom the place follows.
        problems: what came of reading them just now, by key, where something went wrong.
    """

    async def entry(followed: Followed) -> Entry:
        reading = await known.stored(followed.handle)
        problem = problems.get(key(followed.handle))
        if reading is None or isinstance(problem, AccountError):
            return Entry(followed.handle, None, None, problem)
        change = await known.change(followed.handle, followed.told_at) if followed.told_at else None
        return Entry(followed.handle, reading, change, problem)

    return ordered([await entry(followed) for followed in follows])


def ordered(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What moved most first, then the highest score; what has none comes last."""

    def rank(entry: Entry) -> tuple[bool, float, float, str]:
        score = entry.reading.score.score if entry.reading else 0.0
        return entry.reading is None, -entry.moved, -score, key(entry.asked)

    return tuple(sorted(entries, key=rank))


def contents(digest: Digest) -> list[dict[str, Any]]:
    """A digest as JSON: by handles and moments, since readings never change."""
    return [
        {
            "handle": entry.asked,
            "as_of": _moment(entry.reading.score.facts.as_of) if entry.reading else None,
            "since": _moment(entry.change.before.facts.as_of) if entry.change else None,
            "problem": type(entry.problem).__name__,
        }
        for entry in digest.entries
    ]


async def recall(reader: Reader, number: int, contents: Iterable[dict[str, Any]]) -> Digest:
    """The digest again, as it was."""

    async def entry(row: dict[str, Any]) -> Entry:
        handle, problem = row["handle"], _PROBLEMS.get(row["problem"])
        if row["as_of"] is None:
            return Entry(handle, None, None, problem(handle) if problem else None)
        reading = await reader.recall(handle, datetime.fromisoformat(row["as_of"]))
        if reading is None or row["since"] is None:
            return Entry(handle, reading)
        since = datetime.fromisoformat(row["since"])
        return Entry(handle, reading, await reader.change(reading, since))

    return Digest(number, tuple(await asyncio.gather(*map(entry, contents))))


_PROBLEMS: dict[str, type[AccountError]] = {
    error.__name__: error for error in (HandleNotFound, AccountSuspended)
}


def _moment(moment: datetime) -> str:
    return moment.isoformat()
