"""Use cases of following: what a place follows, its schedule, its digests and its alerts."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from scoring.reading.account import Reading
from scoring.reading.errors import AccountError, ScoringError, SourceError
from scoring.reading.handles import key
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from services.alert_rules import side
from services.batch_read import read_batch
from services.calendar.slots import Slot, period, reschedule
from services.calendar.zones import zone_info
from services.digests.digest_contents import DigestContents, recall
from services.digests.digest_entries import Known, Situation, compose
from services.digests.last_told import LastTold
from services.duels.duel_records import DuelRecords
from services.visibility import Audience, Visible, shown
from storage.accounts.alerts import Alert
from storage.accounts.follows import Added
from storage.chats.places import Place
from storage.queues.schedules import Schedule
from storage.stores import Stores

MOST_FOLLOWED: Final = 50
"""Most accounts that a place can follow: more would not fit in one useful digest."""

DEFAULT_ZONE: Final = "UTC"
_DEFAULT_MINUTE: Final = 9 * 60


@dataclass(frozen=True, slots=True)
class Follow:
    """Result of `/follow`.

    Attributes:
        added: handles by outcome: followed now, followed before, or too many.
        problems: why a handle could not be followed, or not be read yet.
        schedule: when the place gets its digest; None when it follows no account.
        ask_zone: the place begins to follow, and the chat has never chosen a time zone.
    """

    added: Added
    problems: tuple[ScoringError, ...]
    schedule: Schedule | None
    ask_zone: bool


class Subscriptions:
    """Changes and reads the follows, schedules and alerts of places."""

    def __init__(
        self,
        reader: Reader,
        stores: Stores,
        duel_records: DuelRecords,
        clock: Callable[[], datetime],
    ) -> None:
        self._reader = reader
        self._duel_records = duel_records
        self._told = LastTold(reader, stores.tellings, clock)
        self._stores = stores
        self.following = stores.follows
        self._schedules = stores.schedules
        self._clock = clock

    async def follow(self, place: Place, handles: Sequence[str], who: Requester) -> Follow:
        """Follow accounts that exist; the first follow of a place also sets a schedule."""
        answers = await asyncio.gather(
            *(self._look(handle, who, Audience.of_chat(place.chat_id)) for handle in handles)
        )
        wanted: dict[str, datetime | None] = {}
        problems = []
        for handle, answer in zip(handles, answers, strict=True):
            if isinstance(answer, Reading):
                wanted[answer.handle] = answer.score.facts.as_of
            else:
                problems.append(answer)
                if isinstance(answer, SourceError):  # the account may well exist
                    wanted[handle] = None
        added = await self.following.add(place, wanted, MOST_FOLLOWED)
        readings = [answer for answer in answers if isinstance(answer, Reading)]
        begun = [reading for reading in readings if reading.handle in added.new]
        await self._told.begin(place, begun)
        zone = await self._stores.chats.zone(place.chat_id)
        first = await self.schedule(place) is None
        if added.new:
            await self._schedules.start(place, self._default(zone or DEFAULT_ZONE))
        return Follow(added, tuple(problems), await self.schedule(place), zone is None and first)

    async def unfollow(self, place: Place, handles: Sequence[str]) -> list[str]:
        """Stop following accounts; return the handles that were followed."""
        return await self.following.remove(place, handles)

    async def schedule(self, place: Place) -> Schedule | None:
        """Return a place's schedule; None before its first."""
        return await self._schedules.of(place)

    async def set_time(
        self,
        place: Place,
        *,
        weekday: int | None = None,
        minute: int | None = None,
        zone: str | None = None,
    ) -> Schedule:
        """Set the weekday, the minute of the local day (0 to 1439) or the zone; None keeps the old.

        The change brings no week a second digest. A paused schedule is resumed.

        Raises:
            services.calendar.zones.UnknownZone: there is no such zone.
        """
        known = zone or await self._stores.chats.zone(place.chat_id) or DEFAULT_ZONE
        zone_info(known)
        if zone:
            await self._stores.chats.choose_zone(place.chat_id, zone)
        await self._schedules.start(place, self._default(known))

        async with self._stores.transaction() as tx:
            old = await self._schedules.locked(tx, place)
            assert old is not None  # noqa: S101 - `start` has just stored it
            new = replace(
                old,
                weekday=old.weekday if weekday is None else weekday,
                minute=old.minute if minute is None else minute,
                zone=zone or old.zone,
            )
            after = None
            if weekday is None and minute is None and old.next_run_at is not None:
                # a new zone keeps the day of the next run: a run next week does not move to today
                after = old.next_run_at - timedelta(days=1)
            return await self._schedules.put(tx, place, self._active(new, after))

    async def begin(self, chat_id: int) -> None:
        """Give a group a schedule, for its weekly board; an existing one stays."""
        zone = await self._stores.chats.zone(chat_id) or DEFAULT_ZONE
        await self._schedules.start(Place(chat_id), self._default(zone))

    async def pause(self, place: Place) -> Schedule | None:
        """Stop digests until they are resumed; return None when there is no schedule."""
        async with self._stores.transaction() as tx:
            old = await self._schedules.locked(tx, place)
            return old and await self._schedules.put(tx, place, _paused(old))

    async def skip(self, place: Place, length: timedelta) -> Schedule | None:
        """Let no digest come for some time, then every week again; None without a schedule."""
        async with self._stores.transaction() as tx:
            old = await self._schedules.locked(tx, place)
            until = self._clock() + length
            return old and await self._schedules.put(tx, place, self._active(old, until))

    async def resume(self, place: Place) -> Schedule | None:
        """Resume digests, not before the run last promised; return None without a schedule."""
        async with self._stores.transaction() as tx:
            old = await self._schedules.locked(tx, place)
            return old and await self._schedules.put(tx, place, self._active(old))

    async def set_quiet(self, place: Place, least: float | None) -> Schedule | None:
        """Skip weeks in which no score moved by `least` points; None skips no week."""
        return await self._replace(place, least=least)

    async def set_silent(self, place: Place, *, silent: bool) -> Schedule | None:
        """Send messages with or without a sound."""
        return await self._replace(place, silent=silent)

    async def digest(self, place: Place, who: Requester) -> DigestContents:
        """Return a place's digest as of now; accounts not read on this UTC day are read."""
        follows = await self.following.of(place)
        names = [followed.handle for followed in follows]
        collected = await read_batch(self._reader, names, who)
        known = Known(self._reader)
        told = await self._stores.tellings.of([place])
        situation = Situation(
            Audience.of_chat(place.chat_id),
            told[place],
            {key(alert.handle): alert for alert in await self.alerts(place)},
            collected.problems,
        )
        entries = await compose(known, follows, situation)
        schedule, duels = await self.schedule(place), await self._duel_records.week(place)
        composed = DigestContents(0, entries, schedule=schedule, duels=duels)
        return replace(composed, past=await known.past_of(composed.mover))

    async def told(self, place: Place, digest: DigestContents) -> None:
        """Note that a place was shown a digest that it had asked for."""
        await self._stores.tellings.answered(place, digest.told, self._clock())

    async def stored_digest(
        self, place: Place, number: int, who: Requester
    ) -> DigestContents | None:
        """Return a sent digest of this place as it was; number 0 stands for a new one."""
        if number == 0:
            return await self.digest(place, who)
        contents = await self._stores.digests.contents(number, place)
        if contents is None:
            return None
        told = await recall(self._reader, number, contents, Audience.of_chat(place.chat_id))
        duels = await self._duel_records.week(place, told.at)
        return replace(told, schedule=await self.schedule(place), duels=duels)

    async def set_alert(
        self,
        place: Place,
        handle: str,
        who: Requester,
        *,
        threshold: float | None = None,
        step: float | None = None,
    ) -> Visible | None:
        """Tell a place when an account crosses a threshold, or moves by a step, in points.

        Returns:
            The reading that the alert starts from; None when the place already has `MOST_FOLLOWED`.

        Raises:
            scoring.reading.errors.ScoringError: the account has no score to start from.
        """
        read = await self._reader.read(handle, who)
        reading = shown(read, Audience.of_chat(place.chat_id), handle)
        score = reading.score
        added = await self._stores.alerts.put(
            Alert(
                place=place,
                handle=reading.handle,
                threshold=threshold,
                above=None if threshold is None else side(score, threshold),
                step=step,
                base=None if step is None else score.score,
                seen_at=score.facts.as_of,
            ),
            MOST_FOLLOWED,
        )
        if added:
            await self._told.answered(place, await self._told.steps(place, [reading]))
        return reading if added else None

    async def remove_alert(self, place: Place, handle: str) -> bool:
        """Remove an alert; return whether there was one."""
        return await self._stores.alerts.remove(place, handle)

    async def alerts(self, place: Place) -> list[Alert]:
        """Return a place's alerts, by handle."""
        return await self._stores.alerts.of(place)

    async def _look(
        self, handle: str, who: Requester, audience: Audience
    ) -> Visible | ScoringError:
        try:
            return shown(await self._reader.read(handle, who), audience, handle)
        except (AccountError, SourceError) as error:
            return error

    async def _replace(self, place: Place, **changes: Any) -> Schedule | None:
        async with self._stores.transaction() as tx:
            old = await self._schedules.locked(tx, place)
            return old and await self._schedules.put(tx, place, replace(old, **changes))

    def _default(self, zone: str) -> Schedule:
        """Return a schedule that is due a week from today, at nine."""
        local = self._clock().astimezone(zone_info(zone))
        slot = Slot(local.weekday(), _DEFAULT_MINUTE, zone)
        next_run_at = reschedule(slot, self._clock() + timedelta(days=6), None)
        return Schedule(
            weekday=slot.weekday, minute=slot.minute, zone=zone, next_run_at=next_run_at
        )

    def _active(self, of: Schedule, after: datetime | None = None) -> Schedule:
        """Return an active schedule whose next run is later than now and than `after`."""
        now = self._clock()
        slot = Slot(of.weekday, of.minute, of.zone)
        next_run_at = reschedule(slot, max(now, after or now), of.last_period)
        return replace(of, state="active", reason=None, next_run_at=next_run_at)


def _paused(old: Schedule) -> Schedule:
    served = old.last_period or ""
    if old.next_run_at is not None:  # no digest for the weeks before the promised run
        served = max(served, period(old.zone, old.next_run_at - timedelta(weeks=1)))
    return replace(old, state="paused", reason=None, next_run_at=None, last_period=served or None)
