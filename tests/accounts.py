"""Accounts that the tests put on the local X."""

from datetime import UTC, datetime, timedelta

from playground.x.accounts import Account, Post
from scoring.asking import Asker

ANYBODY = Asker("klout")
"""Nobody in particular, who has no quota."""

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
"""When the tests take place, unless they move the clock."""


def account(number: int, handle: str, **changes: object) -> Account:
    """An ordinary account: 2,500 followers, ten posts in the last ten days."""
    fields: dict[str, object] = {
        "id": number,
        "handle": handle,
        "name": f"Name of {handle}",
        "created_at": NOW - timedelta(days=5 * 365.25),
        "followers": 2_500,
        "following": 300,
        "listed": 80,
        "posts": 17_000,
        "mentions_a_week": 9,
        "recent": posts(number),
    }
    return Account(**(fields | changes))  # type: ignore[arg-type]


def posts(number: int, count: int = 12, likes: int = 5) -> tuple[Post, ...]:
    """One post a day up to `NOW`, newest first."""
    return tuple(
        Post(
            id=number * 1000 + index,
            created_at=NOW - timedelta(days=index, hours=1),
            likes=likes,
            replies=1,
            reposts=2,
            quotes=0,
        )
        for index in range(count)
    )
