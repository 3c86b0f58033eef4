"""From schedules that are due to messages that wait: plan, collect, build."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.exc import OperationalError

from delivery.collecting import Collected, collect
from delivery.digest import Digest, Known, compose, contents
from delivery.groups import Board, Groups
from delivery.notices import Notices
from delivery.slots import LATE, Slot, catch_up
from delivery.writing import Writer, Written
from scoring.asking import Asker
from scoring.handles import key
from scoring.reader import Reader
from storage import schedules
from storage.database import Database
from storage.digests import Digests, Due, Told
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

_NOBODY: Final = Asker("digest")
"""Nobody asks for what comes by itself, and it is shared by all who follow an account."""

_LATER: Final = timedelta(minutes=5)
_MOST_ATTEMPTS: Final = 3


class _Built(NamedTuple):
    due: Due
    told: Told
    written: Written
    silent: bool


class Preparing:
    """Makes messages of what is due."""

    def __init__(
        self,
        *,
        database: Database,
        reader: Reader,
        groups: Groups,
        writer: Writer,
        notices: Notices,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._groups = groups
        self._schedules = Schedules(database)
        self._digests = Digests(database)
        self._reader = reader
        self._writer = writer
        self._notices = notices
        self._clock = clock

    async def prepare(self) -> None:
        """Plan what is due, read whom it is about, and build the messages."""
        while await self._schedules.plan(self._clock(), planned) == schedules.AT_ONCE:
            pass
        now = self._clock()
        wanted = await self._digests.wanted(now)
        collected = await collect(self._reader, wanted, _NOBODY)
        known = Known(self._reader)
        while due := await self._digests.due(now):
            built = [one for each in due if (one := await self._try(each, known, collected))]
            await self._post_all(built)

    async def _try(self, due: Due, known: Known, collected: Collected) -> _Built | None:
        await asyncio.sleep(0)  # people's questions go first, also while all is known already
        try:
            return await self._build(due, known, collected)
        except OperationalError:
            raise  # the database's trouble, not this place's
        except Exception as error:  # noqa: BLE001 - it must not hold up the others
            await self._give_up(due, error)
            return None

    async def _build(self, due: Due, known: Known, collected: Collected) -> _Built | None:
        now = self._clock()
        board = await self._weekly_board(due.place)
        if due.schedule is None or not (due.follows or board):
            await self._digests.skip(due.id, "nobody")
            return None
        if due.schedule.state == "paused":
            await self._digests.skip(due.id, "paused")
            return None
        waiting = any(key(followed.handle) in collected.unread for followed in due.follows)
        if waiting and now - due.due_at < _WORTH_WAITING:
            again_at = collected.again_at or now
            await self._digests.postpone([due.id], max(again_at, now + _LATER))
            return None
        entries = await compose(known, due.follows, collected.problems, due.place.chat_id)
        late = now - due.due_at > LATE
        digest = Digest(due.id, entries, due.due_at if late else None, board, due.schedule)
        if _quiet(digest, due.schedule):
            await self._digests.skip(due.id, "quiet")
            return None
        written = await self._writer.digest(due.place, digest, now)
        offered = [
            (key(entry.asked), entry.reading.score.facts.as_of if entry.reading else now)
            for entry in entries
            if entry.reading or entry.gone
        ]
        return _Built(due, Told(contents(digest, now), offered), written, due.schedule.silent)

    async def _post_all(self, built: list[_Built]) -> None:
        """Together, or, where one of them cannot be stored, one by one: it holds up no other."""
        try:
            await self._post(built)
        except OperationalError:
            raise  # the database's trouble
        except Exception:  # noqa: BLE001 - a bug in one of them, which is found and logged now
            for one in built:
                try:
                    await self._post([one])
                except OperationalError:
                    raise
                except Exception as error:  # noqa: BLE001
                    await self._give_up(one.due, error)

    async def _give_up(self, due: Due, error: Exception) -> None:
        """For now, or for good: within an `except`."""
        _log.exception("digest could not be built", extra={"digest_id": due.id})
        await self._notices.failed(error)
        last = due.attempt + 1 >= _MOST_ATTEMPTS
        await self._digests.fail(due.id, self._clock() + _LATER, last=last)

    async def _post(self, built: list[_Built]) -> None:
        """All of them, or, since somebody else may be faster, those that are still due."""
        now = self._clock()
        async with self._database.transaction() as connection:
            told = {one.due.id: one.told for one in built}
            ready = await self._digests.ready(connection, told, now)
            for due, _, written, silent in built:
                if due.id in ready:
                    await post(
                        connection,
                        f"digest:{due.id}",
                        due.place,
                        written.html,
                        now=now,
                        useful=_USEFUL,
                        markup=written.markup,
                        silent=silent,
                        digest_id=due.id,
                    )

    async def _weekly_board(self, place: Place) -> Board | None:
        """The board of a group that wants it every week, if anybody stands on it."""
        if place.topic_id or place.chat_id > 0:
            return None
        settings = await self._groups.settings(place.chat_id)
        if settings.closed or not settings.weekly:
            return None
        board = await self._groups.board(place.chat_id, _NOBODY)
        return board if board.standings else None


def _quiet(digest: Digest, schedule: Schedule) -> bool:
    """Whether the place wants to hear of larger moves only; that somebody is gone is told once."""
    missing = any(entry.gone and not entry.known for entry in digest.entries)
    told = missing or digest.board is not None
    return schedule.least is not None and digest.moved < schedule.least and not told


def planned(schedule: Schedule, now: datetime) -> Planned:
    """What a due schedule comes to: a `storage.schedules.Next`."""
    slot = Slot(schedule.weekday, schedule.minute, schedule.zone)
    assert schedule.next_run_at is not None  # noqa: S101 - it is due
    plan = catch_up(slot, schedule.next_run_at, now)
    return Planned(plan.period, plan.due, plan.next_run_at)
