"""Made-up people of the free networks who live on: they post, and their followers change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from playground.networks.people import NOTES, SOCIAL, Person, Post
from playground.x.accounts import Account
from playground.x.characters import Character, Surge
from playground.x.made_up import MadeUpWorld

_HOUR: Final = timedelta(hours=1)
_BORN: Final = datetime(2023, 5, 4, 10, 30, tzinfo=UTC)


def _lives(handle: str, followers: int, **habits: object) -> Character:
    """Return the life of an account: its followers, and its habits as of a character of X."""
    life = Character(handle, "", {}, _BORN, followers, 300, 0, 4_000)
    return replace(life, **habits)  # type: ignore[arg-type]


LIVES: Final[Mapping[str, Character]] = {
    "ada.bsky.test": _lives(
        "ada_sky", 2_500, growth=0.02, posts_per_day=1.1, likes=9, surge=Surge(1.3, 1.6, 8)
    ),
    "star.bsky.test": _lives("star", 1_000_000, growth=0.001, posts_per_day=3, likes=9_000),
    "robot.bsky.test": _lives("robot", 120, posts_per_day=6, likes=0.6),
    "echo.bsky.test": _lives("echo", 640, growth=-0.01, posts_per_day=0.5, likes=2),
    f"ada@{SOCIAL}": _lives("ada", 430, growth=0.03, posts_per_day=0.7, likes=4),
    f"mio@{NOTES}": _lives("mio", 1_150, growth=0.005, posts_per_day=2, likes=5, silent_from=2),
}
"""How people live, by name; anybody else stays as they are."""


class Living:
    """What has become of a person by a moment.

    Args:
        begins: the moment at which the numbers of `LIVES` hold.
    """

    def __init__(self, begins: datetime) -> None:
        self._world = MadeUpWorld(begins, tuple(LIVES.values()))

    def __call__(self, person: Person, now: datetime) -> Person:
        """Return a person with the counts and posts of a moment."""
        name = f"{person.handle}@{person.host}" if person.host else person.handle
        life = LIVES.get(name)
        account = self._world.by_handle(life.handle, now) if life else None
        return _as_of(person, account, now) if account else person


def _as_of(person: Person, account: Account, now: datetime) -> Person:
    posts = tuple(
        Post(
            (now - post.created_at) / _HOUR,
            post.likes,
            post.replies,
            post.reposts,
            post.quotes,
            number=post.id,
        )
        for post in account.recent
    )
    return replace(person, followers=account.followers, posts=account.posts, recent=posts)
