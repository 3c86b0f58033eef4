"""What is stored of a person, erased and exported."""

from datetime import timedelta

import pytest

from storage.chats.places import Place
from storage.chats.tellings import Told
from storage.engine.database import Database
from storage.engine.schema import account, claim, handle, member, outbox
from storage.queues.messages import OutboxMessage
from storage.stores import Stores
from tests.support.accounts import NOW

pytestmark = pytest.mark.database

ADA, BOB = 7, 8
STAR, LEA = 5, 6


@pytest.fixture
async def stores(database: Database) -> Stores:
    """Ada proved @star.bsky.test, which was @old.bsky.test, and stands on a board with it."""
    stores = Stores(database, lambda: NOW, "mine")
    rows = [
        {"id": STAR, "network": "bluesky", "handle": "star.bsky.test"},
        {"id": LEA, "network": "x", "handle": "lea"},
    ]
    names = [("old.bsky.test", STAR), ("star.bsky.test", STAR), ("lea", LEA)]
    async with stores.transaction() as tx:
        await tx.execute(account.insert(), [row | {"name": "", "protected": False} for row in rows])
        for key, number in names:
            await tx.execute(handle.insert().values(key=key, account_id=number))
        await tx.execute(
            claim.insert().values(person_id=ADA, account_id=STAR, code="c", proved_at=NOW)
        )
    await stores.follows.add(Place(ADA), {"old.bsky.test": NOW}, 50)
    await stores.board_members.join(-3, ADA, "Ada", "old.bsky.test", proved=True)
    return stores


async def test_what_waits_of_an_account_that_goes_with_its_owner_is_taken_back(
    stores: Stores,
) -> None:
    later = Told(NOW + timedelta(days=7), NOW)
    async with stores.transaction() as tx:
        for name in ("star.bsky.test", "lea"):
            key, html = f"alert:8:0:{name}:1", f'<a href="https://example.org">@{name}</a> moved'
            await stores.outbox.post(tx, [OutboxMessage(key=key, place=Place(BOB), html=html)])
        await stores.tellings.post(tx, Place(BOB), {LEA: later}, "alert", "alert:8:0:lea:1", NOW)
    await stores.personal_data.forget(ADA)
    async with stores.database.reading() as connection:
        left = await connection.scalars(outbox.select().with_only_columns(outbox.c.key))
        assert left.all() == ["alert:8:0:lea:1"]
    assert LEA in await stores.tellings.last(Place(BOB), [LEA])


async def test_accounts_go_by_their_present_handles(stores: Stores) -> None:
    found = await stores.personal_data.export(ADA)
    assert [row["handle"] for row in found["follow"]] == ["star.bsky.test"]
    assert [row["handle"] for row in found["member"]] == ["star.bsky.test"]
    await stores.chats.link(-3, ADA, "Old.bsky.test")
    assert await stores.chats.linked_handle(-3, ADA) == "star.bsky.test"
    assert await stores.chats.linked_handles(ADA) == ["star.bsky.test"]
    await stores.players.join(-3, ADA, NOW)
    players = await stores.players.of(-3)
    assert players[ADA].handle == "star.bsky.test"
    forgotten = await stores.personal_data.forget(ADA)
    assert forgotten == (["star.bsky.test"], ["star.bsky.test"])
    async with stores.database.reading() as connection:
        assert (await connection.execute(member.select())).all() == []
