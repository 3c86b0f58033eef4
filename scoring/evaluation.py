"""How well the score agrees with people: `python -m scoring evaluate PAIRS.csv`."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scoring.comparison import rated, rated_probability
from scoring.facts import Facts, FactsError, Recent
from scoring.formula import CURRENT, Formula

EVEN = 0.5
# One judgement: the two accounts, and whether A was picked.
Pair = tuple[Facts, Facts, bool]


def evaluate(path: Path, formula: Formula = CURRENT) -> dict[str, Any]:
    """Compare the claims of a formula with people's judgements.

    Args:
        path: A CSV with the columns of `COLUMNS`, once with the prefix A_ and once with B_, and
            `Choice`, which is 1 when a person held A for the more influential of the two.
        formula: The formula under test.

    Returns:
        `n`, `auc`, `accuracy` and `bands` at recent depth, and the same at profile depth under
        `profile`. A band counts the pairs for whose likelier account the claim lies in
        [claimed_low, claimed_high): their mean `claimed`, and the share `observed` to agree.

    Raises:
        OSError: The file cannot be read.
        FactsError: A line of it cannot be; the message names the line.
    """
    pairs = list(read_pairs(path))
    profiles = [(replace(a, recent=None), replace(b, recent=None), pick) for a, b, pick in pairs]
    return {
        "formula": formula.name,
        "n": len(pairs),
        **agreement(*claims(pairs, formula)),
        "profile": agreement(*claims(profiles, formula)),
    }


def claims(pairs: Sequence[Pair], formula: Formula) -> tuple[list[float], list[bool]]:
    """Return P(A over B) of each pair, and whether A was picked."""
    claimed = [
        rated_probability(rated(a, formula), rated(b, formula), formula) for a, b, _ in pairs
    ]
    return claimed, [pick for *_, pick in pairs]


def agreement(claimed: Sequence[float], picked: Sequence[bool]) -> dict[str, Any]:
    """Return `auc`, `accuracy` (both None without a pair to judge by) and `bands`."""
    right = sum(_right(p, pick) for p, pick in _zip(claimed, picked))
    return {
        "auc": auc(claimed, picked),
        "accuracy": round(right / len(picked), 4) if picked else None,
        "bands": bands(claimed, picked),
    }


def auc(claimed: Sequence[float], picked: Sequence[bool]) -> float | None:
    """Return the probability that a picked A was claimed higher than one that was not."""
    ranked = sorted(range(len(claimed)), key=claimed.__getitem__)
    picks, ranks, start = sum(picked), 0.0, 0
    while start < len(ranked):
        end = start
        while end < len(ranked) and claimed[ranked[end]] == claimed[ranked[start]]:
            end += 1
        # equal claims share their mean rank
        ranks += (start + end + 1) / 2 * sum(picked[i] for i in ranked[start:end])
        start = end
    pairs = picks * (len(picked) - picks)
    return round((ranks - picks * (picks + 1) / 2) / pairs, 4) if pairs else None


def bands(claimed: Sequence[float], picked: Sequence[bool]) -> list[dict[str, float]]:
    """Return claimed against observed agreement, in five bands from 0.5 to 1."""
    found = []
    for low in (5, 6, 7, 8, 9):
        inside = [
            (max(p, 1 - p), _right(p, pick))
            for p, pick in _zip(claimed, picked)
            if low == min(9, int(max(p, 1 - p) * 10))
        ]
        if inside:
            found.append(
                {
                    "claimed_low": low / 10,
                    "claimed_high": (low + 1) / 10,
                    "n": len(inside),
                    "claimed": round(sum(p for p, _ in inside) / len(inside), 4),
                    "observed": round(sum(right for _, right in inside) / len(inside), 4),
                }
            )
    return found


def read_pairs(path: Path) -> Iterable[Pair]:
    """Yield the judgements of a pairs file, at recent depth."""
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                yield read_side(row, "A_"), read_side(row, "B_"), float(row["Choice"]) == 1
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                raise FactsError(f"{path}, line {number}: {_reason(error)}") from None


COLUMNS = (
    "follower_count",
    "following_count",
    "listed_count",
    "mentions_received",
    "retweets_received",
    "posts",
)
# The file's rates have no unit. Half of its people post 4 "posts", one in a hundred 100: we read
# them as a day's. None is below this, which stands for nothing seen.
NOTHING_SEEN = 0.1005
WINDOW_DAYS = 1000  # long enough that a rate keeps three decimals as a whole number
LIFE = timedelta(days=1826)  # the file dates no account: five years, posting at the same rate
SEEN = datetime(2013, 4, 1, tzinfo=UTC)


def read_side(row: Mapping[str, str], side: str) -> Facts:
    """Return one person of a pair as facts.

    The file knows reposts and mentions but no likes, replies or quotes: these are 0.
    """
    followers, following, listed, *rates = (float(row[side + column]) for column in COLUMNS)
    mentions, reposts, posts = (
        round(max(0.0, rate - NOTHING_SEEN) * WINDOW_DAYS) for rate in rates
    )
    return Facts(
        handle="",
        network="x",
        followers=round(followers),
        following=round(following),
        listed=round(listed),
        posts=round(posts / WINDOW_DAYS * LIFE.days),
        created_at=SEEN - LIFE,
        as_of=SEEN,
        recent=Recent(WINDOW_DAYS, posts, 0, 0, reposts, 0, mentions, WINDOW_DAYS),
    )


def _right(claimed: float, picked: bool) -> float:
    """Return 1 when the likelier account was picked, 0 when not, a half for an even claim."""
    return 0.5 if claimed == EVEN else float((claimed > EVEN) is picked)


def _zip(claimed: Sequence[float], picked: Sequence[bool]) -> Iterable[tuple[float, bool]]:
    return zip(claimed, picked, strict=True)


def _reason(error: Exception) -> str:
    return f"the column {error} is missing." if isinstance(error, KeyError) else str(error)
