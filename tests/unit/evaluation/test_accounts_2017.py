"""Real accounts of 2017: verified people, known bots, and what the score makes of them."""

import csv
import statistics
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from scoring import Facts, Recent, score
from scoring.evaluation.agreement import auc

ACCOUNTS = Path(__file__).parents[3] / ".." / "shared" / "data" / "accounts_2017.csv"
SEEN = datetime(2017, 12, 4, tzinfo=UTC)  # the file has no date: a day after its newest account

pytestmark = pytest.mark.skipif(
    not ACCOUNTS.exists(), reason="../shared/data/accounts_2017.csv is not here"
)


class Row(NamedTuple):
    facts: Facts
    verified: bool
    bot: bool
    reactions: int  # to the last post


def read() -> Iterator[Row]:
    with ACCOUNTS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Row(
                Facts(
                    handle="",
                    network="x",
                    followers=int(row["followers"]),
                    following=int(row["following"]),
                    listed=int(row["listed"]),
                    posts=int(row["tweets"]),
                    created_at=datetime.fromisoformat(row["created_at"]),
                    as_of=SEEN,
                    recent=None,
                ),
                row["verified"] == "True",
                row["is_bot"] == "1",
                sum(int(row[f"last_tweet_{name}"] or 0) for name in ("likes", "retweets")),
            )


def test_verified_people_stand_above_known_bots() -> None:
    rows = list(read())
    verified = [score(row.facts).score for row in rows if row.verified]
    bots = [score(row.facts).score for row in rows if row.bot]
    above = auc(verified + bots, [True] * len(verified) + [False] * len(bots))
    share = sum(points >= 35 for points in bots) / len(bots)
    print(f"\nverified over bots: {above}; bots at 35 or more: {share:.3f} of {len(bots)}")
    print(f"verified: {min(verified)} to {max(verified)}, median {statistics.median(verified)}")
    assert above is not None
    assert above >= 0.97
    assert min(verified) >= 35
    assert share < 0.41


def test_a_bot_that_posts_a_lot_without_reactions_scores_low() -> None:
    silent = [
        row.facts
        for row in read()
        if row.bot and not row.reactions and row.facts.posts_per_day >= 30
    ]
    points = [score(unheard(facts)).score for facts in silent]
    print(f"\n{len(points)} bots that post 30 times a day or more: {max(points)} at most")
    assert len(points) > 30
    assert max(points) <= 26


def unheard(facts: Facts) -> Facts:
    """The account when its newest ten posts drew nothing, and a week brought no mention."""
    return replace(
        facts, recent=Recent(10 / facts.posts_per_day, 10, 0, 0, 0, 0, mentions=0, mention_days=7.0)
    )
