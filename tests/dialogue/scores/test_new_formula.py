"""The first weeks by another formula: its jump is told apart, and is no move of an account."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from playground.x.accounts import Account, FixedWorld
from scoring.formulas import CURRENT, FORMULAS
from scoring.score import Score, score
from storage.engine.schema import alert, digest, outbox, snapshot
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import account, posts

pytestmark = pytest.mark.usefixtures("hurried")

FORMER = FORMULAS["2026.1"]
BEFORE = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def before_the_switch(clock: Clock, world: FixedWorld) -> None:
    clock.now = BEFORE
    world.put(liked(clock))
    world.put(account(2, "lea", clock(), protected=True))


def liked(clock: Clock, **changes: object) -> Account:
    """@nasa, on three lists, and liked: 2026.2 gives it thirteen points more than 2026.1."""
    drew = tuple(replace(post, likes=80, replies=15, reposts=10) for post in posts(1, at=clock()))
    facts = {"followers": 50_000, "listed": 3, "mentions_a_week": 150, "recent": drew}
    return account(1, "nasa", clock(), **(facts | changes))


async def as_it_was(talk: Talk) -> dict[str, Score]:
    """Turn all that is stored into readings by 2026.1, and return them by handle."""
    stored = {}
    services = talk.application.services
    async with services.stores.database.transaction() as tx:
        for row in (await tx.execute(snapshot.select())).mappings().all():
            then = score(Score.from_json(json.loads(row["receipt"])).facts, FORMER)
            stored[then.facts.handle] = then
            await tx.execute(
                snapshot.update()
                .where(snapshot.c.account_id == row["account_id"])
                .values(
                    formula=then.formula,
                    score=then.score,
                    margin=then.margin,
                    receipt=then.to_line(),
                )
            )
        nasa = stored["nasa"]
        await tx.execute(alert.update().where(alert.c.step > 0).values(base=nasa.score))
    return stored


async def test_the_formula_alone_triggers_no_step(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/alert @nasa ±4")
    then = (await as_it_was(talk))["nasa"]
    clock.forward(days=2)
    world.put(liked(clock))
    (text,) = await talk.say(talk.bob, talk.group, "/klout @nasa")
    assert int(text["text"].split(" · ")[1].split("/")[0]) - then.score > 4
    assert await talk.tick() == []
    clock.forward(days=1)
    world.put(liked(clock, followers=9_000_000, mentions_a_week=70_000))
    await talk.say(talk.bob, talk.group, "/klout @nasa")
    (told,) = await talk.tick()
    _, ends, receipt, *_ = told["text"].split("\n")
    now = (await talk.application.services.reader.stored("nasa")).score  # type: ignore[union-attr]
    assert ends == f"{then.score:.1f} → {now.score:.1f} since 25 November."
    assert "the new formula 2026.2 +" in receipt


async def test_the_formula_alone_crosses_no_line(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/alert @nasa 55")
    then = (await as_it_was(talk))["nasa"]
    assert then.score + then.margin < 55
    async with talk.application.services.stores.database.transaction() as tx:
        await tx.execute(alert.update().values(above=False))
    clock.forward(days=2)
    world.put(liked(clock))
    await talk.ask("/klout @nasa")
    assert await talk.tick() == []
    (row,) = await talk.rows(alert)
    assert row["above"] is True
    clock.forward(days=1)
    world.put(liked(clock, followers=50, listed=0))
    await talk.say(talk.bob, talk.group, "/klout @nasa")
    (told,) = await talk.tick()
    assert "Now below 55, by more than its margin." in told["text"]
    assert re.search(r"\n[\d.]+ → [\d.]+ since \d+ November\.\n", told["text"])
    meaning = "Scores are by formula 2026.2 since 27 November: 55 means something else than before."
    assert meaning in told["text"]
    clock.now = datetime(2026, 12, 26, 12, tzinfo=UTC)
    world.put(liked(clock))
    await talk.ask("/klout @nasa")
    (told,) = await talk.tick()
    assert "Now above 55" in told["text"]
    assert "means something else" not in told["text"]


async def test_the_first_digest_says_what_the_formula_did(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await talk.ask("/follow @nasa @lea")
    stored = await as_it_was(talk)
    clock.forward(days=7)
    world.put(liked(clock))
    world.put(account(2, "lea", clock(), protected=True, listed=400))
    (told,) = await talk.tick()
    assert told["text"].count("Scores are by formula 2026.2 now.") == 1
    lea, nasa = told["text"].split("\n\n")[1:3]
    assert lea.startswith("@lea · ")  # its lists grew; the formula moved @nasa farther
    formula = FORMULAS[CURRENT.name]
    jump = score(stored["nasa"].facts, formula).score - stored["nasa"].score
    assert f"the new formula 2026.2 +{jump:.1f}" in nasa
    assert "chance" not in nasa
    clock.forward(days=7)
    world.put(liked(clock))
    (later,) = await talk.tick()
    assert "formula" not in later["text"]


async def test_a_formula_breaks_no_silence(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    await talk.ask("/follow @nasa")
    await talk.say(talk.ada, talk.private, "/schedule")
    await talk.press(talk.ada, talk.private, "Only moves of 3 or more")
    await as_it_was(talk)
    clock.forward(days=7)
    world.put(liked(clock))
    assert await talk.tick() == []
    (row,) = await talk.rows(digest)
    assert (row["state"], row["reason"]) == ("skipped", "quiet")
    assert not await talk.rows(outbox)


async def test_a_board_counts_anew(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    await talk.say(talk.ada, talk.group, "/join @nasa")
    await as_it_was(talk)
    clock.forward(days=7)
    world.put(liked(clock))
    (told,) = await talk.say(talk.ada, talk.group, "/board")
    assert "1. counts anew · " in told["text"]
    assert "Growth counts from formula 2026.2 on: a new formula is no growth." in told["text"]
    clock.forward(days=7)
    world.put(liked(clock))
    (told,) = await talk.say(talk.ada, talk.group, "/board")
    assert "counts anew" not in told["text"]
