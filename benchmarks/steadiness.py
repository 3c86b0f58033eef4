"""How steady the score of an unchanged account is, and how fast it follows a change for good.

Weeks are simulated: posts and mentions by Poisson processes, reactions to a post log-normal with a
sigma of 1. Each account is read once a week, as the bot reads: posts that are new or not settled,
ten at most, and a week's mentions by day. The same weeks by the newest ten posts and one week's
count are the baseline.
"""

import math
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from scoring.facts import Facts
from scoring.formulas import CURRENT
from scoring.reading.gathering import Gathered
from scoring.reading.sources import MAX_POSTS, MentionCount, MentionWindow, PostWindow, SeenPost
from scoring.reading.windows import DAY, SHORTEST
from scoring.score import score

ACCOUNTS: Final = 200
"""Simulated accounts of each kind."""

WARM_UP: Final = 10
"""Weeks of reading until a window is whole."""

WEEKS: Final = 4
"""Unchanged weeks that are measured of each account."""

AFTER: Final = (1, 2, 4, 8)
"""Weeks after reactions and mentions have doubled for good."""

_WEEK: Final = timedelta(weeks=1)
_BEGINS: Final = datetime(2026, 1, 5, tzinfo=UTC)
_LIKES: Final = 0.6
"""The share of a post's reactions, in reposts' worth, that are likes; a like is a quarter."""


class Kind(NamedTuple):
    """An account of a kind: posts a day, reactions a post in reposts' worth, mentions a week."""

    name: str
    followers: int
    listed: int
    posts_a_day: float
    reactions: float
    mentions_a_week: float


KINDS: Final = (
    Kind("a: 300 followers", 300, 5, 0.4, 1.0, 2),
    Kind("b: 2,500 followers", 2_500, 80, 1.6, 2.7, 9),
    Kind("c: 45,000 followers", 45_000, 930, 3.0, 30.0, 300),
)


@dataclass
class Life:
    """One simulated account, week by week.

    Attributes:
        louder: the factor of reactions and mentions from now on.
    """

    kind: Kind
    chance: random.Random
    now: datetime = _BEGINS
    louder: float = 1.0
    posts: list[SeenPost] = field(default_factory=list)
    gathered: Gathered = field(default_factory=Gathered)
    newest: Gathered = field(default_factory=Gathered)

    def week(self) -> tuple[float, float]:
        """Live and read one week; return the score by the window, and by the newest ten posts."""
        begins, self.now = self.now, self.now + _WEEK
        for _ in range(_poisson(self.chance, self.kind.posts_a_day * 7)):
            self.posts.append(self._post(begins + self.chance.random() * _WEEK))
        self.posts.sort(key=lambda post: post.created_at)
        days = tuple(
            MentionCount(begins + day * DAY, begins + (day + 1) * DAY, self._mentions())
            for day in range(7)
        )
        counted = MentionWindow(7.0, sum(day.mentions for day in days), days)
        self.gathered = self._read(self.gathered).with_mentions(counted, self.now)
        self.newest = self._read(Gathered()).with_mentions(counted, self.now)
        return self._score(self.gathered), self._score(self.newest)

    def _read(self, known: Gathered) -> Gathered:
        since = min(known.unread_since(self.now), self.now - SHORTEST)
        there = [post for post in self.posts if post.created_at >= since]
        page, more = tuple(there[-MAX_POSTS:]), len(there) > MAX_POSTS
        begins = min(page[0].created_at, self.now - SHORTEST) if more else since
        return known.with_posts(PostWindow(begins, self.now, page, more=more))

    def _post(self, created_at: datetime) -> SeenPost:
        # the mean of a log-normal is exp(mu + sigma² / 2)
        worth = self.louder * self.kind.reactions * self.chance.lognormvariate(-0.5, 1.0)
        likes = _whole(self.chance, 4 * _LIKES * worth)
        replies = _whole(self.chance, (1 - _LIKES) / 2 * worth)
        reposts = _whole(self.chance, (1 - _LIKES) / 2 * worth)
        return SeenPost(self.chance.getrandbits(62), created_at, likes, replies, reposts, 0)

    def _mentions(self) -> int:
        return _poisson(self.chance, self.louder * self.kind.mentions_a_week / 7)

    def _score(self, gathered: Gathered) -> float:
        facts = Facts(
            handle="nasa",
            network="x",
            followers=self.kind.followers,
            following=300,
            listed=self.kind.listed,
            posts=round(self.kind.posts_a_day * 2_000),
            created_at=_BEGINS - 2_000 * DAY,
            as_of=self.now,
            recent=gathered.recent(self.now),
        )
        return score(facts).score


def run() -> None:
    """Print the share of unchanged weeks within a point, and what doubled reactions bring."""
    print(f"  formula {CURRENT.name}; unchanged weeks within one point, 95 % step, the window")
    print("  against the newest ten posts and one week's count; points once reactions double")
    for kind in KINDS:
        window, ten, gained = _measured(kind)
        print(
            f"    {kind.name:<20} {_within(window):6.1%} ({_step(window):.1f})"
            f"   {_within(ten):6.1%} ({_step(ten):.1f})   "
            + ", ".join(f"{gain:+.1f} after {weeks}" for weeks, gain in gained.items())
        )


def _measured(kind: Kind) -> tuple[list[float], list[float], dict[int, float]]:
    """Return the weekly steps by the window and by ten posts, and mean gains by week."""
    chance = random.Random(kind.name)  # noqa: S311 - simulated, and meant to repeat
    window: list[float] = []
    ten: list[float] = []
    gained = dict.fromkeys(AFTER, 0.0)
    for _ in range(ACCOUNTS):
        life = Life(kind, chance)
        before = [life.week() for _ in range(WARM_UP)][-1]
        for _ in range(WEEKS):
            now = life.week()
            window.append(abs(now[0] - before[0]))
            ten.append(abs(now[1] - before[1]))
            before = now
        life.louder = 2.0
        for week in range(1, max(AFTER) + 1):
            later = life.week()
            if week in gained:
                gained[week] += (later[0] - before[0]) / ACCOUNTS
    return window, ten, gained


def _within(steps: list[float]) -> float:
    return sum(step <= 1.0 for step in steps) / len(steps)


def _step(steps: list[float]) -> float:
    return sorted(steps)[int(0.95 * len(steps))]


def _whole(chance: random.Random, value: float) -> int:
    """Round up or down by chance, so that the mean stays."""
    return math.floor(value + chance.random())


def _poisson(chance: random.Random, mean: float) -> int:
    """Return how many of a Poisson process's events fall into a period ."""
    events, left = 0, mean
    while (left := left - chance.expovariate(1.0)) > 0:
        events += 1
    return events
