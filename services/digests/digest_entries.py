"""The entries of a digest: what became of each account since the place was last told of it."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from async_lru import alru_cache
from sqlalchemy.exc import SQLAlchemyError

from scoring.change import Change
from scoring.progress import Point
from scoring.reading.account import Reading
from scoring.reading.errors import (
    AccountError,
    AccountHidden,
    AccountSuspended,
    HandleNotFound,
    ScoringError,
)
from scoring.reading.handles import key
from scoring.reading.reader import Reader
from scoring.reading.windows import LONGEST
from services.digests.milestones import CLEAR, Milestone, milestones
from services.visibility import Audience, Visible, shown
from storage.accounts.alerts import Alert
from storage.accounts.follows import Followed
from storage.chats.tellings import Telling

_log = logging.getLogger(__name__)

_REMEMBERED: Final = 1_000
"""Accounts held in memory, about five kilobytes each."""

_YEAR: Final = timedelta(weeks=52)


class Sort(Enum):
    """What a digest says of an account, in the order in which it does."""

    CHANGED = auto()
    STEADY = auto()
    NEW = auto()
    GONE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """One account in a digest.

    Attributes:
        asked: the handle that is followed.
        reading: the newest reading; None when there never was one, or it may not be shown.
        change: since the place was last told; None when it never was, or knows this reading.
        problem: why there is no reading, or no fresh one.
        known: the place has been told of this already: of the reading, or that the account is gone.
        last: the last known score of an account that is gone, or None.
        milestones: what is worth saying once.
    """

    asked: str
    reading: Visible | None
    change: Change | None = None
    problem: ScoringError | None = None
    known: bool = False
    last: Point | None = None
    milestones: tuple[Milestone, ...] = ()

    @property
    def gone(self) -> bool:
        """Return whether the account is missing or suspended."""
        return isinstance(self.problem, HandleNotFound | AccountSuspended)

    @property
    def moved(self) -> float:
        """Return the points by which the account moved, up or down.

        Neither a new formula nor a deeper reading is a move.
        """
        return abs(self.change.own) if self.change else 0.0

    @property
    def sort(self) -> Sort:
        """Return what is to be said of the account."""
        change = self.change
        if self.reading is None:
            return Sort.GONE if isinstance(self.problem, AccountError) else Sort.UNKNOWN
        if change is None:
            return Sort.STEADY if self.known else Sort.NEW
        surely = abs(change.own) >= CLEAR and not change.noise
        otherwise = change.lines["formula"] or change.lines["depth"]
        return Sort.CHANGED if surely or otherwise else Sort.STEADY


class Known:
    """Stored readings, cached for one run: many digests show the same account."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.stored = alru_cache(maxsize=_REMEMBERED)(reader.stored)
        self.change = alru_cache(maxsize=_REMEMBERED)(self._change)
        self.history = alru_cache(maxsize=_REMEMBERED)(self._history)
        self.posted = alru_cache(maxsize=_REMEMBERED)(self._posted)

    def forget(self) -> None:
        """Clear the cache, because stored accounts have changed."""
        for each in (self.stored, self.change, self.history, self.posted):
            each.cache_clear()

    async def past_of(self, mover: Entry | None) -> Sequence[Point]:
        """Return the scores for the picture of the account that moved most; none without one."""
        return await self.history(mover.asked) if mover else ()

    async def _change(self, handle: str, since: datetime) -> Change | None:
        reading = await self.stored(handle)
        return await self._reader.change(reading, since) if reading else None

    async def _history(self, handle: str) -> Sequence[Point]:
        """Return an account's scores of a year up to its newest reading, oldest first."""
        reading = await self.stored(handle)
        if reading is None:
            return ()
        return await self._reader.history(reading, reading.score.facts.as_of - _YEAR)

    async def _posted(self, handle: str) -> Sequence[datetime]:
        reading = await self.stored(handle)
        if reading is None or "post" in reading.unread:
            return ()
        return await self._reader.posted(reading, reading.score.facts.as_of - LONGEST)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a digest depends on besides the accounts.

    Attributes:
        audience: the readers of the digest.
        told: what the place was last told, by the account's number.
        alerts: the place's alerts, by key.
        problems: errors of reading the accounts just now, by key.
    """

    audience: Audience
    told: Mapping[int, Telling]
    alerts: Mapping[str, Alert]
    problems: Mapping[str, ScoringError]


async def compose(
    known: Known, follows: Iterable[Followed], situation: Situation
) -> tuple[Entry, ...]:
    """Return an entry for each followed account, with the change since the place was last told."""
    entries = []
    for followed in follows:
        try:
            entries.append(await _entry(known, followed, situation))
        except (OSError, SQLAlchemyError):
            raise  # the database's fault, not this account's
        except Exception as error:  # noqa: BLE001 - one damaged account must not stop the others
            found = {"handle": followed.handle, "error": type(error).__name__}
            _log.warning("what is stored of an account cannot be told", extra=found)
            entries.append(Entry(followed.handle, None))
    return ordered(entries)


async def _entry(known: Known, followed: Followed, situation: Situation) -> Entry:
    asked, reading = followed.handle, await known.stored(followed.handle)
    problem = situation.problems.get(key(asked))
    if reading is None or isinstance(problem, AccountError):
        return _gone(followed, reading, problem, situation.audience)
    try:
        visible = shown(reading, situation.audience, asked)
    except AccountHidden as hidden:
        return Entry(asked, None, None, hidden)
    last = situation.told.get(reading.account_id)
    if last is not None and last.as_of >= reading.score.facts.as_of:
        return Entry(asked, visible, None, problem, known=True)
    change = await known.change(asked, last.as_of) if last else None
    if change is None:
        return Entry(asked, visible, None, problem)
    marks = milestones(
        change,
        await known.history(asked),
        await known.posted(asked),
        situation.alerts.get(key(asked)) or situation.alerts.get(followed.key),
        protected=reading.protected,
    )
    return Entry(asked, visible, change, problem, milestones=marks)


def ordered(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries by what is said of them, then by size of move, then by score."""

    def rank(entry: Entry) -> tuple[int, float, float, str]:
        score = entry.reading.score.score if entry.reading else 0.0
        return entry.sort.value, -entry.moved, -score, key(entry.asked)

    return tuple(sorted(entries, key=rank))


def last_score(reading: Reading | None, audience: Audience) -> Point | None:
    """Return the score of the last reading of an account; None without one that may be shown."""
    if reading is None or not audience.sees(reading.hidden_by):
        return None
    score = reading.score
    return Point(score.facts.as_of, score.score, score.margin, score.formula)


def _gone(
    followed: Followed, reading: Reading | None, problem: ScoringError | None, audience: Audience
) -> Entry:
    """Return the entry of an account that cannot be read, with its last score if it is visible."""
    told_at, last = followed.told_at, last_score(reading, audience)
    told = told_at and (last is None or told_at > last.as_of)
    return Entry(followed.handle, None, None, problem, bool(told), last)
