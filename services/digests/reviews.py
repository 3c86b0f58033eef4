"""A review of eight weeks or a year: how far each account came, its best week, who passed whom."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from scoring.change import Change
from scoring.progress import WEEKS, Point, week_end
from scoring.reading.handles import key
from scoring.reading.reader import Reader
from services.boards import Groups
from services.digests.digest_contents import passed
from services.visibility import Audience, Visible, seen
from storage.accounts.follows import Follows
from storage.chats.places import Place

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One account over the time of a review.

    Attributes:
        reading: the newest reading.
        change: from the first reading of the time; None when there is only one.
        best: the change of the week that brought most; None when no week brought anything.
        weeks: how many calendar weeks lie between the first and the newest reading, both included.
        unread: how many of them no reading is from.
    """

    reading: Visible
    change: Change | None
    best: Change | None
    weeks: int
    unread: int

    @property
    def own(self) -> float:
        """Return the points that the account gained (or lost)."""
        return self.change.own if self.change else 0.0


@dataclass(frozen=True, slots=True)
class Review:
    """What happened to the accounts of a place.

    Attributes:
        begin, end: the time that is reviewed; no change counts from an earlier reading.
        accounts: who gained most comes first.
        overtakings: pairs of the account ahead now and the one ahead before.
    """

    begin: datetime
    end: datetime
    accounts: tuple[Reviewed, ...]
    overtakings: tuple[tuple[Visible, Visible], ...]


class Reviews:
    """Makes reviews from stored readings; no network is asked."""

    def __init__(
        self, reader: Reader, follows: Follows, groups: Groups, clock: Callable[[], datetime]
    ) -> None:
        self._reader = reader
        self._follows = follows
        self._groups = groups
        self._clock = clock

    async def review(self, place: Place, *, year: bool) -> Review:
        """Return a review of what a place follows and of its board's members.

        Args:
            year: of this calendar year (UTC) so far, in January of the year before; else of the
                last eight weeks.
        """
        now = self._clock()
        if year:
            begin, end = _year(now)
            first = begin
        else:
            begin, end = now - WEEKS * _WEEK, now
            first = week_end(now) - (WEEKS + 1) * _WEEK  # by the calendar, as a picture's weeks are
        readings = await self._readings(place, end)
        reviewed = [await self._one(reading, first, end) for reading in readings]
        bases = [each.change.before.facts.as_of for each in reviewed if each.change]
        moved = [(each.reading, each.change) for each in reviewed if each.change]
        ordered = sorted(reviewed, key=lambda each: (-each.own, key(each.reading.handle)))
        return Review(min([begin, *bases]), end, tuple(ordered), tuple(passed(moved)))

    async def _readings(self, place: Place, end: datetime) -> list[Visible]:
        """Return the last reading up to a moment, or else the newest, of each account.

        Those that may not be shown are left out.
        """
        names = [followed.handle for followed in await self._follows.of(place)]
        if place.chat_id < 0 and not (await self._groups.settings(place.chat_id)).closed:
            members = await self._groups.members(place.chat_id)
            names += [each.handle for each in members.values()]
        audience, found = Audience.of_chat(place.chat_id), dict[int, Visible]()
        for name in names:
            read = await self._reader.recall(name, end) or await self._reader.stored(name)
            if reading := seen(read, audience):
                found[reading.account_id] = reading
        return list(found.values())

    async def _one(self, reading: Visible, begin: datetime, end: datetime) -> Reviewed:
        history = await self._reader.history(reading, begin)
        formula = reading.score.formula
        points = [point for point in history if point.as_of <= end and point.formula == formula]
        weekly = _weekly(points)
        if not weekly:
            return Reviewed(reading, None, None, 0, 0)
        first, last = weekly[0].as_of, weekly[-1].as_of
        change = await self._reader.change(reading, first) if first < last else None
        weeks = round((week_end(last) - week_end(first)) / _WEEK) + 1
        return Reviewed(
            reading, change, await self._best(reading, weekly), weeks, weeks - len(weekly)
        )

    async def _best(self, reading: Visible, weekly: Sequence[Point]) -> Change | None:
        """Return the change of the week that brought most to the account itself."""
        gains = [
            (after.score - before.score, before, after)
            for before, after in pairwise(weekly)
            if week_end(after.as_of) - week_end(before.as_of) == _WEEK
        ]
        for gain, before, after in sorted(gains, key=lambda each: -each[0]):
            then = await self._reader.recall(reading.handle, after.as_of)
            if gain <= 0 or then is None:
                break
            change = await self._reader.change(then, before.as_of)
            if change is not None and change.own > 0 and not change.noise:
                return change
        return None


def _year(now: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last moment of the year to review: in January the one before."""
    january = datetime(now.year, 1, 1, tzinfo=now.tzinfo)
    if now.month > 1:
        return january, now
    return january.replace(year=now.year - 1), january - timedelta(seconds=1)


def _weekly(points: Iterable[Point]) -> list[Point]:
    """Return the last score of each calendar week that has one, oldest first."""
    return list({week_end(point.as_of): point for point in points}.values())
