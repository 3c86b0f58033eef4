"""A duel in private and in a group: the pair, votes, changes of mind, the reveal in place."""

import asyncio
from copy import deepcopy

import pytest

from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from services.duels.duel_game import MOST_OPEN
from storage.chats.places import Place
from storage.engine.schema import duel, vote
from tests.conftest import Clock
from tests.dialogue.conftest import Talk, prove
from tests.dialogue.duels.playing import (
    OFF,
    QUESTION,
    begin,
    buttons,
    now,
    one,
    read,
    shown,
    vote_for,
)
from tests.support.accounts import account
from views.buttons import Action

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture(autouse=True)
def more_people(world: FixedWorld) -> None:
    world.put(account(1, "nasa", followers=45_000, listed=930))
    world.put(account(3, "esa", followers=60_000, listed=600))
    world.put(account(4, "jaxa", followers=50_000, listed=700))


@pytest.fixture
async def known(talk: Talk) -> None:
    await read(talk, "nasa", "esa")


@pytest.mark.usefixtures("known")
async def test_in_private_one_vote_reveals_it_in_place(talk: Talk) -> None:
    message = await begin(talk, talk.ada, talk.private)
    assert "/100" not in message["text"]
    assert "45,000 followers · on 930 lists" in message["text"]
    assert "never about the worth of a person" in message["text"]
    assert set(buttons(message)) == {"@nasa", "@esa", "Too close"}
    assert await vote_for(talk, talk.ada, message, "@nasa") == ""
    told = await shown(talk, message)
    assert told.count("/100") == 2
    assert "in 10 for @" in told
    assert "you picked @nasa" in told
    assert buttons(now(talk, message)) == ["Next duel", "My record"]


@pytest.mark.usefixtures("known")
async def test_a_group_votes_changes_its_mind_and_sees_the_result(talk: Talk) -> None:
    message = await begin(talk, talk.ada, talk.group)
    assert (await vote_for(talk, talk.ada, message, "@nasa")).startswith("Noted.")
    assert (await vote_for(talk, talk.ada, message, "@nasa")) == "That is your vote already."
    assert (await vote_for(talk, talk.ada, message, "@esa")).startswith("Changed.")
    assert (await vote_for(talk, talk.bob, message, "Too close")).startswith("Noted.")
    told = await shown(talk, message)
    assert "2 votes so far. Revealed at 3 votes" in told
    assert "/100" not in told
    assert (await vote_for(talk, talk.chloe, message, "@esa")).startswith("C’est noté")
    told = await shown(talk, message)
    assert "1 of you called it too close." in told
    assert f"you said {2 if 'for @esa' in told else 0} of 3." in told
    assert len(await talk.rows(vote)) == 3


@pytest.mark.usefixtures("known")
async def test_french_is_spoken_to_who_speaks_it(talk: Talk) -> None:
    chat = talk.telegram.private_chat(talk.chloe)
    (message,) = await talk.say(talk.chloe, chat, "/duel")
    assert message["text"].startswith("Lequel des deux touche le plus de monde")
    await talk.press(talk.chloe, message, "Trop serré")
    assert "vous avez trouvé cela trop serré." in await shown(talk, message)


@pytest.mark.usefixtures("known")
async def test_a_late_press_is_told_so_and_does_not_count(talk: Talk, clock: Clock) -> None:
    message = await begin(talk, talk.ada, talk.group)
    await vote_for(talk, talk.ada, message, "@esa")
    clock.forward(days=1)
    late = await vote_for(talk, talk.bob, message, "@nasa")
    assert late == "It is revealed already: this vote came too late to count."
    told = await shown(talk, message)
    assert "of 1." in told
    assert [row["choice"] for row in await talk.rows(vote)] != []
    assert len(await talk.rows(vote)) == 1


@pytest.mark.usefixtures("known")
async def test_after_a_day_without_a_vote_it_is_revealed_all_the_same(
    talk: Talk, clock: Clock
) -> None:
    message = await begin(talk, talk.ada, talk.group)
    clock.forward(days=1)
    told = await shown(talk, message)
    assert told.count("/100") == 2
    assert "nobody voted." in told


@pytest.mark.usefixtures("known")
async def test_votes_in_quick_succession_share_an_edit(talk: Talk) -> None:
    before = len(talk.telegram.sent("editMessageText"))
    crowd = [talk.telegram.person(f"P{number}", "en") for number in range(30)]
    members = talk.telegram.world.chat(talk.group.id).members
    members |= {person.id: "member" for person in crowd}
    message = await begin(talk, talk.bob, talk.group)
    for person in crowd[:7]:
        await vote_for(talk, person, message, "Too close")
    told = await shown(talk, message)
    assert len(talk.telegram.sent("editMessageText")) - before <= 2
    assert "7 votes so far. Revealed at 8 votes" in told


@pytest.mark.usefixtures("known")
async def test_the_same_pair_is_never_shown_twice(talk: Talk) -> None:
    await begin(talk, talk.ada, talk.private)
    assert (await talk.ask("/duel")).startswith("I have no new pair for a duel here")
    message = await begin(talk, talk.ada, talk.group)
    await vote_for(talk, talk.bob, message, "@esa")
    other = talk.telegram.private_chat(talk.bob)
    assert (await one(talk, talk.bob, "/duel", other)).startswith("I have no new pair")


@pytest.mark.usefixtures("known")
async def test_a_pair_that_was_judged_elsewhere_counts_once(talk: Talk) -> None:
    first = await begin(talk, talk.ada, talk.group)
    other = talk.telegram.group("Others", [talk.ada, talk.bob])
    second = await begin(talk, talk.bob, other)
    await vote_for(talk, talk.ada, first, "@esa")
    again = await vote_for(talk, talk.ada, second, "@nasa")
    assert again.startswith("You have judged these two in another chat.")
    assert len(await talk.rows(vote)) == 1


async def test_nothing_is_read_for_it(talk: Talk, x: XServer) -> None:
    assert (await talk.ask("/duel")).startswith("I have no new pair for a duel here")
    await read(talk, "nasa", "esa")
    asked = len(x.requests)
    message = await begin(talk, talk.ada, talk.private)
    await vote_for(talk, talk.ada, message, "@esa")
    await shown(talk, message)
    await talk.press(talk.ada, message, "My record")
    await talk.ask("/duel record")
    assert len(x.requests) == asked


async def test_stale_and_small_accounts_are_in_no_duel(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    world.put(account(8, "ann", followers=300, listed=5))
    world.put(account(9, "ben", followers=320, listed=5))
    await talk.say(talk.ada, talk.group, "/follow @ann @ben")
    await read(talk, "ann", "ben")
    assert (await one(talk, talk.ada, "/duel")).startswith("I have no new pair")
    await read(talk, "nasa", "esa")
    clock.forward(days=15)
    assert (await one(talk, talk.ada, "/duel")).startswith("I have no new pair")


async def test_the_account_of_a_member_who_does_not_play_is_in_no_duel(talk: Talk) -> None:
    await read(talk, "nasa", "esa")
    await talk.say(talk.bob, talk.group, "/join @esa")
    assert (await one(talk, talk.ada, "/duel")).startswith("I have no new pair")


@pytest.mark.usefixtures("known")
async def test_two_open_duels_are_enough(talk: Talk) -> None:
    await read(talk, "jaxa")
    await begin(talk, talk.ada, talk.group)
    await begin(talk, talk.ada, talk.group)
    assert (await one(talk, talk.bob, "/duel")).startswith("Two duels are open here.")


@pytest.mark.usefixtures("known")
async def test_a_hidden_account_withdraws_its_duel(talk: Talk, world: FixedWorld) -> None:
    message = await begin(talk, talk.ada, talk.group)
    await vote_for(talk, talk.ada, message, "@esa")
    await prove(talk, world, talk.bob, "nasa")
    await talk.say(talk.bob, talk.telegram.private_chat(talk.bob), "/hide @nasa")
    assert (await vote_for(talk, talk.chloe, message, "@esa")).startswith("Ce duel est annulé")
    told = await shown(talk, message)
    assert told.startswith(OFF)
    assert "nasa" not in told
    assert await talk.rows(vote) == []
    assert (await one(talk, talk.ada, "/duel")).startswith("I have no new pair")


@pytest.mark.usefixtures("known")
async def test_a_person_who_leaves_the_group_has_voted(talk: Talk) -> None:
    message = await begin(talk, talk.ada, talk.group)
    await vote_for(talk, talk.bob, message, "@esa")
    talk.telegram.world.chat(talk.group.id).members[talk.bob.id] = "left"
    await vote_for(talk, talk.ada, message, "@esa")
    assert "2 votes so far." in await shown(talk, message)


@pytest.mark.usefixtures("known")
async def test_forget_me_deletes_votes_and_export_has_them(talk: Talk) -> None:
    message = await begin(talk, talk.ada, talk.group)
    await vote_for(talk, talk.ada, message, "@esa")
    await vote_for(talk, talk.bob, message, "@nasa")
    assert "2 votes so far." in await shown(talk, message)
    (file,) = await talk.say(talk.ada, talk.private, "/export")
    exported = talk.telegram.world.files[file["document"]["file_id"]]
    assert b'"choice"' in exported.content
    await talk.ask("/forget_me")
    await talk.press(talk.ada, talk.private, "Erase it all")
    assert len(await talk.rows(vote)) == 1
    assert "1 vote so far." in await shown(talk, message)


@pytest.mark.usefixtures("known")
async def test_only_the_person_sees_their_own_record(talk: Talk) -> None:
    message = await begin(talk, talk.ada, talk.private)
    await vote_for(talk, talk.ada, message, "@esa")
    await shown(talk, message)
    await talk.press(talk.ada, message, "My record")
    assert talk.toast()["text"].startswith("You judged 1 pair.")
    assert talk.toast()["show_alert"]
    assert (await talk.ask("/duel record")).startswith("You judged 1 pair.")
    in_public = await one(talk, talk.ada, "/duel record")
    assert in_public == "That is yours alone: ask me in our private chat."


async def test_only_proven_owners_play_and_only_with_each_other(
    talk: Talk, world: FixedWorld
) -> None:
    await read(talk, "nasa", "esa", "jaxa")
    assert (await one(talk, talk.ada, "/duel join")).startswith("First /join @handle")
    await talk.say(talk.ada, talk.group, "/join @nasa")
    assert (await one(talk, talk.ada, "/duel join")).startswith("Only its owner")
    for person, name in ((talk.ada, "nasa"), (talk.bob, "esa")):
        await prove(talk, world, person, name)
        await talk.say(person, talk.group, f"/join @{name}")
        assert (await one(talk, person, "/duel join")).startswith("Your account may be in")
    message = await begin(talk, talk.ada, talk.group)
    assert set(buttons(message)) == {"@nasa", "@esa", "Too close"}
    await vote_for(talk, talk.chloe, message, "@esa")
    assert (await one(talk, talk.bob, "/duel leave")).startswith("Your account is in no duel")
    assert (await shown(talk, message)).startswith(OFF)
    assert (await one(talk, talk.bob, "/duel leave")).startswith("Your account is not in")


@pytest.mark.usefixtures("known")
async def test_who_leaves_the_board_leaves_the_game(talk: Talk, world: FixedWorld) -> None:
    for person, name in ((talk.ada, "nasa"), (talk.bob, "esa")):
        await prove(talk, world, person, name)
        await talk.say(person, talk.group, f"/join @{name}")
        await talk.say(person, talk.group, "/duel join")
    message = await begin(talk, talk.ada, talk.group)
    await vote_for(talk, talk.chloe, message, "@esa")
    await talk.say(talk.bob, talk.group, "/leave")
    assert (await shown(talk, message)).startswith(OFF)


@pytest.mark.usefixtures("known")
async def test_the_next_one_is_a_button_away(talk: Talk) -> None:
    message = await begin(talk, talk.ada, talk.private)
    await vote_for(talk, talk.ada, message, "@esa")
    await shown(talk, message)
    await read(talk, "jaxa")
    (following,) = await talk.press(talk.ada, message, "Next duel")
    assert following["text"].startswith(QUESTION)
    assert "@jaxa" in following["text"]
    assert len(await talk.rows(duel)) == 2


@pytest.mark.parametrize("text", ["/duel what", "/duel @nasa @esa"])
async def test_other_words_are_told_what_there_is(talk: Talk, text: str) -> None:
    assert (await talk.ask(text)).startswith("/duel puts two accounts side by side.")


async def test_method_tells_nothing_of_one_persons_votes(talk: Talk, clock: Clock) -> None:
    few = "Fewer than 10 people have judged pairs in a /duel lately"
    assert few in await talk.ask("/method")
    await read(talk, "nasa", "esa")
    message = await begin(talk, talk.ada, talk.private)
    clock.forward(seconds=10)
    await vote_for(talk, talk.ada, message, "@esa")
    clock.forward(hours=1)
    assert few in await talk.ask("/method")


@pytest.mark.usefixtures("known")
async def test_a_vote_forged_elsewhere_counts_nowhere(talk: Talk) -> None:
    message = await begin(talk, talk.ada, talk.group)
    (row,) = await talk.rows(duel)
    (other,) = await talk.say(talk.bob, talk.telegram.private_chat(talk.bob), "/klout @nasa")
    private = talk.telegram.private_chat(talk.bob)
    update = deepcopy(talk.telegram.press(talk.bob, other, "Why?"))
    update["callback_query"]["data"] = f"1|{Action.DUEL_VOTE}|left/{row['id']}|en"
    await talk.feed(private, update)
    assert await talk.rows(vote) == []
    (after,) = await talk.rows(duel)
    assert (after["votes"], after["message_id"]) == (0, message["message_id"])


@pytest.mark.usefixtures("known")
async def test_seven_who_ask_at_once_get_no_more_than_a_place_holds(talk: Talk) -> None:
    game = talk.application.services.duels
    place = Place(talk.group.id)
    asked = (game.begin(place, n, "en", 3) for n in range(7))
    await asyncio.gather(*asked, return_exceptions=True)
    assert 1 <= len(await talk.rows(duel)) <= MOST_OPEN
