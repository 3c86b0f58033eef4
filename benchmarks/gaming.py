"""What people may try, and what it gains: `python -m benchmarks.gaming` prints the table as JSON.

Points gained by each formula, for accounts that draw what is typical of their size, over eight
weeks with mentions counted; `profile` with nothing read.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from scoring import FORMULAS, Facts, Formula, Recent
from scoring.formulas.y2026_2 import FORMULA_2026_2

ACCOUNTS: Final = ((300, 5), (1_000, 25), (5_000, 150), (50_000, 1_000))
BOUGHT: Final = 10_000
SOLD: Final = 1_000
FRIENDS: Final = 20
_DAYS: Final = 56
_NOW: Final = datetime(2026, 11, 27, tzinfo=UTC)

Trick = Callable[[Facts], Facts]


def ordinary(followers: int, listed: int) -> Facts:
    """Return a five-year-old account with eight weeks that are typical of its size.

    Half of its reactions are reposts; replies, quotes and quarters of likes are the other half.
    """
    opened = _NOW - timedelta(days=1826)
    facts = Facts("", "x", followers, 300, listed, 2_739, opened, _NOW, None)
    rates = FORMULA_2026_2.rates(facts)
    drawn, mentions = (rate.value * _DAYS for rate in (rates.reactions, rates.mentions))
    likes, replies, reposts, quotes = (round(share * drawn) for share in (1.1, 0.175, 0.5, 0.05))
    posts = round(_DAYS * FORMULA_2026_2.typical_posts)
    recent = Recent(_DAYS, posts, likes, replies, reposts, quotes, round(mentions), _DAYS)
    return replace(facts, recent=recent)


def gains(formula: Formula, followers: int, listed: int) -> dict[str, float]:
    """Return the points that each trick gains, to a tenth."""
    account = ordinary(followers, listed)
    alone = replace(account, recent=None)
    told = {name: _gain(formula, account, trick) for name, trick in TRICKS.items()}
    return told | {
        "silent followers, profile alone": _gain(formula, alone, _followers),
        "lists": _gain(formula, replace(account, listed=0), _lists),
    }


def _gain(formula: Formula, account: Facts, trick: Trick) -> float:
    return round(formula.points(trick(account)) - formula.points(account), 1)


def _followers(account: Facts) -> Facts:
    return replace(account, followers=account.followers + BOUGHT)


def _lists(account: Facts) -> Facts:
    return replace(account, listed=(account.listed or 0) + FRIENDS)


def _more(**counts: int) -> Trick:
    """Return a trick that adds counts to the window."""

    def trick(account: Facts) -> Facts:
        recent = account.recent
        if recent is None:
            return account
        sums = {name: getattr(recent, name) + count for name, count in counts.items()}
        return replace(account, recent=replace(recent, **sums))

    return trick


def _friends(account: Facts) -> Facts:
    """Twenty friends reply to every post, and name the account by it."""
    replies = FRIENDS * ((account.recent and account.recent.posts) or 0)
    return _more(replies=replies, mentions=replies)(account)


_likes, _reposts = _more(likes=SOLD), _more(reposts=SOLD)

TRICKS: Final[dict[str, Trick]] = {
    "silent followers": _followers,
    "likes on one post": _likes,
    "silent followers and likes": lambda account: _likes(_followers(account)),
    "reposts of one post": _reposts,
    "silent followers and reposts": lambda account: _reposts(_followers(account)),
    "friends reply to every post": _friends,
}


def main() -> None:
    """Print the table as JSON."""
    table = {
        f"{followers} followers, {listed} lists": {
            name: gains(formula, followers, listed) for name, formula in FORMULAS.items()
        }
        for followers, listed in ACCOUNTS
    }
    print(json.dumps(table, indent=2))


if __name__ == "__main__":
    main()
