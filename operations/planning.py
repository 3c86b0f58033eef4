"""`bot.py plan`: what a deployment would cost at X, before it costs anything."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from scoring.budget import PRICES
from scoring.sources import MAX_POSTS

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
    """Yield the cost at each depth.

    Args:
        handles: distinct accounts that are followed, by however many chats.
        every: a key of `EVERY`.
    """
    times = _DAYS_A_MONTH / EVERY[every]
    for depth, price in _DEPTHS.items():
        once = handles * price / _MICRO
        yield Cost(depth, price / _MICRO, once, once * times)


def table(handles: int, every: str) -> str:
    """The same in words, for an operator."""
    lines = [f"{handles:,} accounts, read {every}, at X's prices of {_PRICES_OF}:", ""]
    lines.append(f"{'':22}{'each':>10}{'one round':>14}{'a month':>16}")
    lines += [
        f"{cost.depth:22}{cost.each:>10.3f}{cost.once:>14,.2f}{cost.a_month:>16,.2f}"
        for cost in plan(handles, every)
    ]
    lines += ["", "US dollars. X_BUDGET_USD_MONTH is the cap that is never passed."]
    return "\n".join(lines)
