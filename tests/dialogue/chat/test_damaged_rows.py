"""A row that cannot be understood, damaged or a newer version's, holds up no other."""

import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import Table, update

from scoring.preview import candidate, preview
from scoring.score import Score
from storage.accounts.readings import Readings
from storage.engine.database import Database
from storage.engine.schema import digest, outbox, schedule, snapshot
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.following.test_delivery_faults import (
    TO_NINE,
    digests,
    followers,
    per_chat,
    prepare,
)

pytestmark = pytest.mark.usefixtures("hurried")

BROKEN = "{"
NEWER = '{"score": 1, "formula": "2031.1"}'


async def damage(talk: Talk, table: Table, where: object, **values: object) -> None:
    async with talk.application.services.stores.database.transaction() as connection:
        await connection.execute(update(table).where(where).values(**values))  # type: ignore[arg-type]


async def test_a_message_whose_buttons_are_damaged_fails_alone(talk: Talk, clock: Clock) -> None:
    poisoned, *others = await followers(talk, 3)
    clock.now += TO_NINE
    await prepare(talk)
    await damage(talk, outbox, outbox.c.chat_id == poisoned.id, markup=BROKEN)
    await talk.tick()
    assert per_chat(talk, others) == [1, 1]
    states = {row["chat_id"]: row["state"] for row in await talk.rows(digest)}
    assert states[poisoned.id] == "failed"


async def test_a_schedule_that_cannot_be_understood_waits_alone(
    talk: Talk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned, *others = await followers(talk, 3)
    await damage(talk, schedule, schedule.c.chat_id == poisoned.id, zone="Mars/Olympus")
    clock.now += TO_NINE
    with caplog.at_level(logging.WARNING):
        await talk.tick()
    assert per_chat(talk, [poisoned, *others]) == [0, 1, 1]
    assert "a schedule cannot be understood" in caplog.messages
    await damage(talk, schedule, schedule.c.chat_id == poisoned.id, zone="UTC")
    clock.now += timedelta(hours=1)
    await talk.tick()
    assert per_chat(talk, [poisoned]) == [1]


@pytest.mark.parametrize("receipt", [BROKEN, NEWER])
async def test_a_reading_that_cannot_be_understood_is_as_if_it_were_not_there(
    talk: Talk, clock: Clock, database_url: str, receipt: str
) -> None:
    await talk.ask("/follow @nasa @lea")
    await damage(talk, snapshot, snapshot.c.account_id == 1, receipt=receipt)
    assert "@nasa" in await talk.ask("/klout @nasa")  # read afresh
    await damage(talk, snapshot, snapshot.c.account_id == 1, receipt=receipt)
    operator = Database.look(database_url)  # as `bot.py receipts` does
    store = Readings(operator)
    found = [Score.from_json(json.loads(line)) async for line in store.receipts()]
    assert [score.facts.handle for score in found] == ["lea"]
    assert [one.handle for one in await store.starting_with("", 9)] == ["lea"]
    await operator.close()
    preview([score.facts for score in found], candidate({"name": "next"}))
    clock.now += TO_NINE
    await talk.tick()
    (told,) = digests(talk, talk.private)
    assert "@lea" in told["text"]
