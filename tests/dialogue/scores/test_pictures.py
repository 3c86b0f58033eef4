"""Pictures in the chat: each with all its facts in words, drawn once, and never waited for."""

import logging
import re
from collections.abc import Awaitable, Callable

import pytest

from delivery import drawing
from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat, Person
from playground.x.accounts import FixedWorld
from storage.accounts.picture_cache import KEPT
from storage.engine.schema import account as accounts
from storage.engine.schema import picture, snapshot
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import account
from views.pictures import drawing_worker

pytestmark = pytest.mark.usefixtures("hurried", "patient")

HOSTILE = '<b>&amp; "مرحبا" \u202e</b>\n\x00' + "🎩" * 60


def photos(talk: Talk) -> list[str]:
    """How each picture went out: as an upload, or by Telegram's id of it."""
    return ["upload" if call.files else "id" for call in talk.telegram.sent("sendPhoto")]


def buttons(message: Json) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [one["text"] for row in rows for one in row]


async def asked(talk: Talk, text: str, button: str) -> Json:
    """Ada asks in private, and presses a button under the answer: what that brings."""
    (answer,) = await talk.say(talk.ada, talk.private, text)
    (brought,) = await talk.press(talk.ada, answer, button)
    return brought


async def read_weekly(talk: Talk, clock: Clock, weeks: int) -> None:
    for _ in range(weeks):
        await talk.ask("/klout @nasa")
        clock.forward(days=7)


async def test_a_card_carries_its_facts_in_words_and_leads_on(talk: Talk) -> None:
    card = await asked(talk, "/klout @nasa", "Card")
    assert card["photo"][-1]["width"] == 1000
    assert card["caption"].startswith("@nasa · ")
    assert "community" in card["caption"]
    assert card["caption"].endswith(" · formula 2026.2")
    assert buttons(card) == ["Compare", "Follow", "Share", "Dark"]
    (followed,) = await talk.press(talk.ada, card, "Follow")
    assert "@nasa" in followed["text"]
    assert buttons(await asked(talk, "/klout @nasa", "Card"))[1] == "Unfollow"
    (prompt,) = await talk.press(talk.ada, card, "Compare")
    assert "Who should I compare @nasa with?" in prompt["text"]


async def test_one_that_was_sent_is_sent_again_without_drawing_or_upload(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await asked(talk, "/klout @nasa", "Card")
    talk.application.services.drawing.close()
    monkeypatch.setattr(drawing, "ProcessPoolExecutor", None)  # nothing can be drawn any more
    again = await asked(talk, "/why @nasa", "Card")
    assert photos(talk) == ["upload", "id"]
    assert again["photo"] == first["photo"]
    assert again["caption"] == first["caption"]


async def test_one_that_telegram_forgot_is_drawn_again(talk: Talk) -> None:
    await asked(talk, "/klout @nasa", "Card")
    talk.telegram.fail("sendPhoto", 400, "Bad Request: wrong file identifier/HTTP URL specified")
    again = await asked(talk, "/klout @nasa", "Card")
    assert photos(talk) == ["upload", "id", "upload"]
    (row,) = await talk.rows(picture)
    assert row["file_id"] == again["photo"][-1]["file_id"]


async def test_a_picture_is_kept_by_what_it_shows(talk: Talk) -> None:
    await asked(talk, "/klout @nasa", "Card")
    await asked(talk, "/klout @lea", "Card")
    await asked(talk, "/klout @nasa", "History")
    chloe = talk.telegram.private_chat(talk.chloe)
    (answer,) = await talk.say(talk.chloe, chloe, "/klout @nasa")
    (card,) = await talk.press(talk.chloe, answer, "Carte")
    assert card["caption"].endswith(" · formule 2026.2")
    assert photos(talk) == ["upload"] * 4
    rows = await talk.rows(picture)
    assert len(rows) == 4
    assert all(len(row["key"]) == 64 for row in rows)  # a digest, from which nobody is known


async def test_old_pictures_are_forgotten(talk: Talk, clock: Clock) -> None:
    await asked(talk, "/klout @nasa", "Card")
    clock.forward(seconds=KEPT.total_seconds() + 1)
    await asked(talk, "/klout @nasa", "Card")
    assert len(await talk.rows(picture)) == 2
    await talk.tick()  # upkeep is part of it
    (kept,) = await talk.rows(picture)
    assert kept["sent_at"] == clock.now


async def test_the_theme_changes_in_place(talk: Talk) -> None:
    card = await asked(talk, "/klout @nasa", "Card")
    assert not await talk.press(talk.ada, card, "Dark")
    dark = talk.telegram.history(talk.private)[-1]
    assert dark["message_id"] == card["message_id"]
    assert dark["photo"] != card["photo"]
    assert dark["caption"] == card["caption"]
    await talk.press(talk.ada, dark, "Light")
    light = talk.telegram.history(talk.private)[-1]
    assert light["photo"] == card["photo"]
    assert [bool(call.files) for call in talk.telegram.sent("editMessageMedia")] == [True, False]


@pytest.mark.parametrize("who", ["ada", "chloe"])
async def test_a_history_says_each_week_gaps_included(
    talk: Talk, clock: Clock, world: FixedWorld, who: str
) -> None:
    await read_weekly(talk, clock, 3)
    clock.forward(days=14)
    world.put(account(1, "nasa", followers=9_000, recent=account(1, "nasa").recent))
    person: Person = getattr(talk, who)
    chat: Chat = talk.telegram.private_chat(person)
    (answer,) = await talk.say(person, chat, "/history @nasa")
    _, name, title, *lines = answer["caption"].split("\n")
    assert "Name of nasa" in name
    assert [line.split(" · ")[0] for line in lines if " · " in line] == (
        ["18 Mar", "25 Mar", "1 Apr", "22 Apr"]
        if who == "ada"
        else ["18 mars", "25 mars", "1er avr.", "22 avr."]
    )
    if who == "ada":
        assert title == "The last eight weeks"
        assert lines[3] == "… not read for 2 weeks"
        assert " · +" in lines[4]
    else:
        assert title == "Les huit dernières semaines"
        assert lines[3] == "… pas lu pendant 2 semaines"


async def test_a_history_marks_another_formula(talk: Talk, clock: Clock) -> None:
    await talk.ask("/klout @nasa")
    async with talk.application.services.stores.database.transaction() as connection:
        await connection.execute(snapshot.update().values(formula="2025.9", score=12.3))
    clock.forward(days=7)
    (answer,) = await talk.say(talk.ada, talk.private, "/history @nasa")
    *_, before, after, _ = answer["caption"].split("\n")
    assert before.startswith("18 Mar · 12.3 ± ")
    assert after.endswith(" · from here by formula 2026.2")


async def test_a_history_says_what_each_week_was_made_of_and_what_moved(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await read_weekly(talk, clock, 2)
    world.put(account(1, "nasa", followers=9_000, recent=account(1, "nasa").recent))
    (answer,) = await talk.say(talk.ada, talk.private, "/history @nasa")
    *_, first, _, last, moved, strip = answer["caption"].split("\n")
    sums = []
    for line in (first, last):
        score, parts = re.findall(r"· (\d+\.\d) ± .* = ([\d. +]+)", line)[0]
        sums.append(float(score))
        assert sum(map(float, parts.split(" + "))) == pytest.approx(sums[-1])
    assert re.fullmatch(r"Since 18 Mar: \S+ community, \S+ activity, \S+ reactions\.", moved)
    steps = [float(step.replace("−", "-")) for step in re.findall(r"[+−]\d+\.\d", moved)]
    assert sum(steps) == pytest.approx(sums[1] - sums[0])
    assert sums[1] != sums[0]
    assert strip == "Last 26 weeks: 3 within a point, 23 not read."


async def test_a_damaged_receipt_costs_a_history_its_parts_alone(talk: Talk, clock: Clock) -> None:
    await talk.ask("/klout @nasa")
    async with talk.application.services.stores.database.transaction() as connection:
        await connection.execute(snapshot.update().values(receipt="{"))
    clock.forward(days=7)
    (answer,) = await talk.say(talk.ada, talk.private, "/history @nasa")
    assert answer["photo"]
    *_, before, after, _ = answer["caption"].split("\n")
    assert before.startswith("18 Mar · ")
    assert " = " not in before
    assert " = " in after


async def test_a_card_says_what_is_usual_and_what_is_provisional(
    talk: Talk, world: FixedWorld
) -> None:
    world.put(account(5, "quiet", recent=None, protected=True))
    read = await asked(talk, "/klout @nasa", "Card")
    assert re.search(r"Usual for similar profiles: \S+ community, \S+ activity", read["caption"])
    guessed = await asked(talk, "/klout @quiet", "Card")
    assert guessed["caption"].endswith(" · provisional · formula 2026.2")
    assert "Usual" not in guessed["caption"]


async def test_a_card_looks_back_eight_weeks(talk: Talk, clock: Clock) -> None:
    await read_weekly(talk, clock, 10)
    card = await asked(talk, "/klout @nasa", "Card")
    assert " since 1 Apr · formula" in card["caption"]


async def test_a_bare_history_is_ones_own_or_asks(talk: Talk) -> None:
    (prompt,) = await talk.say(talk.ada, talk.private, "/history")
    assert prompt["text"] == "Whose history would you like to see? Send me the handle."
    (shown,) = await talk.say(talk.ada, talk.private, "@nasa", reply_to=prompt)
    assert shown["caption"].startswith("@nasa · ")
    assert "The first reading: its history begins here." in shown["caption"]
    (answer,) = await talk.say(talk.ada, talk.private, "/klout")
    (answer,) = await talk.say(talk.ada, talk.private, "@lea", reply_to=answer)
    await talk.press(talk.ada, answer, "That’s me")
    (mine,) = await talk.say(talk.ada, talk.private, "/history")
    assert mine["caption"].startswith("@lea · ")


async def test_a_comparison_as_a_picture_in_both_themes(talk: Talk) -> None:
    (answer,) = await talk.say(talk.ada, talk.private, "/compare @nasa @lea @nobody_here")
    (shown,) = await talk.press(talk.ada, answer, "Picture")
    lines = shown["caption"].split("\n")
    assert lines[:2] == answer["text"].split("\n")[:2]
    assert buttons(shown) == ["Share", "Dark"]
    await talk.press(talk.ada, shown, "Dark")
    dark = talk.telegram.history(talk.private)[-1]
    assert dark["caption"] == shown["caption"]
    assert dark["photo"] != shown["photo"]


async def test_an_account_that_the_words_refuse_is_not_drawn(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    world.put(account(9, "gone"))
    await talk.ask("/klout @gone")
    world.put(account(9, "gone", suspended=True))
    clock.forward(days=1)
    (answer,) = await talk.say(talk.ada, talk.private, "/compare @nasa @gone @lea")
    assert "X has suspended @gone" in answer["text"]
    (shown,) = await talk.press(talk.ada, answer, "Picture")
    assert "@gone" not in shown["caption"]
    assert shown["caption"].split("\n")[:2] == answer["text"].split("\n")[:2]


async def test_ten_accounts_with_the_longest_handles_fit(talk: Talk, world: FixedWorld) -> None:
    names = [f"a{number}_{'x' * 12}" for number in range(10)]
    for number, name in enumerate(names):
        world.put(account(100 + number, name, name=HOSTILE))
    text = "/compare " + " ".join(f"@{name}" for name in names)
    shown = await asked(talk, text, "Picture")
    assert all(f"@{name}" in shown["caption"] for name in names)
    assert buttons(shown) == ["Share", "Dark"]


async def test_in_a_group_a_picture_takes_the_place_of_its_words(talk: Talk, clock: Clock) -> None:
    await talk.say(talk.ada, talk.group, "/join @nasa")
    await talk.say(talk.bob, talk.group, "/join @lea")
    clock.forward(days=7)
    (board,) = await talk.say(talk.chloe, talk.group, "/board")
    assert await talk.press(talk.chloe, board, "Image") == []
    shown = talk.telegram.history(talk.group)[-1]
    assert shown["message_id"] == board["message_id"]
    assert "text" not in shown
    assert "\n" not in shown["caption"]
    assert buttons(shown) == ["Par score", "Partager", "Sombre"]
    assert await talk.press(talk.chloe, shown, "Par score") == []
    turned = talk.telegram.history(talk.group)[-1]
    assert turned["photo"] != shown["photo"]
    assert buttons(turned)[0] == "Par progression"
    for command, button in (("/klout @nasa", "Card"), ("/compare @nasa @lea", "Picture")):
        (answer,) = await talk.say(talk.ada, talk.group, command)
        assert await talk.press(talk.ada, answer, button) == []
        shown = talk.telegram.history(talk.group)[-1]
        assert "\n" not in shown["caption"]
        await talk.press(talk.ada, shown, "Dark")
        assert talk.telegram.history(talk.group)[-1]["photo"] != shown["photo"]


async def test_what_can_no_longer_be_changed_is_answered_below(talk: Talk) -> None:
    (answer,) = await talk.say(talk.ada, talk.group, "/klout @nasa")
    talk.telegram.fail("editMessageMedia", 400, "Bad Request: message can't be edited")
    (shown,) = await talk.press(talk.ada, answer, "Card")
    assert "\n" not in shown["caption"]


async def shared(talk: Talk, message: Json) -> list[Json]:
    """What "Share" under a message offers in another chat, and the message that it becomes."""
    rows = message["reply_markup"]["inline_keyboard"]
    (switch,) = [
        one["switch_inline_query_chosen_chat"]
        for row in rows
        for one in row
        if "switch_inline_query_chosen_chat" in one
    ]
    assert switch["allow_user_chats"]
    assert switch["allow_group_chats"]
    elsewhere = talk.telegram.group("Others", [talk.bob, talk.ada], with_bot=False)
    query = talk.telegram.type_inline(talk.ada, elsewhere, switch["query"])
    await talk.feed(elsewhere, query)
    (answer,) = talk.telegram.sent("answerInlineQuery")[-1:]
    results = answer.params["results"]
    if results:
        talk.telegram.choose_inline(talk.ada, query["inline_query"]["id"], results[0]["id"])
    return talk.telegram.history(elsewhere)


async def test_share_shares_the_picture_itself(talk: Talk) -> None:
    await talk.say(talk.ada, talk.group, "/join @nasa")
    for where, command, button in (
        (talk.private, "/klout @nasa", "Card"),
        (talk.private, "/klout @nasa", "History"),
        (talk.private, "/compare @nasa @lea", "Picture"),
        (talk.group, "/board", "Picture"),
    ):
        (answer,) = await talk.say(talk.ada, where, command)
        await talk.press(talk.ada, answer, button)
        shown = talk.telegram.history(where)[-1]
        (sent,) = await shared(talk, shown)
        assert sent["photo"] == shown["photo"]
        assert sent["caption"].endswith("\nt.me/klout_bot")
        assert sent["caption"].count("\n") == 1
        assert buttons(sent) == ["Your own score"]


async def test_what_may_not_be_shown_is_not_shared(talk: Talk) -> None:
    card = await asked(talk, "/klout @nasa", "Card")
    await talk.say(talk.ada, talk.group, "/join @lea")
    (board,) = await talk.say(talk.ada, talk.group, "/board")
    await talk.press(talk.ada, board, "Picture")
    standings = talk.telegram.history(talk.group)[-1]
    await talk.say(talk.ada, talk.group, "/leave")
    assert await shared(talk, standings) == []
    async with talk.application.services.stores.database.transaction() as connection:
        await connection.execute(accounts.update().values(hidden_by=talk.ada.id))
    assert await shared(talk, card) == []


async def test_a_picture_of_who_had_the_handle_before_is_not_shared(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    card = await asked(talk, "/klout @nasa", "Card")
    world.remove("nasa")
    world.put(account(9, "nasa", followers=12))
    clock.forward(days=1)
    await talk.ask("/klout @nasa")
    assert await shared(talk, card) == []


async def test_who_left_the_board_is_not_drawn_again(talk: Talk) -> None:
    await talk.say(talk.ada, talk.group, "/join @nasa")
    (board,) = await talk.say(talk.ada, talk.group, "/board")
    (other,) = await talk.say(talk.ada, talk.group, "/board")
    await talk.press(talk.ada, board, "Picture")
    (shown,) = [each for each in talk.telegram.history(talk.group) if "photo" in each]
    await talk.say(talk.ada, talk.group, "/leave")
    assert not await talk.press(talk.ada, other, "Picture")
    assert not await talk.press(talk.ada, shown, "Dark")
    assert talk.toast()["text"].startswith("This button is old.")


@pytest.mark.parametrize("button", ["Card", "History"])
async def test_a_hidden_account_is_drawn_for_its_owner_in_private_only(
    talk: Talk, button: str
) -> None:
    (answer,) = await talk.say(talk.ada, talk.group, "/klout @nasa")
    (turned,) = await talk.say(talk.ada, talk.group, "/klout @nasa")
    await talk.press(talk.bob, turned, button)
    shown = talk.telegram.history(talk.group)[-1]
    async with talk.application.services.stores.database.transaction() as connection:
        await connection.execute(accounts.update().values(hidden_by=talk.ada.id))
    for person in (talk.ada, talk.bob):  # the owner as well: a group reads along
        for message, pressed in ((answer, button), (shown, "Dark")):
            assert not await talk.press(person, message, pressed)
            assert talk.toast()["text"].startswith("This button is old.")
    (own,) = await talk.say(talk.ada, talk.private, "/klout @nasa")
    assert await talk.press(talk.ada, own, button)
    (refusal,) = await talk.say(talk.bob, talk.group, "/history @nasa")
    assert "has asked me not to show it" in refusal["text"]


async def test_a_hidden_account_leaves_comparisons_and_boards(talk: Talk) -> None:
    await talk.say(talk.ada, talk.group, "/join @nasa")
    await talk.say(talk.bob, talk.group, "/join @lea")
    (answer,) = await talk.say(talk.bob, talk.group, "/compare @nasa @lea")
    (board,) = await talk.say(talk.bob, talk.group, "/board")
    async with talk.application.services.stores.database.transaction() as connection:
        hidden = accounts.update().where(accounts.c.handle == "nasa")
        await connection.execute(hidden.values(hidden_by=talk.ada.id))
    assert not await talk.press(talk.bob, answer, "Picture")
    await talk.press(talk.bob, board, "Picture")
    (kept,) = await talk.rows(picture)
    assert kept["handles"] == "lea"


@pytest.mark.parametrize("what", ["a crash", "a refusal", "a network"])
async def test_without_a_picture_the_words_come(
    talk: Talk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    caplog.set_level(logging.CRITICAL)
    if what == "a crash":
        monkeypatch.setattr(drawing_worker, "work", _crash)
    elif what == "a refusal":
        talk.telegram.fail("sendPhoto", 400, "Bad Request: not enough rights to send photos")
    else:
        talk.telegram.fail("sendPhoto", 502, "Bad Gateway")
    words = await asked(talk, "/klout @nasa", "Card")
    assert words["text"].startswith("@nasa · ")
    assert buttons(words) == ["Compare", "Follow"]
    assert await talk.rows(picture) == []


def _crash(*_: object) -> bytes:
    raise ZeroDivisionError


async def test_a_picture_that_takes_too_long_is_not_waited_for(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk.application.services.drawing, "_patience", 0)
    words = await asked(talk, "/klout @nasa", "Card")
    assert words["text"].startswith("@nasa · ")
    monkeypatch.setattr(talk.application.services.drawing, "_patience", 100)
    card = await asked(talk, "/klout @nasa", "Card")
    monkeypatch.setattr(talk.application.services.drawing, "_patience", 0)
    await talk.press(talk.ada, card, "Dark")
    assert talk.toast()["text"].startswith("I cannot draw that right now.")
    assert talk.telegram.history(talk.private)[-1]["photo"] == card["photo"]


@pytest.fixture
def forged(talk: Talk) -> Callable[[Json, str], Awaitable[list[Json]]]:
    """Presses with data of one's own."""

    async def press(message: Json, data: str) -> list[Json]:
        update = talk.telegram.press(talk.ada, message, "Picture")
        assert update
        update["callback_query"]["data"] = data
        return await talk.feed(talk.group, update)

    return press


@pytest.mark.parametrize(
    "data",
    [
        "1|card|nobody_knows",
        "1|card|",
        "1|card|nasa/sepia",
        "1|hist|../../etc/passwd",
        "1|hist|-/dark|xx",
        "1|card|<b>nasa</b>",
        "1|card|nasa' OR 1=1",
        "2|card|nasa",
        "1|bpic|score/dark/dark",
        "1|pic|nasa/dark",
    ],
)
async def test_forged_and_old_buttons_are_answered_kindly(
    talk: Talk, forged: Callable[[Json, str], Awaitable[list[Json]]], data: str
) -> None:
    await talk.say(talk.ada, talk.group, "/join @nasa")
    (answer,) = await talk.say(talk.ada, talk.group, "/compare @nasa @lea")
    brought = await forged(answer, data)
    if "text" in talk.toast():
        assert talk.toast()["text"].startswith(("This button is old.", "I cannot draw"))
        assert not brought
    else:  # what makes no sense of it was left out
        (shown,) = brought
        assert "@nasa" in shown["caption"]


async def test_fifty_at_once_are_all_answered(talk: Talk) -> None:
    (answer,) = await talk.say(talk.ada, talk.private, "/klout @nasa")
    presses = [talk.telegram.press(talk.ada, answer, "Card") for _ in range(50)]
    brought = await talk.feed(talk.private, *[press for press in presses if press])
    assert len(brought) == 50
    assert photos(talk).count("upload") == 1


async def test_fifty_at_once_in_a_group_change_one_message(talk: Talk) -> None:
    (answer,) = await talk.say(talk.ada, talk.group, "/klout @nasa")
    presses = [talk.telegram.press(talk.ada, answer, "Card") for _ in range(50)]
    assert await talk.feed(talk.group, *[press for press in presses if press]) == []
    assert talk.telegram.history(talk.group)[-1]["message_id"] == answer["message_id"]
    violations = talk.telegram.violations
    violations[:] = [each for each in violations if "message is not modified" not in each]
