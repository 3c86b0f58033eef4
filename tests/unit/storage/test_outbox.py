"""Each arrow of the outbox's table of states, on a real SQLite file."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.chats.places import Place
from storage.chats.tellings import Told
from storage.engine.database import Database
from storage.engine.schema import account, digest, follow, outbox, telling
from storage.queues.lost_messages import Lost, LostMessages
from storage.queues.messages import OutboxMessage, Outgoing
from storage.queues.outbox import LEASE, SEND_TIMEOUT
from storage.queues.pacing import CHAT_PACE, GROUP_PACE
from storage.stores import Stores
from tests.conftest import Clock
from tests.support.accounts import NOW

USEFUL = timedelta(hours=48)
SECOND = timedelta(seconds=1)


class Box:
    """An outbox, a rival on the same database, and what is in it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.mine = Stores(database, clock, "mine").outbox
        self.rival = Stores(database, clock, "rival").outbox

    async def put(self, chat_id: int = 1, key: str = "", **more: Any) -> None:
        key = key or f"message to {chat_id}"
        message = OutboxMessage(key=key, place=Place(chat_id), html="hi", useful=USEFUL, **more)
        async with self.database.transaction() as tx:
            await self.mine.post(tx, [message])

    async def leased(self, **how: Any) -> Outgoing:
        """A message that we hold."""
        await self.put(**how)
        (message,) = await self.mine.lease(1)
        return message

    async def armed(self, **how: Any) -> Outgoing:
        """A message whose request may have left."""
        message = await self.leased(**how)
        assert await self.mine.arm(message)
        return message

    async def row(self, number: int = 1) -> Any:
        async with self.database.reading() as connection:
            return (await connection.execute(outbox.select().where(outbox.c.id == number))).one()

    async def state(self, number: int = 1) -> str:
        return str((await self.row(number)).state)

    async def with_digest(self) -> None:
        """A digest of one followed account, told last at `NOW` and offered a day later."""
        async with self.database.transaction() as connection:
            await connection.execute(
                digest.insert().values(
                    id=7,
                    chat_id=1,
                    topic_id=0,
                    period="2026-W12",
                    due_at=NOW,
                    state="ready",
                    attempt=0,
                    not_before=NOW,
                )
            )
            await connection.execute(
                follow.insert().values(
                    chat_id=1,
                    topic_id=0,
                    key="nasa",
                    handle="nasa",
                    told_at=NOW,
                    offered_at=NOW + timedelta(days=1),
                )
            )

    async def told(self) -> tuple[str, datetime]:
        """The digest's state, and until when its account was told."""
        async with self.database.reading() as connection:
            state = await connection.scalar(digest.select().with_only_columns(digest.c.state))
            moment = await connection.scalar(follow.select().with_only_columns(follow.c.told_at))
        assert state is not None
        assert moment is not None
        return state, moment


@pytest.fixture
def box(database: Database, clock: Clock) -> Box:
    return Box(database, clock)


async def test_a_known_key_is_put_in_once(box: Box) -> None:
    await box.put(key="same")
    await box.put(key="same", chat_id=2)
    assert [message.place.chat_id for message in await box.mine.lease(9)] == [1]


async def test_lease_takes_only_messages_without_a_lease(box: Box) -> None:
    await box.put(1)
    await box.put(2)
    (one,) = await box.mine.lease(1)
    assert one.attempt == 0
    (other,) = await box.rival.lease(9)
    assert {one.place.chat_id, other.place.chat_id} == {1, 2}
    assert await box.mine.lease(9) == []


async def test_lease_leaves_what_is_for_later_or_too_late(box: Box, clock: Clock) -> None:
    await box.put()
    clock.now = NOW - SECOND
    assert await box.mine.lease(9) == []
    clock.now = NOW + USEFUL
    assert await box.mine.lease(9) == []
    clock.now = NOW + USEFUL - SECOND
    assert len(await box.mine.lease(9)) == 1


async def test_a_chat_gets_one_message_at_a_time_and_one_a_second(box: Box, clock: Clock) -> None:
    first = await box.armed()
    await box.put(key="second")
    assert await box.mine.lease(9) == []
    await box.mine.deliver(first, 5)
    assert await box.mine.lease(9) == []
    clock.now += CHAT_PACE
    (second,) = await box.mine.lease(9)
    assert second.id == 2


async def test_a_group_gets_no_more_than_its_minute_takes(box: Box, clock: Clock) -> None:
    most, span = GROUP_PACE
    for number in range(most):
        message = await box.armed(chat_id=-1, key=f"{number}")
        await box.mine.deliver(message, number)
        clock.now += CHAT_PACE
    await box.put(chat_id=-1, key="one too many")
    assert await box.mine.lease(9) == []
    clock.now += span
    assert len(await box.mine.lease(9)) == 1


async def test_arm_counts_the_attempt_and_happens_once(box: Box) -> None:
    message = await box.leased()
    assert not await box.rival.arm(message)
    assert await box.mine.arm(message)
    assert not await box.mine.arm(message)
    assert (await box.row()).attempt == 1


async def test_arm_needs_a_lease_that_outlives_a_request(box: Box, clock: Clock) -> None:
    message = await box.leased()
    clock.now += LEASE - SEND_TIMEOUT
    assert not await box.mine.arm(message)
    assert await box.state() == "leased"


async def test_deliver_ends_it_and_its_digest_is_told(box: Box) -> None:
    await box.with_digest()
    message = await box.armed(digest_id=7)
    assert await box.mine.deliver(message, 99)
    assert (await box.row()).message_id == 99
    assert await box.state() == "sent"
    assert await box.told() == ("sent", NOW + timedelta(days=1))
    assert not await box.mine.deliver(message, 100)


async def test_put_off_counts_the_attempt_unless_it_is_free(box: Box, clock: Clock) -> None:
    message = await box.armed()
    assert await box.mine.put_off(message, NOW + SECOND, error="no", free=False)
    assert (await box.row()).attempt == 1
    assert await box.mine.lease(9) == []
    clock.now += SECOND
    (again,) = await box.mine.lease(9)
    assert again.attempt == 1
    await box.mine.arm(again)
    await box.mine.put_off(again, clock(), error="wait", free=True)
    assert (await box.row()).attempt == 1
    assert await box.state() == "pending"


async def test_refuse_ends_it_and_its_digest_is_not_told(box: Box) -> None:
    await box.with_digest()
    message = await box.armed(digest_id=7)
    assert await box.mine.refuse(message, "blocked")
    assert (await box.row()).error == "blocked"
    assert await box.state() == "failed"
    assert await box.told() == ("failed", NOW)


async def test_an_uncertain_message_is_not_sent_again_and_a_late_answer_settles_it(
    box: Box, clock: Clock
) -> None:
    await box.with_digest()
    message = await box.armed(digest_id=7)
    assert await box.mine.doubt(message, "timed out")
    clock.now += timedelta(hours=1)
    await box.mine.reap()
    assert await box.mine.lease(9) == []
    assert await box.state() == "uncertain"
    assert await box.told() == ("uncertain", NOW + timedelta(days=1))
    assert not await box.mine.put_off(message, clock(), error="", free=True)
    assert not await box.mine.refuse(message, "")
    assert await box.mine.deliver(message, 99)
    assert await box.told() == ("sent", NOW + timedelta(days=1))


async def test_release_gives_back_only_what_is_ours_and_has_not_left(box: Box) -> None:
    await box.armed(chat_id=1)
    await box.leased(chat_id=2)
    await box.put(chat_id=3)
    await box.rival.lease(1)
    await box.mine.release()
    assert [await box.state(number) for number in (1, 2, 3)] == ["sending", "pending", "leased"]


async def test_reap_ends_leases_that_ran_out(box: Box, clock: Clock) -> None:
    await box.with_digest()
    armed = await box.armed(chat_id=1, digest_id=7)
    leased = await box.leased(chat_id=2)
    clock.now += LEASE
    await box.rival.reap()
    assert [await box.state(number) for number in (1, 2)] == ["sending", "leased"]
    clock.now += SECOND
    await box.rival.reap()
    assert [await box.state(number) for number in (1, 2)] == ["uncertain", "pending"]
    assert (await box.told())[0] == "uncertain"
    # a process that slept through it finds nothing to do, but what did arrive is noted
    assert not await box.mine.arm(leased)
    assert await box.mine.deliver(armed, 99)


async def test_reap_ends_leases_of_a_clock_that_was_ahead(box: Box, clock: Clock) -> None:
    clock.now = NOW + timedelta(hours=2)
    await box.armed()
    clock.now = NOW
    await box.mine.reap()
    assert await box.state() == "uncertain"


async def test_expire_ends_what_is_of_no_use_any_more(box: Box, clock: Clock) -> None:
    await box.with_digest()
    await box.put(digest_id=7)
    clock.now = NOW + USEFUL - SECOND
    await box.mine.expire()
    assert await box.state() == "pending"
    clock.now = NOW + USEFUL
    await box.mine.expire()
    assert await box.state() == "expired"
    assert await box.told() == ("expired", NOW)


async def test_cancel_takes_back_what_has_not_left(box: Box) -> None:
    await box.with_digest()
    armed = await box.armed(chat_id=1)
    leased = await box.leased(chat_id=2)
    await box.put(chat_id=3, digest_id=7)
    async with box.database.transaction() as tx:
        await box.mine.cancel(tx, outbox.c.chat_id > 0)
    states = [await box.state(number) for number in (1, 2, 3)]
    assert states == ["sending", "cancelled", "cancelled"]
    assert await box.told() == ("cancelled", NOW)
    assert not await box.mine.arm(leased)
    assert await box.mine.deliver(armed, 99)


@pytest.mark.parametrize("end", ["sent", "failed", "expired", "cancelled"])
async def test_a_final_state_never_changes(box: Box, clock: Clock, end: str) -> None:
    message = await box.armed()
    async with box.database.transaction() as connection:
        await connection.execute(outbox.update().values(state=end))
    arrows = (
        box.mine.arm(message),
        box.mine.deliver(message, 1),
        box.mine.put_off(message, clock(), error="", free=True),
        box.mine.refuse(message, ""),
        box.mine.doubt(message, ""),
    )
    assert [await arrow for arrow in arrows] == [False] * len(arrows)
    clock.now += timedelta(days=9)
    for sweep in (box.mine.reap, box.mine.expire, box.mine.release):
        await sweep()
    assert await box.state() == end
    assert await box.mine.lease(9) == []


async def test_a_lost_message_is_mentioned_once(box: Box) -> None:
    await box.with_digest()
    message = await box.armed(digest_id=7)
    await box.mine.doubt(message, "")
    mine, rival = (LostMessages(box.database, box.clock) for _ in range(2))
    assert await mine.places() == {Place(1)}
    assert await rival.mention(Place(1)) == Lost([7], [])
    assert await mine.mention(Place(1)) == Lost([], [])
    assert await mine.places() == set()


async def test_an_alert_that_expired_is_found_by_its_account(box: Box) -> None:
    await box.put(key="alert:1:0:bob@example.org:20260318T120000")
    await box.put(key="digest:3")
    box.clock.forward(days=3)
    await box.mine.expire()
    lost = LostMessages(box.database, box.clock)
    assert await lost.places() == {Place(1)}
    assert await lost.mention(Place(1)) == Lost([], ["bob@example.org"])
    assert await lost.places() == set()


async def test_a_telling_goes_with_a_message_that_is_never_sent(box: Box) -> None:
    stores = Stores(box.database, box.clock, "mine")
    async with box.database.transaction() as tx:
        row = {"id": 5, "handle": "nasa", "name": "", "protected": False}
        await tx.execute(account.insert().values(**row))
    told = Told(NOW, None)
    await stores.tellings.answered(Place(1), {5: told}, NOW)
    later = Told(NOW + timedelta(days=7), NOW)

    async def last() -> Any:
        return (await stores.tellings.last(Place(1), [5]))[5].as_of

    async def post(key: str) -> None:
        async with box.database.transaction() as tx:
            await stores.tellings.post(tx, Place(1), {5: later}, "digest", key, NOW)

    await box.put(key="expires")
    await post("expires")
    assert await last() == later.as_of
    box.clock.forward(days=3)
    await box.mine.expire()
    assert await last() == NOW
    box.clock.forward(minutes=1)
    await box.put(key="uncertain")
    await post("uncertain")
    (message,) = await box.mine.lease(1)
    assert await box.mine.arm(message)
    await box.mine.doubt(message, "no answer")
    assert await last() == later.as_of
    async with box.database.reading() as connection:
        assert len((await connection.execute(telling.select())).all()) == 1


async def test_a_message_whose_sender_ended_goes_on_without_its_picture(box: Box) -> None:
    assert (await box.leased(picture={"language": "en"})).picture == {"language": "en"}
    await box.mine.release()
    (again,) = await box.mine.lease(1)
    assert again.picture == {"language": "en"}
    box.clock.now += 2 * LEASE
    await box.rival.reap()
    (last,) = await box.rival.lease(1)
    assert last.picture is None


async def test_a_picture_that_is_refused_is_left_out(box: Box) -> None:
    message = await box.armed(picture={"language": "en"})
    await box.mine.put_off(message, box.clock(), error="no", free=True, without_picture=True)
    (again,) = await box.mine.lease(1)
    assert (again.picture, again.attempt) == (None, 0)
