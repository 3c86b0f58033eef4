"""Real accounts by their real counts, asked through the whole running bot."""

import asyncio
import csv
import os
import re
import signal
import statistics
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from playground.x.accounts import Account, FixedWorld, Post
from tests.e2e.conftest import ROOT, Town

ACCOUNTS = ROOT.parent / "shared" / "data" / "accounts_2017.csv"


EVERY = int(os.environ.get("EVERY_NTH_ACCOUNT", "4"))  # 1 for all of them


def _verified() -> list[Account]:
    with ACCOUNTS.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["verified"] == "True"][::EVERY]
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return [
        Account(
            id=number,
            handle=row["screen_name"],
            name=row["screen_name"],
            created_at=datetime.fromisoformat(row["created_at"]),
            followers=int(row["followers"]),
            following=int(row["following"]),
            listed=int(row["listed"]),
            posts=int(row["tweets"]),
            recent=(
                Post(
                    id=number,
                    created_at=yesterday,
                    likes=int(row["last_tweet_likes"] or 0),
                    reposts=int(row["last_tweet_retweets"] or 0),
                ),
            ),
        )
        for number, row in enumerate(rows, start=10_000)
    ]


def _rank_correlation(one: list[int], other: list[int]) -> float:
    """Spearman's, with ties broken by order: enough to tell sense from nonsense."""
    ranks = [sorted(range(len(v)), key=v.__getitem__) for v in (one, other)]
    places = [{index: place for place, index in enumerate(order)} for order in ranks]
    pairs = [(places[0][n], places[1][n]) for n in range(len(one))]
    return statistics.correlation([a for a, _ in pairs], [b for _, b in pairs])


@pytest.mark.skipif(not ACCOUNTS.exists(), reason="../shared/data/accounts_2017.csv is not here")
async def test_every_verified_account_gets_a_score_that_makes_sense(
    town: Town, world: FixedWorld, tmp_path: Path
) -> None:
    accounts = _verified()
    for account in accounts:
        world.put(account)
    town.environment["X_BUDGET_USD_MONTH"] = "100"
    bot = await town.start(tmp_path, town.environment | {"LOG_LEVEL": "INFO"})
    await bot.until("answering as")

    async def ask(account: Account) -> tuple[int, str]:
        person = town.telegram.person(account.handle)
        chat = town.telegram.private_chat(person)
        text = (await town.answer_to(person, chat, f"/klout @{account.handle}"))["text"]
        headline = re.match(rf"@{account.handle} · (\d+)/100 ± \d+ · X\n", text)
        assert headline, text
        return int(headline[1]), account.handle

    answers = sorted(await asyncio.gather(*map(ask, accounts)))
    assert await bot.end(signal=signal.SIGTERM) == 0

    points = [score for score, _ in answers]
    quartiles = statistics.quantiles(points, n=4)
    print(f"\n{len(points)} scores: min {points[0]}, quartiles {quartiles}, max {points[-1]}")
    print("bottom:", *answers[:5])
    print("top:", *answers[-5:])
    assert len(points) == len(accounts)
    followers = [a.followers for a in accounts]
    by_handle = {handle: score for score, handle in answers}
    ours = [by_handle[a.handle] for a in accounts]
    assert _rank_correlation(followers, ours) > 0.8
