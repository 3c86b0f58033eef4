"""Operators are told when people do not agree as often as the formula claims."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import update

from operations.settings import Settings
from playground.telegram.server.world import Person
from playground.x.accounts import FixedWorld
from scoring.formulas import CURRENT
from storage.chats.places import Place
from storage.duels.duel_rows import NewDuel, Side
from storage.duels.votes import Ballot
from storage.engine.schema import duel as duel_
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.duels.playing import read
from tests.support.accounts import NOW, account

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture
def settings(operated: Settings) -> Settings:
    return operated


async def judged(talk: Talk, share: float) -> None:
    """Forty duels of two accounts, each with votes of four people, of whom a share agrees."""
    chance = random.Random(1)  # noqa: S311
    stores = talk.application.services.stores
    await read(talk, "nasa", "esa")
    sides = []
    for name in ("nasa", "esa"):
        found = await stores.readings.latest(name)
        assert found
        sides.append(Side(account_id=found.account_id, handle=name, name="", score=found.score))
    for number in range(40):
        duel = await stores.duels.begin(
            NewDuel(
                place=Place(talk.group.id),
                language="en",
                left=sides[0],
                right=sides[1],
                network="x",
                formula=CURRENT.name,
                claim=0.75,
                of_members=False,
                enough=4,
                made_at=NOW,
                closes_at=NOW + timedelta(days=1),
            ),
            most=999,
        )
        assert duel
        for seat in range(4):
            agrees = chance.random() < share
            voter, at = f"{number} {seat}", NOW + timedelta(seconds=9)
            await stores.votes.cast(
                Ballot(duel, voter, "left" if agrees else "right", 1, at, talk.group.id)
            )
    async with stores.transaction() as tx:  # there are no messages to edit
        await tx.execute(update(duel_).values(shown=duel_.c.version))


async def notices(talk: Talk, operator: Person) -> list[str]:
    private = talk.telegram.private_chat(operator)
    return [str(message["text"]) for message in await talk.tick(private)]


@pytest.mark.parametrize(("share", "told"), [(0.75, False), (0.5, True)])
async def test_drift_is_told_once_a_week(  # noqa: PLR0917 - fixtures
    talk: Talk, world: FixedWorld, operator: Person, clock: Clock, share: float, told: bool
) -> None:
    world.put(account(3, "esa", followers=60_000, listed=600))
    await talk.say(operator, talk.telegram.private_chat(operator), "/start")
    await judged(talk, share)
    clock.forward(seconds=30)
    found = [text for text in await notices(talk, operator) if "claims what people" in text]
    assert bool(found) is told
    if found:
        assert "it claimed 75% on average, and people agreed" in found[0]
    clock.forward(days=1)
    assert [text for text in await notices(talk, operator) if "claims what people" in text] == []
    assert ("differs from what it claims" in await talk.ask("/method")) is told
