"""kill -9 around a vote: it counts once, and the duel is revealed by the next process."""

import signal
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from storage.engine.database import Database
from storage.engine.schema import duel, vote
from tests.e2e.conftest import Fork, Town
from tests.e2e.delivery.leftovers import Leftovers, until
from tests.support.accounts import account
from tests.support.crashing import Fate

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def message_is_known(database: Database) -> bool:
    async with database.reading() as connection:
        return await connection.scalar(select(duel.c.message_id)) is not None


async def end_edits(database: Database) -> None:
    """End the leases and the throttle of edits, as if their process had died long ago."""
    async with database.transaction() as tx:
        await tx.execute(update(duel).values(edit_until=LONG_AGO, edit_after=LONG_AGO))


@pytest.mark.parametrize(
    "fate",
    [
        Fate("vote", "written"),
        Fate("vote", "committed"),
        Fate("take edit", "committed"),
        Fate("show", "written"),
        Fate("show", "committed"),
    ],
    ids=str,
)
async def test_a_vote_after_kill_9_at_each_arrow(  # noqa: PLR0917 - fixtures
    town: Town, world: FixedWorld, x: XServer, database: Database, fork: Fork, fate: Fate
) -> None:
    world.put(account(1, "nasa", followers=45_000, listed=930))
    world.put(account(3, "esa", followers=60_000, listed=600))
    first = fork()
    await town.ask("/klout @nasa @esa")
    message = await town.ask("/duel")
    await until(lambda: message_is_known(database))
    assert await first.stop() == 0
    asked = len(x.requests)
    town.telegram.press(town.ada, message, "@nasa")
    assert await fork(fate).ended() == -signal.SIGKILL
    await Leftovers(database).end_leases()
    await end_edits(database)
    last = fork()

    async def revealed() -> bool:
        return "/100" in town.telegram.history(town.chat)[-1]["text"]

    await until(revealed)
    assert await last.stop() == 0
    async with database.reading() as connection:
        votes = (await connection.execute(select(vote.c.choice))).all()
        row = (await connection.execute(select(duel))).one()
    assert len(votes) == row.votes == 1
    assert row.state == "closed"
    assert "you picked @nasa" in town.telegram.history(town.chat)[-1]["text"]
    assert len(x.requests) == asked
    # an edit or a toast that is made twice (at-least-once) changes nothing
    twice = ("message is not modified", "query is too old")
    violations = town.telegram.world.violations
    violations[:] = [each for each in violations if not any(why in each for why in twice)]
