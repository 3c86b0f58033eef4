"""`bot.py plan`: the estimated cost of a deployment at X."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from scoring.reading.budget import PRICES
from scoring.reading.sources import MAX_POSTS
from scoring.reading.sources.bluesky import A_SECOND, BlueskySource

_TOGETHER: Final = BlueskySource.most_profiles
_PRICES_OF: Final = "August 2026"
_MICRO: Final = 1_000_000
_DAYS_A_MONTH: Final = 365.25 / 12

EVERY: Final = {"daily": 1.0, "weekly": 7.0}
"""Days from one reading of an account to the next."""

_DEPTHS: Final = {
    "profiles alone": PRICES["user"],
    "nothing new posted": PRICES["user"] + PRICES["mention_count"],
    "ten new posts each": PRICES["user"] + PRICES["mention_count"] + MAX_POSTS * PRICES["post"],
}
"""Micro-dollars for reading one account."""


class Cost(NamedTuple):
    """What reading every account costs, in US dollars."""

    depth: str
    each: float
    once: float
    a_month: float


def plan(handles: int, every: str) -> Iterator[Cost]:
    """Yield the cost at each depth of reading.

    Args:
        handles: distinct accounts followed, in all chats together.
        every: a key of `EVERY`.
    """
    times = _DAYS_A_MONTH / EVERY[every]
    for depth, price in _DEPTHS.items():
        once = handles * price / _MICRO
        yield Cost(depth, price / _MICRO, once, once * times)


def table(handles: int, every: str) -> str:
    """Return the costs as a table, for an operator."""
    accounts = f"{handles:,} {'account' if handles == 1 else 'accounts'}"
    lines = [f"{accounts}, read {every}, at X's prices of {_PRICES_OF}:", ""]
    lines.append(f"{'':22}{'each':>10}{'one round':>14}{'a month':>16}")
    lines += [
        f"{cost.depth:22}{cost.each:>10.3f}{cost.once:>14,.2f}{cost.a_month:>16,.2f}"
        for cost in plan(handles, every)
    ]
    minutes = handles * (1 + 1 / _TOGETHER) / A_SECOND / 60
    lines += [
        "",
        "Accounts of Bluesky and the fediverse cost nothing. Reading as many of Bluesky takes",
        f"{minutes:,.0f} minutes a round, at the pace that the bot keeps.",
    ]
    lines += ["", "US dollars. X_BUDGET_USD_MONTH is the cap that is never passed."]
    return "\n".join(lines)
