"""The made-up world of the demo, which changes as time passes.

Everything is computed from the account and the moment, so that two readings of the same moment
agree, and a week later there are new posts, new followers and a handle that changed.
"""

import math
import random
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from playground.x.accounts import Account, Post
from playground.x.characters import CHARACTERS, Character

_SHOWN: Final = 40
"""The most posts that an account can show: more than the bot reads."""

_WEEK: Final = timedelta(weeks=1)
_SETTLING: Final = timedelta(hours=8)
"""How long a post takes to draw most of its reactions."""

_FOLLOWING: Final = 0.4
_FORGETTING: Final = 1.5
"""Weeks until a surge has brought most of its followers, and until its effect has faded."""


class MadeUpWorld:
    """The characters at any moment; a `playground.x.accounts.World`.

    Args:
        begins: the moment at which the characters' numbers hold.
    """

    def __init__(self, begins: datetime, characters: tuple[Character, ...] | None = None) -> None:
        self._begins = begins
        self._characters = dict(enumerate(characters or CHARACTERS, start=1001))

    def by_handle(self, handle: str, now: datetime) -> Account | None:
        """Return the account that has this handle at a moment, in any case; None without one."""
        for account_id, character in self._characters.items():
            if _handle(character, self._week(now)).lower() == handle.lower():
                return self._account(account_id, character, now)
        return None

    def by_id(self, account_id: int, now: datetime) -> Account | None:
        """Return the account with this number at a moment; None without one."""
        character = self._characters.get(account_id)
        return self._account(account_id, character, now) if character else None

    def _week(self, moment: datetime) -> float:
        return (moment - self._begins) / _WEEK

    def _account(self, account_id: int, character: Character, now: datetime) -> Account:
        week = self._week(now)
        grown = (1 + character.growth) ** week * _noticed(character, week)
        new_posts = math.floor(character.posts_per_day * 7 * min(week, character.silent_from))
        interest = _interest(character, week) * _mood(account_id, math.floor(week))
        return Account(
            id=account_id,
            handle=_handle(character, week),
            name=character.name,
            created_at=character.born,
            followers=round(character.followers * grown),
            following=character.following,
            listed=round(character.listed * grown),
            posts=character.posts + new_posts,
            mentions_a_week=round(character.mentions_a_week * interest),
            protected=week >= character.protected_from,
            suspended=week >= character.suspended_from,
            recent=self._recent(account_id, character, new_posts, now),
        )

    def _recent(
        self, account_id: int, character: Character, newest: int, now: datetime
    ) -> tuple[Post, ...]:
        if not character.posts_per_day:
            return ()
        numbers = range(newest, max(newest - _SHOWN, -character.posts), -1)
        return tuple(self._post(account_id, character, number, now) for number in numbers)

    def _post(self, account_id: int, character: Character, number: int, now: datetime) -> Post:
        created_at = self._begins + timedelta(days=number / character.posts_per_day)
        week = self._week(created_at)
        interest = _interest(character, week) * _mood(account_id, math.floor(week))
        drawn = 1 - math.exp((created_at - now) / _SETTLING)
        likes = character.likes * interest * _luck(f"{account_id}/{number}", 0.8) * drawn
        return Post(
            id=account_id * 10**9 + character.posts + number,
            created_at=created_at,
            likes=round(likes),
            replies=round(likes * 0.15),
            reposts=round(likes * 0.2),
            quotes=round(likes * 0.03),
        )


def _handle(character: Character, week: float) -> str:
    if character.renamed is None:
        return character.handle
    renamed, since = character.renamed
    return renamed if week >= since else character.handle


def _noticed(character: Character, week: float) -> float:
    """Return a surge's factor of followers, relative to the world's beginning."""

    def factor(week: float) -> float:
        surge = character.surge
        if surge is None or week < surge.week:
            return 1.0
        return 1 + (surge.followers - 1) * (1 - math.exp((surge.week - week) / _FOLLOWING))

    return factor(week) / factor(0)


def _interest(character: Character, week: float) -> float:
    """Return a surge's factor of reactions."""
    surge = character.surge
    if surge is None or week < surge.week:
        return 1.0
    return 1 + (surge.reactions - 1) * math.exp((surge.week - week) / _FORGETTING)


def _mood(account_id: int, week: int) -> float:
    """Return a week's factor of reactions; it is 1 in the week in which the world begins."""
    return _luck(f"{account_id}, week {week}", 0.3) if week else 1.0


@cache
def _luck(of: str, spread: float) -> float:
    return random.Random(of).lognormvariate(0, spread)  # noqa: S311 - made-up, and meant to repeat
