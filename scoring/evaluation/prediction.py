"""How well a score foretells the reactions of the next posts: `evaluate --next ACCOUNTS.csv`."""

import csv
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from scoring.facts import Facts, FactsError
from scoring.formula import Formula

COUNTS = ("followers", "following", "listed", "posts")
RECENT = ("days", "own_posts", "likes", "replies", "reposts", "quotes", "mentions", "mention_days")
NEXT = "next_reactions"
FEWEST = 3  # accounts below which a rank correlation says nothing
LIKE = 0.25


class Account(NamedTuple):
    """An account, and what came after.

    Attributes:
        facts: What was read of it.
        next: Reactions to each of its next posts, in reposts' worth.
    """

    facts: Facts
    next: float


def read(path: Path) -> list[Account]:
    """Read a CSV of accounts, each at one moment, with what its next posts drew.

    Columns: `followers`, `following`, `listed`, `posts`, `created_at` and `as_of` as in `Facts`;
    `days`, `own_posts`, `likes`, `replies`, `reposts`, `quotes`, `mentions` and `mention_days` as
    in `Recent`, whose `posts` is called `own_posts` here; `next_reactions`, the reactions to each
    of the posts after `as_of`, a like being a quarter of one. A column of `Recent` may be missing,
    and a cell may be empty: it was not read. `network` is optional.

    Raises:
        OSError: The file cannot be read.
        FactsError: A line of the file is invalid; the message names the line.
    """
    accounts = []
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                accounts.append(_account(row))
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                missing = isinstance(error, KeyError)
                reason = f"the column {error} is missing." if missing else str(error)
                raise FactsError(f"{path}, line {number}: {reason}") from None
    return accounts


def predict(path: Path, formulas: Sequence[Formula]) -> dict[str, Any]:
    """Return how each predictor ranks accounts by what their next posts drew.

    Args:
        path: As `read` takes it.
        formulas: Those under test.

    Returns:
        `n` accounts, and under `spearman` the rank correlation (-1 to 1) of each formula at each
        depth, of followers, lists and past reactions to a post; None where fewer than three
        accounts have the predictor, or all are alike.
    """
    accounts = read(path)
    after = [account.next for account in accounts]
    predictors: dict[str, list[float | None]] = {
        "followers": [account.facts.followers for account in accounts],
        "lists": [account.facts.listed for account in accounts],
        "past_reactions": [_past(account.facts) for account in accounts],
    }
    for formula in formulas:
        predictors[f"{formula.name}_recent"] = [
            _points(account.facts, formula) for account in accounts
        ]
        predictors[f"{formula.name}_profile"] = [
            _points(replace(account.facts, recent=None), formula) for account in accounts
        ]
    found = {name: spearman(values, after) for name, values in predictors.items()}
    return {"n": len(accounts), "spearman": found}


def spearman(values: Sequence[float | None], after: Sequence[float]) -> float | None:
    """Return the rank correlation of what is known; equal values share their mean rank."""
    known = [pair for pair in zip(values, after, strict=True) if pair[0] is not None]
    if len(known) < FEWEST:
        return None
    one, other = (_ranks(column) for column in zip(*known, strict=True))
    if len(set(one)) == 1 or len(set(other)) == 1:
        return None
    return round(statistics.correlation(one, other), 4)


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, start = [0.0] * len(values), 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            ranks[place] = (start + end + 1) / 2
        start = end
    return ranks


def _account(row: Mapping[str, str]) -> Account:
    recent: dict[str, float | None] = {
        name.replace("own_", ""): _number(row.get(name) or "") for name in RECENT
    }
    drawn = float(row[NEXT])
    if not 0 <= drawn < math.inf:
        raise FactsError(f"{NEXT} must be a number from 0.")
    unread = all(value is None for value in recent.values())
    facts = Facts.from_json(
        {
            "handle": "",
            "network": row.get("network") or "x",
            **{name: _number(row[name]) for name in COUNTS},
            "created_at": row["created_at"],
            "as_of": row["as_of"],
            "recent": None if unread else recent,
        }
    )
    return Account(facts, drawn)


def _number(text: str) -> float | None:
    """Return a number, a whole one as such; None for an empty cell."""
    if not text:
        return None
    return int(text) if text.isdecimal() else float(text)


def _past(facts: Facts) -> float | None:
    """Return the reactions to each post that was read; None without one."""
    recent = facts.recent
    if recent is None or not recent.posts:
        return None
    named = (recent.replies or 0) + (recent.reposts or 0) + (recent.quotes or 0)
    return (LIKE * (recent.likes or 0) + named) / recent.posts


def _points(facts: Facts, formula: Formula) -> float | None:
    try:
        return formula.points(facts)
    except FactsError:  # a formula that knows no account on a network without lists
        return None
