"""Builds digests: reads the accounts of those that are due, posts their messages to the outbox."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.exc import OperationalError

from delivery.operator_notices import OperatorNotices
from delivery.writing import MessageWriter, Written
from scoring.reading.handles import key
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from services.batch_read import BatchResult, read_batch
from services.boards import Groups
from services.calendar.slots import LATE
from services.digests.digest_contents import DigestContents, contents
from services.digests.digest_entries import Entry, Known, Situation, compose
from services.duels.duel_records import DuelRecords
from services.standings import Board
from services.visibility import Audience
from storage.accounts.follows import Followed
from storage.chats.places import Place
from storage.chats.tellings import Told
from storage.queues.digests import Content, Due
from storage.queues.messages import OutboxMessage
from storage.queues.schedules import Schedule
from storage.stores import Stores

_log = logging.getLogger(__name__)

_TOGETHER: Final = 100
"""Handles to a request: as many as X looks up in one."""

_WORTH_WAITING: Final = timedelta(hours=6)
"""How long a digest waits for fresh figures when X does not answer; then it shows stored ones."""

_NOBODY: Final = Requester("digest")
"""The requester of digests: they count against no person's quota, as many chats share a read."""

_LATER: Final = timedelta(minutes=5)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_MOST_ATTEMPTS: Final = 3


class _Built(NamedTuple):
    due: Due
    told: Content
    written: Written
    silent: bool
    accounts: frozenset[int]
    tellings: dict[int, Told]


class DigestBuilder:
    """Builds the digests that are due and posts them to the outbox."""

    def __init__(
        self,
        stores: Stores,
        *,
        reader: Reader,
        groups: Groups,
        duel_records: DuelRecords,
        writer: MessageWriter,
        notices: OperatorNotices,
        clock: Callable[[], datetime],
    ) -> None:
        self._stores = stores
        self._digests = stores.digests
        self._groups = groups
        self._duel_records = duel_records
        self._reader = reader
        self._writer = writer
        self._notices = notices
        self._clock = clock

    async def build(self) -> None:
        """Read the accounts of digests that are due, and build and post their messages."""
        now = self._clock()
        wanted = await self._digests.wanted(now)
        rest_until = (await self._reader.silence()).get("user")
        resting = rest_until is not None and now < rest_until <= now + _LONGEST_PAUSE
        collected = await read_batch(self._reader, wanted, _NOBODY, resting=resting)
        if collected.refused and not await self._is_confirmed(self._clock()):
            collected.unread |= collected.refused
        known = Known(self._reader)
        while due := await self._digests.due(now):
            built = [one for each in due if (one := await self._try(each, known, collected))]
            if not await self._post_all(built):
                known.forget()

    async def _is_confirmed(self, now: datetime) -> bool:
        """Return whether X has refused the key for so long that a second request found the same."""
        return any(
            outage.resource is None and abs(now - outage.opened_at) >= _LATER
            for outage in await self._stores.breaker.current()
        )

    async def _try(self, due: Due, known: Known, collected: BatchResult) -> _Built | None:
        await asyncio.sleep(0)  # let people's questions run in between, also when all is in memory
        try:
            return await self._build(due, known, collected)
        except OperationalError:
            raise  # the database's fault, not this digest's
        except Exception as error:  # noqa: BLE001 - a digest that fails must not stop the others
            await self._give_up(due, error)
            return None

    async def _build(self, due: Due, known: Known, collected: BatchResult) -> _Built | None:
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
            again_at = max(collected.again_at or now, now + _pause(now - due.due_at, collected))
            await self._digests.postpone([due.id], min(again_at, due.due_at + _WORTH_WAITING))
            return None
        audience = Audience.of_chat(due.place.chat_id)
        situation = Situation(audience, due.told, due.alerts, collected.problems)
        entries = await compose(known, due.follows, situation)
        late = now - due.due_at > LATE
        duels = await self._duel_records.week(due.place)
        digest = DigestContents(
            due.id, entries, due.due_at if late else None, board, due.schedule, duels=duels
        )
        members = await self._members(known, board, situation)
        past = await known.past_of(digest.mover)
        digest = replace(digest, past=past, members=members)
        if _quiet(digest, due.schedule):
            await self._digests.skip(due.id, "quiet")
            return None
        written = await self._writer.digest(due.place, digest, now)
        stored = {followed.handle: followed.key for followed in due.follows}
        offered = [
            (stored[entry.asked], entry.reading.score.facts.as_of if entry.reading else now)
            for entry in entries
            if entry.reading or entry.gone
        ]
        told = Content(contents(digest, now), offered)
        return _Built(due, told, written, due.schedule.silent, digest.shown, digest.told)

    async def _post_all(self, built: list[_Built]) -> bool:
        """Post digests in one transaction, or one by one when one of them cannot be stored.

        Returns:
            False when some must be built again, since an account in them is hidden by now.
        """
        try:
            return await self._post(built)
        except OperationalError:
            raise  # the database's fault
        except Exception:  # noqa: BLE001 - one digest has a bug; the loop below finds and logs it
            for one in built:
                try:
                    await self._post([one])
                except OperationalError:
                    raise
                except Exception as error:  # noqa: BLE001
                    await self._give_up(one.due, error)
        return False

    async def _give_up(self, due: Due, error: Exception) -> None:
        """Postpone a digest that failed, or fail it for good; called within an `except`."""
        _log.exception("digest could not be built", extra={"digest_id": due.id})
        await self._notices.failed(error)
        last = due.attempt + 1 >= _MOST_ATTEMPTS
        await self._digests.fail(due.id, self._clock() + _LATER, last=last)

    async def _post(self, built: list[_Built]) -> bool:
        """Post the digests that are still due and may be shown; False when one may not be shown."""
        outbox = self._stores.outbox
        async with self._stores.transaction() as tx:
            accounts = frozenset[int]().union(*(one.accounts for one in built))
            hidden = await self._stores.hidden.owners(tx, accounts)
            told = {one.due.id: one.told for one in built if _may_be_told(one, hidden)}
            ready = await self._digests.ready(tx, told)
            await outbox.supersede(tx, ready)
            # what was told counts without the digests that were superseded
            newest = await self._stores.tellings.newest(tx, [one.due.place for one in built])
            done = [one for one in built if one.due.id in ready]
            sent = [one for one in done if _is_up_to_date(one, newest)]
            outdated = [one.due.id for one in done if one not in sent]
            await self._digests.reopen(tx, outdated)
            await outbox.post(tx, [_message(one) for one in sent])
            for one in sent:
                await self._stores.tellings.post(
                    tx, one.due.place, one.tellings, "digest", _name(one), self._clock()
                )
        return len(told) == len(built) and not outdated

    async def _members(
        self, known: Known, board: Board | None, situation: Situation
    ) -> tuple[Entry, ...]:
        """Return an entry for each account on a board whose score it shows."""
        if board is None:
            return ()
        shown = [each.reading.handle for each in board.standings if each.reading]
        return await compose(known, [Followed(handle, None) for handle in shown], situation)

    async def _weekly_board(self, place: Place) -> Board | None:
        """Return the board of a group that chose a weekly board, if it has members."""
        if place.topic_id or place.chat_id > 0:
            return None
        settings = await self._groups.settings(place.chat_id)
        if settings.closed or not settings.weekly:
            return None
        board = await self._groups.board(place.chat_id, _NOBODY)
        return board if board.standings else None


def _pause(age: timedelta, collected: BatchResult) -> timedelta:
    """Return how long a digest waits whose accounts cannot be read: a backoff up to an hour.

    While X does not answer at all, a look costs nothing: the ledger doubles its own pauses. When
    only posts or mentions fail, each pause is as long as all before.
    """
    return _LATER if collected.silent else max(_LATER, min(age, _LONGEST_PAUSE))


def _message(one: _Built) -> OutboxMessage:
    return OutboxMessage(
        key=_name(one),
        place=one.due.place,
        html=one.written.html,
        markup=one.written.markup,
        picture=one.written.picture,
        silent=one.silent,
        digest_id=one.due.id,
    )


def _name(one: _Built) -> str:
    """Return the idempotency key of a digest's message."""
    return f"digest:{one.due.id}"


def _is_up_to_date(one: _Built, newest: Mapping[Place, int]) -> bool:
    """Return whether the place was told nothing since the digest was built."""
    known = max((each.number for each in one.due.told.values()), default=0)
    return newest.get(one.due.place, 0) == known


def _may_be_told(one: _Built, hidden: Mapping[int, int]) -> bool:
    """Return whether the place may see each account in a digest, given who hides them now."""
    audience = Audience.of_chat(one.due.place.chat_id)
    return all(audience.sees(hidden.get(number)) for number in one.accounts)


def _quiet(digest: DigestContents, schedule: Schedule) -> bool:
    """Return whether too little moved for the place; a board or an account newly gone counts."""
    missing = any(entry.gone and not entry.known for entry in digest.entries)
    told = missing or (digest.board is not None and digest.board_has_news)
    return schedule.least is not None and digest.moved < schedule.least and not told
