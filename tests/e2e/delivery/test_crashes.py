"""kill -9 exactly at each arrow: what the next process makes of what is left (F2, F24)."""

import signal
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import pytest

from playground.x.server import XServer
from storage.engine.database import Database
from tests.e2e.conftest import Fork, Town
from tests.e2e.delivery.leftovers import Leftovers, until
from tests.e2e.process.test_inbox import answers
from tests.support.crashing import Fate
from tests.support.subscribers import subscribe


class Way(NamedTuple):
    """Processes that die one after the other, and one that does not.

    Attributes:
        deaths: where each of them is killed.
        left: what they leave: the state of the row.
        ends: the state in which the row ends.
        arrived: how many messages there are in the end.
    """

    deaths: tuple[Fate, ...]
    left: str | None
    ends: str | None
    arrived: int

    def __str__(self) -> str:
        return ", then ".join(map(str, self.deaths))


BUILT: Final = Fate("build", "committed")
LEASED: Final = Fate("lease", "committed")
ARMED: Final = Fate("arm", "committed")
STORED: Final = Fate("store", "committed")

DIGEST: Final = [
    Way((Fate("plan", "written"),), None, "sent", 1),
    Way((Fate("plan", "committed"),), None, "sent", 1),
    Way((Fate("collect", "written"),), None, "sent", 1),
    Way((Fate("collect", "committed"),), None, "sent", 1),
    Way((Fate("build", "written"),), None, "sent", 1),
    Way((BUILT,), "pending", "sent", 1),
    Way((BUILT, Fate("lease", "written")), "pending", "sent", 1),
    Way((BUILT, LEASED), "leased", "sent", 1),
    Way((Fate("arm", "written"),), "leased", "sent", 1),
    Way((ARMED,), "sending", "uncertain", 0),
    Way((Fate("send", "called"),), "sending", "uncertain", 0),
    Way((Fate("send", "returned"),), "sending", "uncertain", 1),
    Way((Fate("record", "written"),), "sending", "uncertain", 1),
    Way((Fate("record", "committed"),), "sent", "sent", 1),
    Way((BUILT, LEASED, Fate("reap", "written")), "leased", "sent", 1),
    Way((BUILT, LEASED, Fate("reap", "committed")), "pending", "sent", 1),
    Way((ARMED, Fate("reap", "written")), "sending", "uncertain", 0),
    Way((ARMED, Fate("reap", "committed")), "uncertain", "uncertain", 0),
]

QUESTION: Final = [
    Way((Fate("store", "written"),), None, None, 1),
    Way((STORED,), "taken", None, 1),
    Way((STORED, Fate("take", "written")), "waiting", None, 1),
    Way((STORED, Fate("take", "committed")), "taken", None, 1),
    Way((Fate("begin to answer", "written"),), "taken", None, 1),
    Way((Fate("begin to answer", "committed"),), "answering", "uncertain", 0),
    Way((Fate("send", "returned"),), "answering", "uncertain", 1),
    Way((Fate("finish", "written"),), "answering", "uncertain", 1),
    Way((Fate("finish", "committed"),), None, None, 1),
]


@pytest.mark.parametrize("way", DIGEST, ids=str)
async def test_f02_a_digest_after_kill_9_at_each_arrow(
    town: Town, x: XServer, database: Database, fork: Fork, way: Way
) -> None:
    due_at = datetime.now(UTC) - timedelta(minutes=1)
    await subscribe(database, [town.chat.id], ["nasa"], due_at)
    left = Leftovers(database)
    for fate in way.deaths:
        assert await fork(fate).ended() == -signal.SIGKILL
        await left.end_leases()
    assert await left.messages() == ([way.left] if way.left else [])
    assert len(await left.digests()) == (0 if str(way) == "plan written" else 1)
    last = fork()

    async def ended() -> bool:
        return {*await left.messages()} in ({"sent"}, {"uncertain"})

    await until(ended)
    assert await last.stop() == 0
    assert await left.messages() == [way.ends]
    assert len(town.telegram.history(town.chat)) == way.arrived
    assert await left.digests() == [way.ends]
    # what was read is read again only where that was not noted
    assert len(x.requests) == (6 if str(way) == "collect written" else 3)


@pytest.mark.parametrize("way", QUESTION, ids=str)
async def test_f24_a_question_after_kill_9_at_each_arrow(
    town: Town, database: Database, fork: Fork, way: Way
) -> None:
    left = Leftovers(database)
    town.telegram.say(town.ada, town.chat, "/help")
    for fate in way.deaths:
        if fate.arrow == "take":
            await left.reap()  # so that the first thing that is taken is there to take
        assert await fork(fate).ended() == -signal.SIGKILL
        await left.end_leases()
    assert await left.updates() == ([way.left] if way.left else [])
    last = fork()

    async def ended() -> bool:
        open_ends = [way.ends] if way.ends else []
        return len(answers(town)) == way.arrived and await left.updates() == open_ends

    await until(ended)
    assert await last.stop() == 0
    assert len(answers(town)) == way.arrived
