"""The rules of consent: who stands on a group's board, and who decides about it."""

from dataclasses import replace

import pytest

from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat, Person
from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from storage.accounts import board_members as stored_boards
from storage.engine.schema import board, claim, member
from tests.conftest import Clock
from tests.dialogue.conftest import Talk, prove
from tests.support.accounts import account, posts

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture(autouse=True)
def more_people(world: FixedWorld) -> None:
    world.put(account(3, "esa", followers=45_000, listed=930))


async def one(
    talk: Talk, person: Person, text: str, chat: Chat | None = None, **how: object
) -> str:
    """A person writes in the group; the text of the one answer."""
    (answer,) = await talk.say(person, chat or talk.group, text, **how)
    return str(answer["text"])


async def standing(talk: Talk, chat: Chat | None = None) -> list[str]:
    """Handles on the board, in its order."""
    lines = (await one(talk, talk.ada, "/board", chat)).split("\n")
    return [
        word
        for line in lines
        if "/100" in line or line.startswith("– ")
        for word in line.split()
        if word.startswith("@")
    ]


async def members(talk: Talk) -> set[tuple[int, int, str]]:
    rows = await talk.rows(member)
    return {(row["chat_id"], row["person_id"], row["handle"]) for row in rows}


async def test_only_members_who_joined_stand_on_the_board(talk: Talk) -> None:
    for text in ("/klout @nasa @esa", "/follow @nasa", "/compare @nasa @esa", "/alert @nasa 35"):
        await talk.say(talk.ada, talk.group, text)
    assert (await one(talk, talk.ada, "/board")).startswith("Nobody is on this group’s board")
    assert await talk.rows(member) == []


async def test_joining_is_for_this_group_only(talk: Talk) -> None:
    other = talk.telegram.group("Others", [talk.ada, talk.bob])
    assert (await one(talk, talk.bob, "/join @nasa")).startswith("@nasa is on this group’s board")
    assert await standing(talk) == ["@nasa"]
    assert (await one(talk, talk.ada, "/board", other)).startswith("Nobody is on")
    assert await members(talk) == {(talk.group.id, talk.bob.id, "nasa")}


async def test_one_handle_is_one_persons_and_one_person_has_one(talk: Talk) -> None:
    await one(talk, talk.ada, "/join @nasa")
    refused = await one(talk, talk.bob, "/join @NASA")
    assert refused.startswith("Somebody else has joined here with @NASA")
    assert await standing(talk) == ["@nasa"]
    question = await one(talk, talk.ada, "/join @esa")  # a change of mind is a word and a press
    assert question == "You are on this group’s board as @nasa. Replace it by @esa?"
    await talk.press(talk.ada, talk.group, "Replace")
    assert await members(talk) == {(talk.group.id, talk.ada.id, "esa")}
    await one(talk, talk.bob, "/join @nasa")
    assert sorted(await standing(talk)) == ["@esa", "@nasa"]


async def test_bare_it_takes_the_linked_handle_or_asks(talk: Talk) -> None:
    (question,) = await talk.say(talk.bob, talk.group, "/join")
    assert question["text"].startswith("Which handle is yours?")
    assert (await one(talk, talk.bob, "lea", reply_to=question)).startswith("@lea is on")
    (prompt,) = await talk.say(talk.ada, talk.group, "/klout")
    await talk.say(talk.ada, talk.group, "@nasa", reply_to=prompt)
    await talk.press(talk.ada, talk.group, "That’s me")
    assert (await one(talk, talk.ada, "/join")).startswith("@nasa is on")


async def test_what_has_no_score_does_not_join(talk: Talk, world: FixedWorld) -> None:
    world.put(account(9, "gone", suspended=True))
    assert (await one(talk, talk.bob, "/join @gone")).startswith("X has suspended @gone")
    assert (await one(talk, talk.bob, "/join @missing")).startswith("There is no account")
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
    told = await talk.forget(talk.bob)
    assert told.endswith("\nIn the 2 groups where you stood on the board: /join @nasa")
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


async def test_a_board_switched_off_is_erased_and_takes_no_members(
    talk: Talk, clock: Clock
) -> None:
    await one(talk, talk.bob, "/join @nasa")
    asked = await one(talk, talk.ada, "/board off")
    assert asked == "Switch the board off? 1 person is on it; a day later I erase that."
    await talk.press(talk.ada, talk.group, "Switch it off")
    for text in ("/join @nasa", "/board"):
        assert (await one(talk, talk.bob, text)).endswith("have switched the board off.")
    assert (await one(talk, talk.bob, "/compare")).startswith("Which accounts")
    clock.forward(days=2)
    await talk.application.services.stores.upkeep.run(clock())
    assert await talk.rows(member) == []
    await one(talk, talk.ada, "/board on")
    assert (await one(talk, talk.ada, "/board")).startswith("Nobody is on")


async def test_an_anonymous_administrator_decides_but_stands_nowhere(talk: Talk) -> None:
    for text in ("/join @nasa", "/leave", "/prove @nasa", "/hide @nasa"):
        (answer,) = await talk.anonymously(talk.group, text)
        assert answer["text"].startswith("You write as the group.")
    assert await talk.rows(member) == await talk.rows(claim) == []
    (answer,) = await talk.anonymously(talk.group, "/board off")
    assert answer["text"].startswith("The board is off")


async def test_a_board_switched_off_by_mistake_comes_back(talk: Talk, clock: Clock) -> None:
    await one(talk, talk.bob, "/join @nasa")
    await one(talk, talk.ada, "/board off")
    await talk.press(talk.bob, talk.group, "Switch it off")  # Bob administers nothing
    assert await standing(talk) == ["@nasa"]
    await one(talk, talk.ada, "/board off")
    await talk.press(talk.ada, talk.group, "Keep it")
    assert talk.telegram.history(talk.group)[-1]["text"] == "The board stays on."
    await one(talk, talk.ada, "/board off")
    await talk.press(talk.ada, talk.group, "Switch it off")
    assert (await one(talk, talk.bob, "/board")).endswith("have switched the board off.")
    await talk.press(talk.ada, talk.telegram.history(talk.group)[-3], "Undo")
    assert await standing(talk) == ["@nasa"]
    await one(talk, talk.ada, "/board off")
    await talk.press(talk.ada, talk.group, "Switch it off")
    assert await one(talk, talk.ada, "/board on") == (
        "The board is on, and comes when somebody asks with /board. 1 person is on it."
    )
    await one(talk, talk.ada, "/board off")
    await talk.press(talk.ada, talk.group, "Switch it off")
    clock.forward(days=2)  # no longer, though nothing has tidied up yet
    await talk.press(talk.ada, talk.group, "Undo")
    assert talk.toast()["text"].startswith("This button is old.")
    await one(talk, talk.ada, "/board on")
    assert await talk.rows(member) == []


async def test_a_replaced_handle_comes_back(talk: Talk, clock: Clock) -> None:
    await one(talk, talk.bob, "/join @nasa")
    await one(talk, talk.bob, "/join @lea")
    await talk.press(talk.ada, talk.group, "Replace")  # it is Bob's question
    assert talk.toast()["text"] == "This question is for the person who sent the command."
    await talk.press(talk.bob, talk.group, "Keep @nasa")
    assert await standing(talk) == ["@nasa"]
    await one(talk, talk.bob, "/join @lea")
    assert await talk.press(talk.bob, talk.group, "Replace") == []
    said = talk.telegram.history(talk.group)[-1]["text"]
    assert said.startswith("@lea is on this group’s board now, in place of @nasa.")
    await talk.press(talk.bob, talk.group, "Undo")
    assert await standing(talk) == ["@nasa"]
    left = await one(talk, talk.bob, "/leave")
    assert left.startswith("@nasa is off")
    await talk.press(talk.bob, talk.group, "Undo")
    assert await standing(talk) == ["@nasa"]
    await one(talk, talk.bob, "/leave")
    clock.forward(days=2)
    await talk.press(talk.bob, talk.group, "Undo")
    assert await talk.rows(member) == []


async def test_an_account_that_is_not_proved_is_marked(talk: Talk, world: FixedWorld) -> None:
    joined = await one(talk, talk.bob, "/join @nasa")
    assert joined.endswith("It is marked “not proved” until /prove @nasa shows it.")
    assert "Bob\u2069, @nasa · " in await one(talk, talk.ada, "/board")
    assert " · not proved" in await one(talk, talk.ada, "/board")
    await prove(talk, world, talk.bob, "nasa")
    assert "proved" not in await one(talk, talk.bob, "/join @nasa")
    assert "proved" not in await one(talk, talk.ada, "/board")


async def test_the_board_says_what_happened_since_last_week(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    world.put(account(3, "esa", followers=900, listed=5))
    world.put(account(2, "lea", followers=300, listed=5))
    await one(talk, talk.bob, "/join @lea")
    await one(talk, talk.ada, "/join @esa")
    await one(talk, talk.ada, "/board weekly")
    clock.forward(days=7)
    world.put(account(2, "lea", followers=9_000, listed=50))
    (digest,) = await talk.tick(talk.group)
    assert "The best week: \u2068Bob\u2069, +" in digest["text"]
    scores = await one(talk, talk.ada, "/board score")
    lines = scores.split("\n")
    assert lines[0] == "The board, by score"
    assert lines[1].startswith("1. ▲1 · \u2068Bob\u2069, @lea · ")
    assert lines[2].startswith("2. ▼1 · \u2068Ada\u2069, @esa · ")
    assert "Since last week: \u2068Bob\u2069 passed \u2068Ada\u2069." in scores
    clock.forward(days=3)  # nothing is read: the window slides, the board stays
    await talk.press(talk.bob, talk.group, "By growth")
    growth = talk.telegram.history(talk.group)[-1]["text"]
    clock.forward(days=3)
    await talk.press(talk.bob, talk.group, "By score")
    assert talk.telegram.history(talk.group)[-1]["text"] == scores
    await talk.press(talk.bob, talk.group, "By growth")
    assert talk.telegram.history(talk.group)[-1]["text"] == growth


async def test_a_tie_is_a_tie_with_a_kind_fact(talk: Talk, world: FixedWorld) -> None:
    world.put(account(2, "lea", followers=300, listed=5, recent=posts(2, likes=2)))
    world.put(account(3, "esa", followers=300, listed=5, recent=posts(3, likes=16)))
    await one(talk, talk.bob, "/join @lea")
    await one(talk, talk.ada, "/join @esa")
    told = await one(talk, talk.bob, "/board score")
    assert told.split("\n")[1].startswith("=1. ")
    assert told.split("\n")[2].startswith("=1. ")
    assert "= is too close to call." in told
    assert "\u2068Ada\u2069’s posts draw" in told


async def test_in_private_there_is_no_board(talk: Talk) -> None:
    for text in ("/board", "/join @nasa", "/leave", "/board off"):
        assert (await talk.ask(text)).startswith("Boards are for groups")
    assert await talk.rows(board) == []


async def test_a_full_board(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_boards, "MOST_MEMBERS", 1)
    await one(talk, talk.ada, "/join @nasa")
    assert (await one(talk, talk.bob, "/join @lea")).endswith("and it is full.")
    await one(talk, talk.ada, "/join @lea")
    await talk.press(talk.ada, talk.group, "Replace")  # in their own place
    assert await standing(talk) == ["@lea"]


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
    assert first.startswith(("1. +", "1. ▲1 · +"))
    assert "@lea" in first
    assert first.endswith(" · never higher, 2 weeks up in a row, not proved")
    assert "@esa" in second
    assert await talk.press(talk.chloe, talk.group, "By score") == []
    lines = talk.telegram.history(talk.group)[-1]["text"].split("\n")
    assert lines[0] == "The board, by score"  # in the language that it was written in
    assert "@esa · " in lines[1]
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
    assert await talk.tick(talk.group) == []  # no account is followed, and the board is empty
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


async def test_a_bare_comparison_leaves_out_hidden_accounts(talk: Talk, world: FixedWorld) -> None:
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


async def test_a_member_who_cannot_be_shown_has_a_line_without_a_number(
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


async def test_what_is_not_understood_of_a_command_is_named(talk: Talk) -> None:
    for command, begins in (
        ("/join @nasa 1/2", "@nasa is on this group’s board now;"),
        ("/board remove @nasa 1/2", "@nasa is off this group’s board."),
        ("/board remove 1/2", "Sorry, I did not understand."),
    ):
        (told,) = await talk.say(talk.ada, talk.group, command)
        assert told["text"].startswith(begins)
        assert "I did not understand \u20681/2\u2069." in told["text"]
    (told,) = await talk.say(talk.ada, talk.group, "/board remove @nasa @lea")
    assert told["text"].startswith("One account at a time")
    (told,) = await talk.say(talk.ada, talk.group, "/board @nasa")
    assert told["text"].startswith("I did not understand \u2068@nasa\u2069. /board alone")
