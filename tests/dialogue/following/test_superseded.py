"""Digests that wait and are never sent: what they would have told is told by the next message."""

from datetime import UTC, datetime, timedelta

import pytest

from playground.x.accounts import FixedWorld
from storage.chats.places import Place
from storage.chats.tellings import Told
from storage.engine.schema import account as accounts
from storage.engine.schema import digest, outbox, telling
from storage.queues.messages import OutboxMessage
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import NOW, account

pytestmark = pytest.mark.usefixtures("hurried")


async def test_a_digest_that_another_replaces_leaves_its_step_to_that_one(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    """An answer in between has counted from the digest that waits."""
    await talk.ask("/follow @nasa")
    await talk.ask("/schedule sunday 9:00")
    clock.now = datetime(2026, 3, 22, 9, 0, 30, tzinfo=UTC)
    world.put(account(1, "nasa", clock(), followers=900_000))
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 30", retry_after=30)
    await talk.tick()
    async with talk.application.services.stores.transaction() as tx:
        waits = outbox.update().where(outbox.c.state == "pending")
        await tx.execute(waits.values(not_before=clock() + timedelta(days=2)))
    await talk.ask("/schedule tuesday 8:00")
    clock.now = datetime(2026, 3, 23, 8, tzinfo=UTC)
    world.put(account(1, "nasa", clock(), followers=9_000_000))
    assert "since 22 March" in await talk.ask("/klout @nasa")
    clock.now = datetime(2026, 3, 24, 8, 0, 30, tzinfo=UTC)
    world.put(account(1, "nasa", clock(), followers=90_000_000))
    told = await talk.tick()
    clock.forward(seconds=2)
    told += await talk.tick()
    assert any(" since 18 March" in message["text"] for message in told)


async def test_a_group_that_moves_leaves_no_telling_of_what_was_not_sent(
    talk: Talk, clock: Clock
) -> None:
    """The supergroup had the same week's digest already."""
    stores = talk.application.services.stores
    old, new = Place(-10), Place(-100)
    async with stores.transaction() as tx:
        await tx.execute(accounts.insert().values(id=5, handle="nasa", name="", protected=False))
        for number, place, state in ((7, old, "ready"), (8, new, "sent")):
            week = {"period": "2026-W12", "due_at": NOW, "not_before": NOW, "attempt": 0}
            await tx.execute(
                digest.insert().values(id=number, **place._asdict(), state=state, **week)
            )
        waiting = OutboxMessage(key="digest:7", place=old, html="hi", digest_id=7)
        await stores.outbox.post(tx, [waiting])
        told = {5: Told(clock(), NOW)}
        await stores.tellings.post(tx, old, told, "digest", "digest:7", clock())
    await stores.lifecycle.move(-10, -100)
    assert await talk.rows(outbox) == []
    assert await talk.rows(telling) == []
