"""Accounts that the tests put on the local X."""

from datetime import UTC, datetime, timedelta

from playground.x.accounts import Account, Post
from scoring.reading.budget import Charge
from scoring.reading.requester import Requester

ANYBODY = Requester("klout")
"""A requester without a person or a chat, and so without a quota."""


def asked(units: int, asker: Requester = ANYBODY, item: str = "nasa") -> dict[str, Charge]:
    """Units of one item, for the ledger."""
    return {item: Charge(asker, units)}


NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
"""When the tests take place, unless they move the clock."""


def account(number: int, handle: str, at: datetime = NOW, /, **changes: object) -> Account:
    """An ordinary account: 2,500 followers, a post a day up to `at`."""
    fields: dict[str, object] = {
        "id": number,
        "handle": handle,
        "name": f"Name of {handle}",
        "created_at": NOW - timedelta(days=5 * 365.25),
        "followers": 2_500,
        "following": 300,
        "listed": 80,
        "posts": 17_000 + (at - NOW).days,
        "mentions_a_week": 9,
        "recent": posts(number, at=at),
    }
    return Account(**(fields | changes))  # type: ignore[arg-type]


def posts(number: int, count: int = 12, likes: int = 5, *, at: datetime = NOW) -> tuple[Post, ...]:
    """One post a day up to `at`, newest first; a day's post is the same whenever it is read."""
    newest = -(at - NOW).days
    return tuple(
        Post(
            id=number * 1000 + index,
            created_at=NOW - timedelta(days=index, hours=1),
            likes=likes,
            replies=1,
            reposts=2,
            quotes=0,
        )
        for index in range(newest, newest + count)
    )
