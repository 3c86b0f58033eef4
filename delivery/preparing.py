"""From schedules that are due to messages that wait: plan, collect, build."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from delivery.collecting import Collected, collect
from delivery.digest import Digest, compose, contents
from delivery.groups import Board, Groups
from delivery.slots import LATE, Slot, catch_up
from scoring.errors import (
    AccountError,
)
from scoring.handles import key
from scoring.reader import Reader, Reading
from storage import schedules
from storage.database import Database
from storage.digests import Digests, Due
from storage.following import Following
from storage.outbox import post
from storage.places import Place
from storage.schedules import Planned, Schedule, Schedules

_log = logging.getLogger(__name__)

_TOGETHER: Final = 100
"""Handles read at a time: as many as X looks up in one request."""

_USEFUL: Final = timedelta(hours=48)
"""For how long a digest is worth sending; after that its week's is given up."""

_WORTH_WAITING: Final = timedelta(hours=6)
"""For how long fresh figures are waited for when X does not answer; then old ones are told."""

_LATER: Final = timedelta(minutes=5)
_MOST_ATTEMPTS: Final = 3


class Written(NamedTuple):
    """A message in words.

    Attributes:
        html: Telegram HTML, 4096 UTF-16 units at most once it is parsed.
        markup: its buttons, as the Bot API's JSON.
    """

    html: str
    markup: dict[str, Any] | None


class Writer(Protocol):
    """Puts digests and alerts into words, in a place's language."""

    async def digest(self, place: Place, digest: Digest, now: datetime) -> Written:
        """One message, its first page."""

    async def crossed(
        self, place: Place, reading: Reading, threshold: float, *, above: bool
    ) -> Written:
        """A score is surely above, or below, a threshold now, and was not before."""

    async def moved(self, place: Place, reading: Reading, base: float) -> Written:
        """A score has moved from where it was."""


class Preparing:
    """Makes messages of what is due."""

    def __init__(
        self,
        *,
        database: Database,
        reader: Reader,
        groups: Groups,
        writer: Writer,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._groups = groups
        self._schedules = Schedules(database)
        self._digests = Digests(database)
        self._following = Following(database)
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def prepare(self) -> None:
        """Plan what is due, read whom it is about, and build the messages."""
        while await self._schedules.plan(self._clock(), _next) == schedules.AT_ONCE:
            pass
        now = self._clock()
        wanted = await self._digests.wanted(now)
        collected = await collect(self._reader, wanted)
        while due := await self._digests.due(now):
            for each in due:
                try:
                    await self._build(each, collected)
                except Exception:  # noqa: BLE001 - one place's trouble must not hold up the others
                    _log.exception("digest %d could not be built", each.id)
                    last = each.attempt + 1 >= _MOST_ATTEMPTS
                    await self._digests.fail(each.id, self._clock() + _LATER, last=last)

    async def _build(self, due: Due, collected: Collected) -> None:
        now = self._clock()
        follows = await self._following.of(due.place)
        schedule = await self._schedules.of(due.place)
        board = await self._weekly_board(due.place)
        if schedule is None or not (follows or board):
            await self._digests.skip(due.id, "nobody")
            return
        waiting = any(key(followed.handle) in collected.unread for followed in follows)
        if waiting and now - due.due_at < _WORTH_WAITING:
            again_at = collected.again_at or now
            await self._digests.postpone([due.id], max(again_at, now + _LATER))
            return
        entries = await compose(self._reader, follows, collected.problems, due.place.chat_id)
        late = now - due.due_at > LATE
        digest = Digest(due.id, entries, due.due_at if late else None, board)
        if _quiet(digest, schedule):
            await self._digests.skip(due.id, "quiet")
            return
        written = await self._writer.digest(due.place, digest, now)
        offered = [
            (key(entry.asked), entry.reading.score.facts.as_of)
            for entry in entries
            if entry.reading
        ]
        async with self._database.transaction() as connection:
            if await self._digests.ready(connection, due, contents(digest), offered, now):
                await post(
                    connection,
                    f"digest:{due.id}",
                    due.place,
                    written.html,
                    now=now,
                    useful=_USEFUL,
                    markup=written.markup,
                    silent=schedule.silent,
                    digest_id=due.id,
                )

    async def _weekly_board(self, place: Place) -> Board | None:
        """The board of a group that wants it every week, if anybody stands on it."""
        if place.topic_id or place.chat_id > 0:
            return None
        settings = await self._groups.settings(place.chat_id)
        if settings.closed or not settings.weekly:
            return None
        board = await self._groups.board(place.chat_id)
        return board if board.standings else None


def _quiet(digest: Digest, schedule: Schedule) -> bool:
    """Whether the place wants to hear of larger moves only; what is missing is always told."""
    missing = any(isinstance(entry.problem, AccountError) for entry in digest.entries)
    told = missing or digest.board is not None
    return schedule.least is not None and digest.moved < schedule.least and not told


def _next(schedule: Schedule, now: datetime) -> Planned:
    slot = Slot(schedule.weekday, schedule.minute, schedule.zone)
    assert schedule.next_run_at is not None  # noqa: S101 - it is due
    plan = catch_up(slot, schedule.next_run_at, now)
    return Planned(plan.period, plan.due, plan.next_run_at)
