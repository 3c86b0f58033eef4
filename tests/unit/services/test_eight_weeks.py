"""`/why`, `/review`, pictures and boards count the same weeks."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scoring.peers.usual import typical
from scoring.progress import WEEKS, week_end
from scoring.reading.account import Reading
from scoring.reading.reader import Reader
from scoring.score import score
from services.boards import Groups
from services.digests.reviews import Review, Reviews
from services.digests.spans import Span, explain
from services.visibility import Visible
from storage.chats.places import Place
from storage.engine.database import Database
from storage.stores import Stores
from tests.support.accounts import NOW
from tests.support.facts import facts
from views.pictures import ScoreCard, illustrations
from views.wording import wording_for

pytestmark = pytest.mark.database

GROUP = Place(-5)
DAY = timedelta(days=1)


class House:
    """One account, @nasa, whose followers grow with each reading."""

    def __init__(self, database: Database) -> None:
        self.now, self.followers = NOW, 2_000
        self.stores = Stores(database, lambda: self.now, "a process")
        nothing: Any = None
        self.reader = Reader(None, self.stores.readings, nothing, nothing, lambda: self.now)
        self.groups = Groups(self.reader, self.stores, lambda: self.now)

    async def read(self, at: datetime) -> Visible:
        self.now, self.followers = at, self.followers + 400
        counted = facts(followers=self.followers, as_of=at)
        reading = Reading(1, "nasa", "nasa", protected=False, score=score(counted))
        await self.stores.readings.add(reading, "nasa")
        return Visible(reading)

    async def review(self, *, year: bool = False) -> Review:
        await self.stores.follows.add(GROUP, {"nasa": self.now}, 50)
        reviews = Reviews(self.reader, self.stores.follows, self.groups, lambda: self.now)
        return await reviews.review(GROUP, year=year)

    async def card(self, reading: Visible) -> ScoreCard:
        points = await self.reader.history(reading, NOW - 500 * DAY)
        usual, english = typical(reading.score), wording_for("en")
        told = illustrations.card(reading, points, usual, self.now, english, followed=False)
        assert isinstance(told.picture, ScoreCard)
        return told.picture


@pytest.mark.parametrize("seed", range(5))
async def test_eight_weeks_begin_with_the_same_reading_everywhere(
    database: Database, seed: int
) -> None:
    chance, house = random.Random(seed), House(database)  # noqa: S311 - the same each time
    reading = await house.read(NOW - 90 * DAY)
    for age in sorted((chance.uniform(0, 85) for _ in range(30)), reverse=True):
        reading = await house.read(NOW - age * DAY)
    explained = await explain(house.reader, reading, Span.EIGHT_WEEKS, None)
    review, card = await house.review(), await house.card(reading)
    assert explained.change
    assert review.accounts[0].change
    first = explained.change.before.facts.as_of
    assert review.accounts[0].change.before.facts.as_of == first == card.history[0].moment
    assert review.begin <= first
    assert week_end(house.now) - week_end(first) == WEEKS * 7 * DAY


async def test_a_span_begins_with_the_reading_nearest_to_it(database: Database) -> None:
    house = House(database)
    for age in (40, 27, 9, 6):
        await house.read(NOW - age * DAY)
    reading = await house.read(NOW)
    for span, age in ((Span.WEEK, 6), (Span.MONTH, 27), (Span.EIGHT_WEEKS, 40)):
        explained = await explain(house.reader, reading, span, None)
        assert explained.change
        assert explained.change.before.facts.as_of == NOW - age * DAY


async def test_a_board_and_a_card_name_the_same_streak(database: Database) -> None:
    house = House(database)
    monday = week_end(NOW) - 7 * DAY
    for weeks in range(6, 0, -1):  # by turns on Monday and on Sunday
        reading = await house.read(monday - (7 * weeks - 6 * (weeks % 2)) * DAY)
    reading = await house.read(NOW)
    await house.stores.board_members.join(-5, 7, "Ada", "nasa", proved=False)
    board, card = await house.groups.board(-5), await house.card(reading)
    assert board.standings[0].progress.streak == 6
    assert card.fact == ("streak", 6)


async def test_in_january_the_year_before_is_reviewed(database: Database) -> None:
    house = House(database)
    await house.read(datetime(2026, 11, 3, tzinfo=UTC))
    last = await house.read(datetime(2026, 12, 29, tzinfo=UTC))
    await house.read(datetime(2027, 1, 8, tzinfo=UTC))
    review = await house.review(year=True)
    assert (review.begin.year, review.end.year) == (2026, 2026)
    assert review.accounts[0].change
    assert review.accounts[0].change.after == last.score
    house.now = datetime(2027, 2, 1, tzinfo=UTC)
    review = await house.review(year=True)
    assert (review.begin.year, review.end) == (2027, house.now)
    assert review.accounts[0].change is None
