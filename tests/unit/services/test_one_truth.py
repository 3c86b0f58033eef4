"""Whatever is read, asked and sent: a message counts from what its place was last told."""

import random
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from scoring.change import Change
from scoring.facts import Facts, Recent
from scoring.reading.account import Reading
from scoring.reading.reader import Reader
from scoring.score import score
from services.digests.digest_contents import DigestContents
from services.digests.digest_entries import Known, Situation, compose
from services.digests.last_told import LastTold
from services.visibility import Audience, Visible
from storage.accounts.follows import Followed
from storage.chats.places import Place
from storage.chats.tellings import Telling, Tellings, Told
from storage.engine.database import Database
from storage.stores import Stores
from tests.support.accounts import NOW
from views.following import digest_messages
from views.scores import change_lines
from views.wording import wording_for

pytestmark = pytest.mark.database

PLACES = [Place(7), Place(-5), Place(-5, 3)]
HANDLES = ["nasa", "lea"]
ENGLISH = wording_for("en")


@dataclass
class Message:
    """What one message told of one account."""

    base: datetime | None
    as_of: datetime
    key: str | None = None


@dataclass
class World:
    """Random readings, questions, digests and outcomes; and what each place then knows."""

    stores: Stores
    chance: random.Random
    now: datetime = NOW
    told: dict[tuple[Place, int], list[Message]] = field(default_factory=dict)
    waiting: dict[str, list[tuple[Place, int]]] = field(default_factory=dict)
    steps: int = 0

    def __post_init__(self) -> None:
        nothing: Any = None
        self.reader = Reader(None, self.stores.readings, nothing, nothing, lambda: self.now)
        self.last_told = LastTold(self.reader, self.stores.tellings, lambda: self.now)

    async def read(self) -> None:
        """An account is read, with any counts, whoever asked for it."""
        number = self.chance.randrange(len(HANDLES))
        any_of = self.chance.randrange
        recent = Recent(
            7.0, any_of(1, 60), any_of(9_000), any_of(900), any_of(900), any_of(90), any_of(99), 7.0
        )
        facts = Facts(
            handle=HANDLES[number],
            network="x",
            followers=any_of(1, 90_000),
            following=any_of(900),
            listed=any_of(900),
            posts=any_of(9_000),
            created_at=NOW - timedelta(days=900),
            as_of=self.now,
            recent=recent if self.chance.random() < 0.8 else None,
        )
        handle = HANDLES[number]
        reading = Reading(number + 1, handle, handle, protected=False, score=score(facts))
        await self.stores.readings.add(reading, handle)

    async def ask(self) -> None:
        """A question in one place: `/klout`, `/why`, `/history` or the board."""
        place, reading = await self._any()
        step = await self.last_told.step(place, reading)
        whose = place, reading.account_id
        waits = self._knows(place, reading) and self.told[whose][-1].key
        assert step.known is (self._knows(place, reading) and not waits)
        self._check(place, reading, step.change)
        await self.last_told.answered(place, {reading.account_id: step})
        self._note(place, reading, step.base, None)
        if waits:  # told for good, whatever becomes of the message
            self.waiting[waits].remove(whose)
            self.told[whose][-1].key = None

    async def alert(self) -> None:
        """An alert is posted on a reading that its place does not know."""
        place, reading = await self._any()
        if self._knows(place, reading):
            return
        step = await self.last_told.step(place, reading)
        self._check(place, reading, step.change)
        await self._post(place, {reading.account_id: step.told}, "alert", [(reading, step.base)])

    async def digest(self) -> None:
        """A digest of all accounts is posted to one place."""
        place = self.chance.choice(PLACES)
        told = (await self.stores.tellings.of([place]))[place]
        situation = Situation(Audience.of_chat(place.chat_id), told, {}, {})
        follows = [Followed(handle, None) for handle in HANDLES]
        entries = await compose(Known(self.reader), follows, situation)
        contents = DigestContents(1, entries)
        new = []
        for entry in entries:
            if entry.reading is None:
                continue
            assert entry.known is self._knows(place, entry.reading)
            if not entry.known:
                self._check(place, entry.reading, entry.change)
                new.append((entry.reading, _base(entry.change)))
        for change in (entry.change for entry in entries if entry.change):
            html = digest_messages.digest(contents, self.now, ENGLISH).html
            if change.own and f"{change_lines.ends(change, ENGLISH)}." in html:
                assert change_lines.receipt(change, ENGLISH) in html
        await self._post(place, contents.told, "digest", new)

    async def settle(self) -> None:
        """A waiting message arrives, perhaps arrives, or never does."""
        if not self.waiting:
            return
        key = self.chance.choice(sorted(self.waiting))
        arrived = self.chance.random() < 0.6
        async with self.stores.transaction() as tx:
            await self.stores.tellings.settle(tx, [key], told=arrived)
        for whose in self.waiting.pop(key):
            at = next(n for n, each in enumerate(self.told[whose]) if each.key == key)
            if arrived:
                self.told[whose][at].key = None
                continue
            for each in self.told[whose][at:]:  # what counted from it counts no more either
                if each.key and whose in self.waiting.get(each.key, []):
                    self.waiting[each.key].remove(whose)
            del self.told[whose][at:]

    async def _any(self) -> tuple[Place, Visible]:
        reading = await self.reader.stored(self.chance.choice(HANDLES))
        assert reading
        return self.chance.choice(PLACES), Visible(reading)

    async def _post(
        self, place: Place, told: Any, by: str, new: Sequence[tuple[Reading, datetime | None]]
    ) -> None:
        self.steps += 1
        key = f"{by}:{self.steps}"
        async with self.stores.transaction() as tx:
            await self.stores.tellings.post(tx, place, told, by, key, self.now)
        assert set(told) == {reading.account_id for reading, _ in new}
        for reading, base in new:
            self._note(place, reading, base, key)
        self.waiting[key] = [(place, reading.account_id) for reading, _ in new]

    def _knows(self, place: Place, reading: Reading) -> bool:
        last = self.told.get((place, reading.account_id), [])
        return bool(last) and last[-1].as_of >= reading.score.facts.as_of

    def _note(self, place: Place, reading: Reading, base: datetime | None, key: str | None) -> None:
        if not self._knows(place, reading):
            told = self.told.setdefault((place, reading.account_id), [])
            told.append(Message(base, reading.score.facts.as_of, key))

    def _check(self, place: Place, reading: Reading, change: Change | None) -> None:
        """Each message's base is what its place was last told; its lines sum to its difference."""
        last = self.told.get((place, reading.account_id), [])
        expected = None
        if last:
            expected = last[-1].base if self._knows(place, reading) else last[-1].as_of
        assert _base(change) == expected
        if change is None:
            return
        assert change.after == reading.score
        assert change == again(change)
        assert sum(round(10 * n) for n in change.lines.values()) == round(10 * change.difference)
        if change.difference:
            said = change_lines.ends(change, ENGLISH)
            before, after = map(float, re.findall(r"^([\d.]+) → ([\d.]+) since ", said)[0])
            assert round(after - before, 1) == change.difference


def again(change: Change) -> Change:
    """The same change, from the receipts alone."""
    before, after = change.before.recompute(), change.after.recompute()
    return Change(before, after, change.lines)


def _base(change: Change | None) -> datetime | None:
    return change.before.facts.as_of if change else None


@pytest.mark.parametrize("seed", range(4))
async def test_no_step_is_told_twice_and_none_is_left_out(database: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same histories each time
    world = World(Stores(database, lambda: NOW, "a process"), chance)
    await world.read()
    for handle in HANDLES:
        while await world.reader.stored(handle) is None:
            world.now += timedelta(hours=1)
            await world.read()
    acts = [world.read, world.ask, world.digest, world.alert, world.settle]
    for _ in range(80):
        world.now += timedelta(hours=chance.randrange(1, 90))
        await chance.choice(acts)()
    assert any(len(messages) > 3 for messages in world.told.values())
    for messages in world.told.values():
        for before, after in pairwise(messages):
            assert after.as_of > before.as_of  # no step is told twice
            assert after.base == before.as_of  # none is left out


class Watched(Tellings):
    """Tellings that note what they are asked for and what they are to store."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.asked: list[set[int]] = []
        self.stored: list[set[int]] = []

    async def last(self, place: Place, accounts: Collection[int]) -> dict[int, Telling]:
        """Return what a place was last told of accounts."""
        self.asked.append(set(accounts))
        return await super().last(place, accounts)

    async def answered(self, place: Place, told: Mapping[int, Told], now: datetime) -> None:
        """Store what an answer told a place."""
        self.stored.append(set(told))
        await super().answered(place, told, now)


async def test_steps_are_looked_up_at_once_and_a_known_one_is_not_stored(
    database: Database,
) -> None:
    chance = random.Random(0)  # noqa: S311 - the same readings each time
    world, watched = World(Stores(database, lambda: NOW, "a process"), chance), Watched(database)
    last_told = LastTold(world.reader, watched, lambda: world.now)
    for _ in range(9):
        await world.read()
        world.now += timedelta(hours=1)
    readings = [Visible(each) for each in [await world.reader.stored(h) for h in HANDLES] if each]
    for known in (False, True):
        steps = await last_told.steps(PLACES[0], readings)
        assert [step.known for step in steps.values()] == [known, known]
        await last_told.answered(PLACES[0], steps)
    assert watched.asked == [{1, 2}, {1, 2}]
    assert watched.stored == [{1, 2}, set()]
