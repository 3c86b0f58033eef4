"""The rules of consent: who stands on a group's board, and who decides about it."""

from dataclasses import replace

import pytest

from playground.telegram.wire import Json
from playground.telegram.world import Chat, Person
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from storage import boards as stored_boards
from storage.schema import board, claim, member
from tests.accounts import account
from tests.conftest import Clock
from tests.dialogue.conftest import Talk, prove

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture(autouse=True)
def more_people(world: FixedWorld) -> None:
    world.put(account(3, "esa", followers=45_000, listed=930))


async def one(
    talk: Talk, person: Person, text: str, chat: Chat | None = None, **how: object
) -> str:
    """Somebody writes in the group; the text of the one answer."""
    (answer,) = await talk.say(person, chat or talk.group, text, **how)
    return str(answer["text"])


async def standing(talk: Talk, chat: Chat | None = None) -> list[str]:
    """Handles on the board, in its order."""
    lines = (await one(talk, talk.ada, "/board", chat)).split("\n")
    return [word for line in lines[1:-1] for word in line.split() if word.startswith("@")]


async def members(talk: Talk) -> set[tuple[int, int, str]]:
    rows = await talk.rows(member)
    return {(row["chat_id"], row["person_id"], row["handle"]) for row in rows}


async def test_nobody_stands_there_without_a_word_of_their_own(talk: Talk) -> None:
    for text in ("/klout @nasa @esa", "/follow @nasa", "/compare @nasa @esa", "/alert @nasa 35"):
        await talk.say(talk.ada, talk.group, text)
    assert (await one(talk, talk.ada, "/board")).startswith("Nobody stands on this group’s board")
    assert await talk.rows(member) == []


async def test_joining_is_for_this_group_only(talk: Talk) -> None:
    other = talk.telegram.group("Others", [talk.ada, talk.bob])
    assert (await one(talk, talk.bob, "/join @nasa")).startswith("@nasa is on this group’s board")
    assert await standing(talk) == ["@nasa"]
    assert (await one(talk, talk.ada, "/board", other)).startswith("Nobody stands")
    assert await members(talk) == {(talk.group.id, talk.bob.id, "nasa")}


async def test_one_handle_is_one_persons_and_one_person_has_one(talk: Talk) -> None:
    await one(talk, talk.ada, "/join @nasa")
    refused = await one(talk, talk.bob, "/join @NASA")
    assert refused.startswith("Somebody else has joined here with @NASA")
    assert await standing(talk) == ["@nasa"]
    await one(talk, talk.ada, "/join @esa")  # a change of mind is a word
    assert await members(talk) == {(talk.group.id, talk.ada.id, "esa")}
    await one(talk, talk.bob, "/join @nasa")
    assert sorted(await standing(talk)) == ["@esa", "@nasa"]


async def test_bare_it_takes_the_linked_handle_or_asks(talk: Talk) -> None:
    (question,) = await talk.say(talk.bob, talk.group, "/join")
    assert question["text"].startswith("Which handle on X is yours?")
    assert (await one(talk, talk.bob, "lea", reply_to=question)).startswith("@lea is on")
    (prompt,) = await talk.say(talk.ada, talk.group, "/klout")
    await talk.say(talk.ada, talk.group, "@nasa", reply_to=prompt)
    await talk.press(talk.ada, talk.group, "That’s me")
    assert (await one(talk, talk.ada, "/join")).startswith("@nasa is on")


async def test_what_has_no_score_does_not_join(talk: Talk, world: FixedWorld) -> None:
    world.put(account(9, "gone", suspended=True))
    assert (await one(talk, talk.bob, "/join @gone")).startswith("X has suspended @gone")
    assert (await one(talk, talk.bob, "/join @nobody")).startswith("There is no account")
    assert await talk.rows(member) == []


async def test_leaving_erases(talk: Talk) -> None:
    await one(talk, talk.bob, "/join @nasa")
    assert (await one(talk, talk.bob, "/leave")).startswith("@nasa is off this group’s board")
    assert await talk.rows(member) == []
    assert await one(talk, talk.bob, "/leave") == "You are not on this group’s board."


async def test_forget_me_erases_it_everywhere(talk: Talk, world: FixedWorld) -> None:
    other = talk.telegram.group("Others", [talk.ada, talk.bob])
    await prove(talk, world, talk.bob, "nasa")
    await one(talk, talk.bob, "/join @nasa")
    await one(talk, talk.bob, "/join @nasa", other)
    await one(talk, talk.ada, "/join @lea")
    await one(talk, talk.bob, "/forget_me", talk.telegram.private_chat(talk.bob))
    assert await members(talk) == {(talk.group.id, talk.ada.id, "lea")}
    assert await talk.rows(claim) == []


@pytest.mark.parametrize("word", ["off", "on", "weekly", "daily", "remove @nasa"])
async def test_only_administrators_choose(talk: Talk, word: str) -> None:
    await one(talk, talk.bob, "/join @nasa")
    refusal = await one(talk, talk.bob, f"/board {word}")
    assert refusal == "Only the administrators of this group can change that."
    assert await talk.rows(board) == []
    assert await standing(talk) == ["@nasa"]


async def test_an_administrator_removes_an_entry(talk: Talk) -> None:
    await one(talk, talk.bob, "/join @nasa")
    await one(talk, talk.chloe, "/join @lea")
    assert await one(talk, talk.ada, "/board remove @NASA") == "@nasa is off this group’s board."
    assert await standing(talk) == ["@lea"]
    not_there = await one(talk, talk.ada, "/board remove @nasa")
    assert not_there == "@nasa is not on this group’s board."
    await one(talk, talk.ada, "/board remove")
    assert await standing(talk) == ["@lea"]


async def test_switched_off_it_is_erased_and_nobody_joins(talk: Talk) -> None:
    await one(talk, talk.bob, "/join @nasa")
    off = await one(talk, talk.ada, "/board off")
    assert off == "The board is off, and who stood on it is erased."
    assert await talk.rows(member) == []
    for text in ("/join @nasa", "/board"):
        assert (await one(talk, talk.bob, text)).endswith("have switched the board off.")
    await one(talk, talk.ada, "/board on")
    assert (await one(talk, talk.ada, "/board")).startswith("Nobody stands")


async def test_an_anonymous_administrator_decides_but_stands_nowhere(talk: Talk) -> None:
    for text in ("/join @nasa", "/leave", "/prove @nasa", "/hide @nasa"):
        (answer,) = await talk.anonymously(talk.group, text)
        assert answer["text"].startswith("You write as the group.")
    assert await talk.rows(member) == await talk.rows(claim) == []
    (answer,) = await talk.anonymously(talk.group, "/board off")
    assert answer["text"].startswith("The board is off")


async def test_in_private_there_is_no_board(talk: Talk) -> None:
    for text in ("/board", "/join @nasa", "/leave", "/board off"):
        assert (await talk.ask(text)).startswith("Boards are for groups")
    assert await talk.rows(board) == []


async def test_a_full_board(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_boards, "MOST_MEMBERS", 1)
    await one(talk, talk.ada, "/join @nasa")
    assert (await one(talk, talk.bob, "/join @lea")).endswith("and it is full.")
    assert (await one(talk, talk.ada, "/join @lea")).startswith("@lea is on")  # in their own place


async def test_a_proof_takes_the_handle_over_at_once_and_for_good(
    talk: Talk, world: FixedWorld
) -> None:
    await one(talk, talk.bob, "/join @nasa")
    await prove(talk, world, talk.ada, "nasa")
    assert await talk.rows(member) == []
    assert (await one(talk, talk.bob, "/join @nasa")).startswith("Somebody else has joined here")
    assert (await one(talk, talk.ada, "/join @nasa")).startswith("@nasa is on")
    assert await members(talk) == {(talk.group.id, talk.ada.id, "nasa")}


async def test_by_growth_and_by_score_in_place(talk: Talk, world: FixedWorld, clock: Clock) -> None:
    await one(talk, talk.bob, "/join @lea")
    await one(talk, talk.ada, "/join @esa")
    await one(talk, talk.bob, "/board")
    clock.forward(days=7)
    world.put(account(2, "lea", followers=400, listed=5))
    await one(talk, talk.bob, "/board")
    clock.forward(days=7)
    world.put(account(2, "lea", followers=900, listed=5))
    (shown,) = await talk.say(talk.bob, talk.group, "/board")
    first, second = shown["text"].split("\n")[1:3]
    assert first.startswith("1. +")
    assert "@lea" in first
    assert first.endswith(" · never higher, 2 weeks up in a row")
    assert "@esa" in second
    assert await talk.press(talk.chloe, talk.group, "By score") == []
    lines = talk.telegram.history(talk.group)[-1]["text"].split("\n")
    assert lines[0] == "The board, by score"  # in the language that it was written in
    assert lines[1].startswith("1. @esa · ")
    await talk.press(talk.bob, talk.group, "By growth")
    assert talk.telegram.history(talk.group)[-1]["text"] == shown["text"]


async def test_turning_the_board_reads_nothing(talk: Talk, x: XServer, clock: Clock) -> None:
    await one(talk, talk.bob, "/join @lea")
    await one(talk, talk.bob, "/board")
    clock.forward(days=1)
    asked = len(x.requests)
    await talk.press(talk.bob, talk.group, "By score")
    await talk.press(talk.bob, talk.group, "Show the board")
    assert len(x.requests) == asked


async def test_once_a_week_it_rides_on_the_digest(talk: Talk, clock: Clock) -> None:
    await one(talk, talk.bob, "/join @lea")
    weekly = await one(talk, talk.ada, "/board weekly")
    assert weekly == "The board comes once a week, with this group’s digest."
    clock.forward(days=7)
    (digest,) = await talk.tick(talk.group)
    assert "The board: each against the average of their own last eight weeks" in digest["text"]
    assert "@lea" in digest["text"]
    await one(talk, talk.bob, "/leave")
    clock.forward(days=7)
    assert await talk.tick(talk.group) == []  # nobody is followed, and nobody stands there
    await one(talk, talk.bob, "/join @lea")
    await one(talk, talk.ada, "/board daily")
    clock.forward(days=7)
    assert await talk.tick(talk.group) == []


def _says(message: Json, handle: str) -> bool:
    return f"@{handle}" in message["text"] and "/100" in message["text"]


async def test_what_is_hidden_is_shown_nowhere_but_to_its_owner_in_private(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    await one(talk, talk.bob, "/join @nasa")
    await one(talk, talk.chloe, "/join @lea")
    await one(talk, talk.ada, "/follow @nasa")
    await one(talk, talk.ada, "/alert @nasa ±1")
    await one(talk, talk.ada, "/board weekly")
    (card,) = await talk.say(talk.ada, talk.group, "/klout @nasa")
    await prove(talk, world, talk.bob, "nasa")
    await one(talk, talk.bob, "/hide @nasa")
    for person in (talk.ada, talk.bob):  # the owner as well: a group reads along
        for command in ("/klout @nasa", "/why @nasa", "/goal @nasa 90", "/receipt @nasa"):
            assert (await one(talk, person, command)).startswith("Whoever @nasa belongs to")
        before = talk.telegram.history(talk.group)[-1]
        await talk.press(person, card, "Why?")
        assert talk.telegram.history(talk.group)[-1] == before
        compared = await one(talk, person, "/compare @nasa @lea")
        assert "Whoever @nasa belongs to" in compared
        assert len([line for line in compared.split("\n") if "/100" in line]) == 1
    assert await standing(talk) == ["@lea"]
    assert (await one(talk, talk.ada, "/join @nasa")).startswith("Whoever @nasa")
    world.put(account(1, "nasa", followers=9_000_000))
    clock.forward(days=7)
    letters = [*await talk.tick(talk.group), *await talk.tick(talk.group)]
    assert letters
    for letter in letters:
        lines = letter["text"].split("\n")
        assert not [line for line in lines if "@nasa" in line and "/100" in line]
    private = talk.telegram.private_chat(talk.bob)
    (own,) = await talk.say(talk.bob, private, "/klout @nasa")
    assert _says(own, "nasa")
    (stranger,) = await talk.say(talk.ada, talk.private, "/klout @nasa")
    assert not _says(stranger, "nasa")
    await one(talk, talk.bob, "/hide @nasa off")
    assert sorted(await standing(talk)) == ["@lea", "@nasa"]


async def test_alerts_are_silent_about_what_is_hidden(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    await prove(talk, world, talk.bob, "nasa")
    told = {}
    for shown, followers in ((True, 900_000), (False, 9_000_000)):
        await one(talk, talk.ada, "/alert @nasa ±1")
        await talk.ask("/alert @nasa ±1")
        if not shown:
            await one(talk, talk.bob, "/hide @nasa")
        world.put(account(1, "nasa", followers=followers))
        clock.forward(days=1)
        await talk.say(talk.bob, talk.telegram.private_chat(talk.bob), "/klout @nasa")
        before = len(talk.telegram.history(talk.private))
        told[shown] = len(await talk.tick(talk.group))
        assert len(talk.telegram.history(talk.private)) - before == told[shown]
    assert told == {True: 1, False: 0}


async def test_a_bare_comparison_leaves_out_who_is_hidden(talk: Talk, world: FixedWorld) -> None:
    for person, handle in ((talk.ada, "esa"), (talk.bob, "nasa"), (talk.chloe, "lea")):
        await one(talk, person, f"/join @{handle}")
    await prove(talk, world, talk.bob, "nasa")
    await one(talk, talk.bob, "/hide @nasa")
    compared = await one(talk, talk.ada, "/compare")
    assert "@nasa" not in compared
    assert "@esa" in compared
    assert "@lea" in compared


async def test_an_upgraded_group_takes_its_board_along(talk: Talk) -> None:
    group = talk.telegram.group("Basic", [talk.ada, talk.bob], kind="group")
    await one(talk, talk.bob, "/join @nasa", group)
    await one(talk, talk.ada, "/board weekly", group)
    talk.telegram.take_updates()
    new = talk.telegram.migrate(group)
    await talk.feed(new, *talk.telegram.take_updates())
    assert await members(talk) == {(new.id, talk.bob.id, "nasa")}
    assert [(row["chat_id"], row["weekly"]) for row in await talk.rows(board)] == [(new.id, True)]
    assert await standing(talk, new) == ["@nasa"]


async def test_a_renamed_account_keeps_its_place_under_its_new_name(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    await one(talk, talk.bob, "/join @lea")
    renamed = world.by_handle("lea", clock())
    assert renamed
    world.put(replace(renamed, handle="lea2"))
    clock.forward(days=1)
    assert await standing(talk) == ["@lea2"]
    refused = await one(talk, talk.ada, "/join @lea2")
    assert refused.startswith("Somebody else has joined here")


async def test_who_cannot_be_shown_has_a_line_without_a_number(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    await one(talk, talk.bob, "/join @lea")
    await one(talk, talk.ada, "/join @esa")
    world.put(account(2, "lea", suspended=True))
    clock.forward(days=1)
    text = await one(talk, talk.ada, "/board")
    (line,) = [line for line in text.split("\n") if "@lea" in line]
    assert line == "– X has suspended @lea, so there is nothing to score."


@pytest.mark.parametrize("data", ["1|board|nonsense", "1|board|", "1|board|score|xx"])
async def test_forged_turns_show_the_board_and_nothing_else(talk: Talk, data: str) -> None:
    await one(talk, talk.bob, "/join @lea")
    (shown,) = await talk.say(talk.bob, talk.group, "/board")
    shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"] = data
    await talk.press(talk.ada, shown, data)
    assert "@lea" in talk.telegram.history(talk.group)[-1]["text"]
