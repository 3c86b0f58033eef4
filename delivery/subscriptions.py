"""What a place follows and when it hears of it: everything that people may change."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from delivery.alerts import side
from delivery.collecting import collect
from delivery.digest import Digest, Known, compose, recall
from delivery.slots import Slot, period, reschedule
from delivery.zones import zone_info
from scoring.asking import Asker
from scoring.errors import AccountError, ScoringError, SourceError
from scoring.reader import Reader
from scoring.reading import Reading
from storage.alerts import Alert, Alerts
from storage.chats import Chats
from storage.digests import Digests
from storage.following import Added, Following
from storage.places import Place
from storage.schedules import Schedule, Schedules

MOST_FOLLOWED: Final = 50
"""Accounts a place can follow: as many as one digest can say something useful of."""

DEFAULT_ZONE: Final = "UTC"
_DEFAULT_MINUTE: Final = 9 * 60


@dataclass(frozen=True, slots=True)
class Follow:
    """What came of `/follow`.

    Attributes:
        added: which handles are followed now, were before, or are too many.
        problems: why a handle could not be followed, or not be read yet.
        schedule: when the place hears of them; None when it follows nobody.
        ask_zone: nobody ever said in which time zone this chat lives.
    """

    added: Added
    problems: tuple[ScoringError, ...]
    schedule: Schedule | None
    ask_zone: bool


class Subscriptions:
    """Follows, schedules and alerts of places."""

    def __init__(
        self,
        *,
        reader: Reader,
        chats: Chats,
        following: Following,
        schedules: Schedules,
        digests: Digests,
        alerts: Alerts,
        clock: Callable[[], datetime],
    ) -> None:
        self._reader = reader
        self._chats = chats
        self.following = following
        self._schedules = schedules
        self._digests = digests
        self._alerts = alerts
        self._clock = clock

    async def follow(self, place: Place, handles: Sequence[str], who: Asker) -> Follow:
        """Follow accounts that exist; the first follow of a place sets a schedule as well."""
        answers = await asyncio.gather(
            *(self._look(handle, who, place.chat_id) for handle in handles)
        )
        wanted: dict[str, datetime | None] = {}
        problems = []
        for handle, answer in zip(handles, answers, strict=True):
            if isinstance(answer, Reading):
                wanted[answer.handle] = answer.score.facts.as_of
            else:
                problems.append(answer)
                if isinstance(answer, SourceError):  # it may well exist
                    wanted[handle] = None
        added = await self.following.add(place, wanted, MOST_FOLLOWED)
        zone = await self._chats.zone(place.chat_id)
        if added.new:
            await self._schedules.start(place, self._default(zone or DEFAULT_ZONE))
        return Follow(added, tuple(problems), await self.schedule(place), zone is None)

    async def unfollow(self, place: Place, handles: Sequence[str]) -> list[str]:
        """Follow accounts no more; those that were followed."""
        return await self.following.remove(place, handles)

    async def schedule(self, place: Place) -> Schedule | None:
        """When a place hears of those it follows."""
        return await self._schedules.of(place)

    async def set_time(
        self,
        place: Place,
        *,
        weekday: int | None = None,
        minute: int | None = None,
        zone: str | None = None,
    ) -> Schedule:
        """Choose a weekday, a minute of the day or a zone; what is None stays as it is.

        No week gets a second digest by it. A paused place goes on.

        Raises:
            delivery.zones.UnknownZone: there is no such zone.
        """
        known = zone or await self._chats.zone(place.chat_id) or DEFAULT_ZONE
        zone_info(known)
        if zone:
            await self._chats.choose_zone(place.chat_id, zone)
        await self._schedules.start(place, self._default(known))

        def to(old: Schedule) -> Schedule:
            new = replace(
                old,
                weekday=old.weekday if weekday is None else weekday,
                minute=old.minute if minute is None else minute,
                zone=zone or old.zone,
            )
            if weekday is None and minute is None and old.next_run_at is not None:
                # the same hour elsewhere: not today all of a sudden, if it was next week
                return self._active(new, old.next_run_at - timedelta(days=1))
            return self._active(new)

        changed = await self._schedules.change(place, to)
        assert changed is not None  # noqa: S101 - it was just started
        return changed

    async def begin(self, chat_id: int) -> None:
        """Give a group a schedule, for what comes once a week; one that is there stays."""
        zone = await self._chats.zone(chat_id) or DEFAULT_ZONE
        await self._schedules.start(Place(chat_id), self._default(zone))

    async def pause(self, place: Place) -> Schedule | None:
        """Send no digest until somebody resumes; None when there never was a schedule."""

        def paused(old: Schedule) -> Schedule:
            served = old.last_period or ""
            if old.next_run_at is not None:  # the weeks before the promised run bring none
                served = max(served, period(old.zone, old.next_run_at - timedelta(weeks=1)))
            return replace(
                old, state="paused", reason=None, next_run_at=None, last_period=served or None
            )

        return await self._schedules.change(place, paused)

    async def resume(self, place: Place) -> Schedule | None:
        """Go on, no sooner than was promised before; None when there never was a schedule."""
        return await self._schedules.change(place, self._active)

    async def set_quiet(self, place: Place, least: float | None) -> Schedule | None:
        """Skip weeks in which nothing moved by `least` points; None skips none."""
        return await self._schedules.change(place, lambda old: replace(old, least=least))

    async def set_silent(self, place: Place, *, silent: bool) -> Schedule | None:
        """Send without a sound, or with one."""
        return await self._schedules.change(place, lambda old: replace(old, silent=silent))

    async def digest(self, place: Place, who: Asker) -> Digest:
        """A place's digest as of now; accounts that were not read today are read."""
        follows = await self.following.of(place)
        names = [followed.handle for followed in follows]
        collected = await collect(self._reader, names, who)
        told = await compose(Known(self._reader), follows, collected.problems, place.chat_id)
        return Digest(0, told, schedule=await self.schedule(place))

    async def stored_digest(self, place: Place, number: int, who: Asker) -> Digest | None:
        """A digest that was sent to this place, as it was; number 0 is the one of now."""
        if number == 0:
            return await self.digest(place, who)
        contents = await self._digests.contents(number, place)
        if contents is None:
            return None
        told = await recall(self._reader, number, contents, place.chat_id)
        return replace(told, schedule=await self.schedule(place))

    async def set_alert(
        self,
        place: Place,
        handle: str,
        who: Asker,
        *,
        threshold: float | None = None,
        step: float | None = None,
    ) -> Reading | None:
        """Tell a place when an account crosses a threshold, or moves by a step.

        Returns:
            What it begins with; None when the place has `MOST_FOLLOWED` alerts already.

        Raises:
            scoring.errors.ScoringError: there is no score to begin with.
        """
        reading = (await self._reader.read(handle, who)).shown_to(place.chat_id)
        score = reading.score
        added = await self._alerts.put(
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
        return reading if added else None

    async def remove_alert(self, place: Place, handle: str) -> bool:
        """Whether there was an alert to remove."""
        return await self._alerts.remove(place, handle)

    async def alerts(self, place: Place) -> list[Alert]:
        """A place's alerts."""
        return await self._alerts.of(place)

    async def _look(self, handle: str, who: Asker, viewer: int) -> Reading | ScoringError:
        try:
            return (await self._reader.read(handle, who)).shown_to(viewer)
        except (AccountError, SourceError) as error:
            return error

    def _default(self, zone: str) -> Schedule:
        """A week from today, at nine."""
        local = self._clock().astimezone(zone_info(zone))
        slot = Slot(local.weekday(), _DEFAULT_MINUTE, zone)
        next_run_at = reschedule(slot, self._clock() + timedelta(days=6), None)
        return Schedule(
            weekday=slot.weekday, minute=slot.minute, zone=zone, next_run_at=next_run_at
        )

    def _active(self, of: Schedule, after: datetime | None = None) -> Schedule:
        """With its next run, later than now and than `after`."""
        now = self._clock()
        slot = Slot(of.weekday, of.minute, of.zone)
        next_run_at = reschedule(slot, max(now, after or now), of.last_period)
        return replace(of, state="active", reason=None, next_run_at=next_run_at)
