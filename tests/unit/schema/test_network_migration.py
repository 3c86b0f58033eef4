"""A database of the release before other networks: all that people had of X goes on."""

import json
import os
from typing import Final

import pytest
from sqlalchemy import Connection, MetaData

from scoring.score import score
from storage.accounts.board_members import BoardMembers
from storage.accounts.claims import Claims
from storage.accounts.follows import Follows
from storage.accounts.readings import Readings
from storage.chats.places import Place
from storage.engine.database import Database, migrate
from tests.support.accounts import NOW
from tests.support.facts import LIKED, facts

pytestmark = pytest.mark.database

ACCOUNTS: Final = int(os.environ.get("MIGRATED_ACCOUNTS", "20"))
"""10,000 in full."""

_BEFORE: Final = "0011"
_GROUP: Final = -100


def _fill(connection: Connection) -> None:
    """Give accounts a reading, a follower, a place on a board and a proven owner each."""
    tables = MetaData()
    tables.reflect(connection)
    receipt = json.dumps(score(facts(LIKED)).to_json())
    numbers = range(1, ACCOUNTS + 1)
    rows: dict[str, list[dict[str, object]]] = {
        "account": [
            {"id": n, "handle": f"Nasa_{n}", "name": f"Nasa {n}", "protected": False}
            for n in numbers
        ],
        "handle": [{"key": f"nasa_{n}", "account_id": n} for n in numbers],
        "snapshot": [
            {
                "account_id": n,
                "as_of": NOW,
                "formula": "2026.2",
                "depth": "recent",
                "score": 52.0,
                "margin": 4.0,
                "receipt": receipt,
                "unread": "",
            }
            for n in numbers
        ],
        "follow": [
            {
                "chat_id": n,
                "topic_id": 0,
                "key": f"nasa_{n}",
                "handle": f"Nasa_{n}",
                "told_at": NOW,
            }
            for n in numbers
        ],
        "member": [
            {"chat_id": _GROUP - n, "person_id": n, "key": f"nasa_{n}", "handle": f"Nasa_{n}"}
            for n in numbers
        ],
        "claim": [
            {"person_id": n, "account_id": n, "code": "klout-1", "proved_at": NOW} for n in numbers
        ],
    }
    for name, some in rows.items():
        connection.execute(tables.tables[name].insert(), some)


async def test_history_follows_boards_and_proofs_go_on(empty_url: str) -> None:
    old = await Database.connect(empty_url)
    async with old.transaction() as connection:
        await connection.run_sync(migrate, _BEFORE)
        await connection.run_sync(_fill)
    await old.close()
    database = await Database.open(empty_url)
    readings, claims = Readings(database), Claims(database)
    for n in (1, ACCOUNTS // 2, ACCOUNTS):
        name = f"nasa_{n}"
        found = await readings.latest(name)
        assert found
        assert (found.account_id, found.network, found.external_id) == (n, "x", "")
        assert len(await readings.history(n, NOW)) == 1
        assert [each.handle for each in await Follows(database).of(Place(n))] == [f"Nasa_{n}"]
        members = await BoardMembers(database).members(_GROUP - n)
        assert {who: each.handle for who, each in members.items()} == {n: f"Nasa_{n}"}
        assert await claims.owner(n) == n
        assert await claims.owned(n) == [f"Nasa_{n}"]
        assert await readings.latest(name.upper()) == found  # as an old button carries it
    again = await readings.latest("nasa_1")
    assert again
    await readings.add(again, "nasa_1")  # the same account, not another with its number
    await database.close()
