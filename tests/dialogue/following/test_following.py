"""Whom a chat follows: what people type and press, and who may."""

import re
from datetime import timedelta

import pytest

from playground.telegram.server.wire import Json
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from storage.engine.schema import follow, schedule
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import account

pytestmark = pytest.mark.usefixtures("hurried")


def buttons(message: Json) -> list[str]:
    """The texts of a message's buttons."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [button["text"] for row in rows for button in row]


async def followed(talk: Talk) -> set[str]:
    return {row["handle"] for row in await talk.rows(follow)}


async def a_week_later(talk: Talk, clock: Clock) -> list[Json]:
    """What the bot sends by itself when a week has gone by."""
    clock.forward(days=7)
    return await talk.tick()


async def test_follow_then_a_digest_a_week_later(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    told = await talk.ask("/follow @nasa @lea")
    assert told.startswith("Following @nasa, @lea.")
    assert "The next digest comes" in told
    a_week_on = clock() + timedelta(days=7)
    world.put(account(1, "nasa", a_week_on))
    world.put(account(2, "lea", a_week_on, followers=300, listed=9))
    (digest,) = await a_week_later(talk, clock)
    first, second = digest["text"].split("\n\n")[1:]
    assert first.startswith("@lea · ")
    assert re.search(r"community \+[\d.]+ \(\+4 lists\)", first)
    assert second.startswith("No clear change: @nasa ")


async def test_one_digest_a_week_whatever_happens(talk: Talk, clock: Clock) -> None:
    await talk.ask("/follow @nasa")
    assert len(await a_week_later(talk, clock)) == 1
    await talk.application.delivery.tick()
    await talk.ask("/schedule sunday 23:00")
    clock.forward(days=1)
    await talk.application.delivery.tick()
    digests = [m for m in talk.telegram.history(talk.private) if "What changed" in m["text"]]
    assert len(digests) == 1


async def test_the_first_digest_is_a_week_away_at_nine(talk: Talk) -> None:
    told = await talk.ask("/follow @nasa")
    assert "Wednesday 25 March, 09:00" in told
    assert "In which time zone do you live?" in told
    await talk.press(talk.ada, talk.private, "London")
    again = await talk.ask("/follow @lea")
    assert "In which time zone" not in again
    assert "Europe/London" in again


async def test_bare_commands_ask_and_show(talk: Talk) -> None:
    assert (await talk.ask("/follow")).startswith("Which account should this chat follow?")
    for command in ("/following", "/unfollow", "/digest"):
        assert (await talk.ask(command)).startswith("This chat follows nobody yet.")
    await talk.ask("/follow @nasa")
    for command in ("/following", "/unfollow"):
        assert (await talk.ask(command)).startswith("Followed here: 1 of 50\n@nasa\n")


async def test_what_is_no_account_is_not_followed(talk: Talk, world: FixedWorld) -> None:
    world.put(account(3, "bad", suspended=True))
    told = await talk.ask("/follow @nobody @bad @nasa")
    assert told.startswith("Following @nasa.")
    assert "There is no account @nobody on X." in told
    assert "X has suspended @bad" in told
    assert await followed(talk) == {"nasa"}


@pytest.mark.parametrize(
    "text",
    [
        "@<b>x</b>",
        "@' OR 1=1 --",
        "@" + "x" * 3_000,
        "@ééé",
        "https://evil.example/@nasa",
        "\u202e@!!!",
    ],
)
async def test_hostile_words_follow_nobody(talk: Talk, text: str) -> None:
    assert await talk.ask(f"/follow {text}")
    assert await followed(talk) <= {"x", "b", "OR", "1"}
    assert len(await talk.rows(schedule)) == len(await talk.rows(follow)) == 0


async def test_five_at_a_time_and_what_was_left_out_is_said(talk: Talk, world: FixedWorld) -> None:
    for number in range(7):
        world.put(account(10 + number, f"n{number}"))
    told = await talk.ask("/follow " + " ".join(f"@n{number}" for number in range(7)))
    assert "I follow 5 at a time; 2 were left out." in told
    assert await followed(talk) == {f"n{number}" for number in range(5)}


async def test_fifty_a_chat_and_the_list_has_pages(talk: Talk, world: FixedWorld) -> None:
    names = [f"n{number:02}" for number in range(52)]
    for number, name in enumerate(names):
        world.put(account(10 + number, name))
    for start in range(0, 50, 5):
        await talk.ask("/follow @" + " @".join(names[start : start + 5]))
    told = await talk.ask("/follow @n49 @n50 @n51")
    assert "Already followed: @n49." in told
    assert "A chat can follow 50 accounts; @n50, @n51 would be too many." in told
    assert len(await followed(talk)) == 50
    (page,) = await talk.say(talk.ada, talk.private, "/following")
    for _ in range(6):
        await talk.press(talk.ada, page, "▶")
    page = talk.telegram.history(talk.private)[-1]
    assert buttons(page)[:3] == ["✕ @n48", "✕ @n49", "◀"]
    await talk.press(talk.ada, page, "✕ @n48")
    page = talk.telegram.history(talk.private)[-1]
    assert buttons(page)[:2] == ["✕ @n49", "Follow @n48 again"]
    await talk.press(talk.ada, page, "Follow @n48 again")
    await talk.press(talk.ada, page, "✕ @n49")
    assert await followed(talk) == set(names[:49])


async def test_undo_both_ways(talk: Talk) -> None:
    (told,) = await talk.say(talk.ada, talk.private, "/follow @nasa")
    await talk.press(talk.ada, told, "Undo")
    assert await followed(talk) == set()
    left = talk.telegram.history(talk.private)[-1]
    assert left["text"].startswith("Followed here: 0 of 50")
    assert "next digest" not in left["text"]
    await talk.press(talk.ada, left, "Follow @nasa again")
    assert await followed(talk) == {"nasa"}
    assert (await talk.ask("/unfollow @nasa")).startswith("No longer following @nasa.")
    await talk.press(talk.ada, talk.private, "Follow @nasa again")
    assert await followed(talk) == {"nasa"}
    assert (await talk.ask("/unfollow @lea")).startswith("This chat does not follow that account.")


async def test_each_of_several_can_be_undone(talk: Talk) -> None:
    (told,) = await talk.say(talk.ada, talk.private, "/follow @nasa @lea")
    assert "Undo" not in buttons(told)
    await talk.press(talk.ada, told, "✕ @lea")
    assert await followed(talk) == {"nasa"}


async def test_the_follow_button_of_a_score(talk: Talk) -> None:
    await talk.ask("/klout @nasa")
    await talk.press(talk.ada, talk.private, "Follow")
    assert await followed(talk) == {"nasa"}


async def test_an_account_that_x_hides_for_now_is_followed_all_the_same(
    talk: Talk, x: XServer
) -> None:
    x.fail("users", Fault(500, "{}"))
    told = await talk.ask("/follow @nasa")
    assert told.startswith("Following @nasa.")
    assert "X is not answering right now." in told


async def test_in_a_group_only_administrators_change_it(talk: Talk) -> None:
    (refusal,) = await talk.say(talk.bob, talk.group, "/follow @nasa")
    assert refusal["text"].startswith("Only the administrators")
    (told,) = await talk.say(talk.ada, talk.group, "/follow @nasa")
    assert told["text"].startswith("Following @nasa.")
    assert not await talk.press(talk.bob, told, "Undo")
    assert talk.toast()["text"].startswith("Only the administrators")
    (anyone,) = await talk.say(talk.bob, talk.group, "/following")
    assert anyone["text"].startswith("Followed here: 1 of 50")
    await talk.press(talk.bob, anyone, "✕ @nasa")
    assert await followed(talk) == {"nasa"}
    (told,) = await talk.anonymously(talk.group, "/unfollow @nasa")
    assert told["text"].startswith("No longer following @nasa.")
    assert await followed(talk) == set()


async def test_an_administrators_old_button_is_worth_what_they_are_now(talk: Talk) -> None:
    (told,) = await talk.say(talk.ada, talk.group, "/follow @nasa")
    talk.group.members[talk.ada.id] = "member"
    await talk.press(talk.ada, told, "Undo")
    assert talk.toast()["text"].startswith("Only the administrators")
    assert await followed(talk) == {"nasa"}


async def test_a_topic_follows_for_itself(talk: Talk, clock: Clock) -> None:
    topic = talk.telegram.topic(talk.group, "Space")
    (told,) = await talk.say(talk.ada, talk.group, "/follow @nasa", topic=topic)
    assert told["message_thread_id"] == topic.id
    (other,) = await talk.say(talk.ada, talk.group, "/following")
    assert other["text"].startswith("This chat follows nobody yet.")
    clock.forward(days=7)
    (digest,) = await talk.tick(talk.group)
    assert digest["message_thread_id"] == topic.id
    (page,) = await talk.press(talk.ada, digest, "Unfollow…")
    assert page["text"].startswith("Followed here: 1 of 50\n@nasa")


async def test_in_french(talk: Talk, clock: Clock) -> None:
    chat = talk.telegram.private_chat(talk.chloe)
    (told,) = await talk.say(talk.chloe, chat, "/follow @nasa")
    assert "Following" not in told["text"]
    assert "Annuler" in buttons(told)
    (page,) = await talk.say(talk.chloe, chat, "/following")
    assert page["text"].startswith("Suivis ici : 1 sur 50")
    clock.forward(days=7)
    (digest,) = await talk.tick(chat)
    assert digest["text"].startswith("Ce qui a changé")
