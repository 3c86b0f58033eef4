"""What a digest tells: one entry for each account that a place follows."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from async_lru import alru_cache

from delivery.groups import Board
from scoring.change import Change, change
from scoring.errors import (
    AccountError,
    AccountHidden,
    AccountSuspended,
    HandleNotFound,
    ScoringError,
)
from scoring.handles import key
from scoring.reader import Reader
from scoring.reading import Reading
from storage.following import Followed
from storage.schedules import Schedule

_REMEMBERED: Final = 1_000
"""Accounts: some five kilobytes each."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One account.

    Attributes:
        asked: the handle that is followed.
        reading: what is known; None when nothing ever was.
        change: since the place was last told; None when it never was. From a score to itself
            when nothing newer is known.
        problem: why there is nothing, or nothing fresh.
        known: the place was told already that the account is missing or suspended.
    """

    asked: str
    reading: Reading | None
    change: Change | None = None
    problem: ScoringError | None = None
    known: bool = False

    @property
    def gone(self) -> bool:
        """Whether the account is missing or suspended."""
        return isinstance(self.problem, HandleNotFound | AccountSuspended)

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
        board: the group's board, where it comes with the digest.
        schedule: the place's, which its buttons change.
        at: when it was written; None for now.
    """

    number: int
    entries: tuple[Entry, ...]
    due_at: datetime | None = None
    board: Board | None = None
    schedule: Schedule | None = None
    at: datetime | None = None

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
        return await _since(self._reader, reading, since) if reading else None


async def compose(
    known: Known,
    follows: Iterable[Followed],
    problems: Mapping[str, ScoringError],
    viewer: int,
) -> tuple[Entry, ...]:
    """Say of each account what is stored, and what became of it since the place was last told.

    Args:
        follows: whom the place follows.
        problems: what came of reading them just now, by key, where something went wrong.
        viewer: who is told: in a private chat, its person.
    """

    async def entry(followed: Followed) -> Entry:
        reading = await known.stored(followed.handle)
        problem = problems.get(key(followed.handle))
        if reading is None or isinstance(problem, AccountError):
            told_at = followed.told_at
            told = told_at and (reading is None or told_at > reading.score.facts.as_of)
            return Entry(followed.handle, None, None, problem, bool(told))
        if reading.hidden_by not in {None, viewer}:
            return Entry(followed.handle, None, None, AccountHidden(followed.handle))
        since = followed.told_at
        moved = await known.change(followed.handle, since) if since else None
        return Entry(followed.handle, reading, moved, problem)

    return ordered([await entry(followed) for followed in follows])


async def _since(reader: Reader, reading: Reading, told_at: datetime) -> Change | None:
    """What changed since the place was told; from itself, when nothing was read since."""
    if told_at >= reading.score.facts.as_of:
        return change(reading.score, reading.score)
    return await reader.change(reading, told_at)


def ordered(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What moved most first, then the highest score; what has none comes last."""

    def rank(entry: Entry) -> tuple[bool, float, float, str]:
        score = entry.reading.score.score if entry.reading else 0.0
        return entry.reading is None, -entry.moved, -score, key(entry.asked)

    return tuple(sorted(entries, key=rank))


def contents(digest: Digest, now: datetime) -> dict[str, Any]:
    """A digest as JSON: by handles and moments, since readings never change."""
    entries = [
        {
            "handle": entry.asked,
            "as_of": _moment(entry.reading.score.facts.as_of) if entry.reading else None,
            "since": _moment(entry.change.before.facts.as_of) if entry.change else None,
            "problem": type(entry.problem).__name__,
        }
        for entry in digest.entries
    ]
    due_at = _moment(digest.due_at) if digest.due_at else None
    return {"at": _moment(now), "due_at": due_at, "entries": entries}


async def recall(reader: Reader, number: int, contents: dict[str, Any], viewer: int) -> Digest:
    """The digest again, as it was, but for what was hidden since."""

    async def entry(row: dict[str, Any]) -> Entry:
        handle, problem = row["handle"], _PROBLEMS.get(row["problem"])
        if row["as_of"] is None:
            return Entry(handle, None, None, problem(handle) if problem else None)
        reading = await reader.recall(handle, datetime.fromisoformat(row["as_of"]))
        if reading is not None and reading.hidden_by not in {None, viewer}:
            return Entry(handle, None, None, AccountHidden(handle))
        if reading is None or row["since"] is None:
            return Entry(handle, reading)
        since = datetime.fromisoformat(row["since"])
        return Entry(handle, reading, await _since(reader, reading, since))

    entries = tuple(await asyncio.gather(*map(entry, contents["entries"])))
    due_at = datetime.fromisoformat(contents["due_at"]) if contents["due_at"] else None
    return Digest(number, entries, due_at, at=datetime.fromisoformat(contents["at"]))


_PROBLEMS: dict[str, type[AccountError]] = {
    error.__name__: error for error in (AccountHidden, AccountSuspended, HandleNotFound)
}


def _moment(moment: datetime) -> str:
    return moment.isoformat()
