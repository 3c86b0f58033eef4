"""The facts about an ordinary account, for tests of what is computed from them."""

from datetime import datetime, timedelta

from scoring.facts import Facts, Recent
from tests.support.accounts import NOW

LIKED = Recent(
    days=7.0,
    posts=10,
    likes=120,
    replies=20,
    reposts=30,
    quotes=4,
    mentions=60,
    mention_days=7.0,
)
"""A week in which people reacted to every post."""


def facts(
    recent: Recent | None = None, *, as_of: datetime = NOW, days: float = 2_000, **changes: object
) -> Facts:
    """The facts about an account with 2,500 followers.

    Args:
        recent: what was counted in recent days.
        as_of: when they were read.
        days: the account's age at `NOW`.
        changes: other fields.
    """
    fields: dict[str, object] = {
        "handle": "nasa",
        "network": "x",
        "followers": 2_500,
        "following": 300,
        "listed": 80,
        "posts": 17_000,
        "created_at": NOW - timedelta(days=days),
        "as_of": as_of,
        "recent": recent,
    }
    return Facts(**(fields | changes))  # type: ignore[arg-type]
