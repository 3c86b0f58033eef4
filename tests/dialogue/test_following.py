"""Following, the weekly digest, alerts: what people type and what reaches them."""

from playground.telegram.wire import Json
from playground.x.accounts import FixedWorld
from tests.accounts import account
from tests.conftest import Clock
from tests.dialogue.conftest import Talk


async def a_week_later(talk: Talk, clock: Clock) -> list[Json]:
    """What the bot sends by itself when a week has gone by."""
    before = len(talk.telegram.history(talk.private))
    clock.forward(days=7)
    await talk.application.delivery.tick()
    return [m for m in talk.telegram.history(talk.private)[before:] if m["from"]["is_bot"]]


async def test_follow_then_a_digest_a_week_later(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    told = await talk.ask("/follow @nasa @lea")
    assert told.startswith("Following @nasa, @lea.")
    assert "The next digest comes" in told
    world.put(account(2, "lea", followers=300, listed=9))
    (digest,) = await a_week_later(talk, clock)
    first, second = digest["text"].split("\n\n")[1:]
    assert first.startswith("@lea · ")
    assert "community (+4 lists)" in first
    assert second.startswith("@nasa · ")


async def test_one_digest_a_week_whatever_happens(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    assert len(await a_week_later(talk, clock)) == 1
    await talk.application.delivery.tick()
    await talk.ask("/schedule sunday 23:00")
    clock.forward(days=1)
    await talk.application.delivery.tick()
    digests = [m for m in talk.telegram.history(talk.private) if "What changed" in m["text"]]
    assert len(digests) == 1
