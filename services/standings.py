"""A group's board: its members' scores, their places, and what happened since last week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Final, Literal, NamedTuple

from scoring.peers.board_places import Apart, Growth, apart, by_growth, overtakings, places_won
from scoring.progress import Progress
from scoring.ranking import Placed, rank
from scoring.reading.errors import ScoringError
from scoring.score import Score
from services.visibility import Visible
from storage.accounts.board_members import BoardSettings

LAST_WEEK: Final = timedelta(days=6)
"""A reading this much older is last week's: two weekly readings are hardly ever seven full days
apart, to the second."""

Order = Literal["growth", "score"]

NO_PROGRESS: Final = Progress(None, 0, record=False)


class LastWeek(NamedTuple):
    """An account a week before.

    Attributes:
        growth: points against its own weeks before; None without any.
    """

    score: Score
    growth: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One account on a board.

    Attributes:
        handle: the handle that a member joined with.
        reading: the newest reading; None when none can be shown.
        progress: the growth against the account's own last weeks.
        problem: why no reading can be shown.
        person: the member's first name on Telegram: foreign text; may be empty.
        proved: whether the member has proved that the account is theirs.
        last_week: None when it was not read then.
    """

    handle: str
    reading: Visible | None
    progress: Progress = NO_PROGRESS
    problem: ScoringError | None = None
    person: str = ""
    proved: bool = False
    last_week: LastWeek | None = None

    @property
    def gained(self) -> float | None:
        """Points gained (or lost) since last week by one formula; None where that is unknown."""
        if self.last_week is None or self.reading is None:
            return None
        before, now = self.last_week.score, self.reading.score
        return round(now.score - before.score, 1) if before.formula == now.formula else None


class Row(NamedTuple):
    """A line of a board.

    Attributes:
        place: from 1.
        shared: whether another member has this place too.
        won: places won (or lost, below 0) since last week; None for a member who is new.
    """

    standing: Standing
    place: int
    shared: bool
    won: int | None


@dataclass(frozen=True)
class Board:
    """A group's board.

    Attributes:
        standings: its members.
        moment: when the board was made.
        settings: what the administrators chose.
    """

    standings: tuple[Standing, ...]
    moment: datetime
    settings: BoardSettings

    @cached_property
    def by_handle(self) -> dict[str, Standing]:
        """The members with a score, by the present handle of their account."""
        return {each.reading.handle: each for each in self.standings if each.reading}

    @property
    def missing(self) -> list[Standing]:
        """The members without a score."""
        return [each for each in self.standings if each.reading is None]

    def rows(self, order: Order) -> list[Row]:
        """Return the members with a score in order; what is too close to call shares a place."""
        won = places_won(*self._weeks(order))
        return [
            Row(self.by_handle[each.name], each.place, each.shared, won.get(each.name))
            for each in _placed(order, self._now(self.by_handle))
        ]

    def overtaken(self, order: Order) -> list[tuple[Standing, Standing]]:
        """Return who passed whom since last week."""
        pairs = overtakings(*self._weeks(order))
        return [(self.by_handle[one], self.by_handle[other]) for one, other in pairs]

    def ties(self, order: Order) -> list[Apart]:
        """Return what tells members apart who share a place, one fact for each shared place."""
        rows = [row for row in self.rows(order) if row.shared]
        groups = [list(group) for _, group in groupby(rows, key=lambda row: row.place)]
        facts = [apart(self._scores(group)) for group in groups]
        return [fact for fact in facts if fact]

    def _weeks(self, order: Order) -> tuple[list[Placed], list[Placed]]:
        """Return last week's places and this week's, among those who were read in both."""
        both = {name: each for name, each in self.by_handle.items() if each.last_week}
        then = {
            name: Growth(each.last_week.score, each.last_week.growth)
            for name, each in both.items()
            if each.last_week
        }
        return _placed(order, then), _placed(order, self._now(both))

    @staticmethod
    def _scores(rows: list[Row]) -> dict[str, Score]:
        readings = [row.standing.reading for row in rows]
        return {reading.handle: reading.score for reading in readings if reading}

    @staticmethod
    def _now(standings: dict[str, Standing]) -> dict[str, Growth]:
        return {
            name: Growth(each.reading.score, each.progress.growth)
            for name, each in standings.items()
            if each.reading
        }


def _placed(order: Order, growths: dict[str, Growth]) -> list[Placed]:
    if order == "growth":
        return by_growth(growths)
    return rank({name: growth.score for name, growth in growths.items()}) if growths else []
