"""Broadcasts: previewed by the operator, sent once to each chat, and to none that refused."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from delivery.broadcasting import Broadcasting
from operations.settings import Settings
from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat, Person
from storage.engine.schema import broadcast, outbox
from storage.maintenance.given_up import give_up_waiting
from storage.queues import broadcasts
from tests.conftest import Clock
from tests.dialogue.conftest import Talk

FOOTER = "From this bot’s operator. No more of these: /settings"


@pytest.fixture
def settings(operated: Settings) -> Settings:
    return operated


@pytest.fixture
def office(talk: Talk, operator: Person) -> Chat:
    """The operator's private chat."""
    return talk.telegram.private_chat(operator)


async def known(talk: Talk, *people: Person) -> list[Chat]:
    """Private chats of people that the bot knows, in their languages."""
    chats = [talk.telegram.private_chat(person) for person in people]
    for person, chat in zip(people, chats, strict=True):
        await talk.say(person, chat, "/follow @nasa")
    return chats


def news(talk: Talk, chat: Chat) -> list[str]:
    texts = [m.get("text", "") for m in talk.telegram.history(chat) if m["from"]["is_bot"]]
    return [text for text in texts if "Hello all" in text]


async def offered(talk: Talk, operator: Person, office: Chat, text: str) -> tuple[Json, Json]:
    preview, question = await talk.say(operator, office, text)
    return preview, question


async def test_it_is_shown_counted_confirmed_and_reaches_each_chat_once(
    talk: Talk, operator: Person, office: Chat, clock: Clock
) -> None:
    ada, chloe = await known(talk, talk.ada, talk.chloe)
    await talk.say(talk.ada, talk.group, "/follow @lea")
    preview, question = await offered(talk, operator, office, "/broadcast Hello all & <b>you</b>")
    assert preview["text"] == f"Hello all & <b>you</b>\n\n{FOOTER}"
    assert question["text"].startswith("This is how it looks. 3 chats get it")
    await talk.tick()
    assert not news(talk, ada)
    await talk.press(operator, question, "Send")
    for _ in range(3):
        await talk.tick()
        clock.forward(minutes=1)
    assert news(talk, ada) == news(talk, talk.group) == [preview["text"]]
    assert news(talk, chloe) == [
        "Hello all & <b>you</b>\n\nDe l’opérateur de ce bot. Pour ne plus en recevoir : /settings"
    ]
    await talk.press(operator, question, "How far now?")
    (shown,) = [m for m in talk.telegram.history(office) if "news went out" in m.get("text", "")]
    assert shown["text"].split("\n")[1:3] == ["arrived: 3", "to come: 0"]
    assert [row["state"] for row in await talk.rows(broadcast)] == ["done"]


async def test_the_formatting_of_a_message_that_is_answered_is_kept(
    talk: Talk, operator: Person, office: Chat
) -> None:
    bold = {"type": "bold", "offset": 0, "length": 9}
    update = talk.telegram.say(operator, office, "Hello all, & so on")
    update["message"]["entities"] = [bold]
    original = update["message"]
    await talk.feed(office, update)
    answer = talk.telegram.say(operator, office, "/broadcast", reply_to=original)
    answer["message"]["reply_to_message"]["entities"] = [bold]
    preview, _ = await talk.feed(office, answer)
    assert preview["text"].startswith("Hello all, & so on")
    assert {key: preview["entities"][0][key] for key in bold} == bold


async def test_a_broadcast_skips_chats_that_refused_blocked_or_were_forgotten(
    talk: Talk, operator: Person, office: Chat
) -> None:
    ada, bob, chloe = await known(talk, talk.ada, talk.bob, talk.chloe)
    (page,) = await talk.say(talk.ada, ada, "/settings")
    await talk.press(talk.ada, page, "Stop the news")
    (page,) = await talk.say(talk.ada, ada, "/settings")
    assert "News from this bot’s operator: no" in page["text"]
    await talk.feed(bob, talk.telegram.block(talk.bob))
    await talk.forget(talk.chloe)
    _, question = await offered(talk, operator, office, "/broadcast Hello all")
    assert "0 chats get it" in question["text"]
    await talk.feed(bob, talk.telegram.unblock(talk.bob))
    await talk.press(talk.ada, page, "Get the news")
    await talk.press(operator, question, "Send")
    await talk.tick()
    assert [len(news(talk, chat)) for chat in (ada, bob, chloe)] == [1, 1, 0]


async def test_only_administrators_refuse_for_a_group(talk: Talk) -> None:
    (page,) = await talk.say(talk.bob, talk.group, "/settings")
    await talk.press(talk.bob, page, "Stop the news")
    assert talk.toast()["text"].startswith("Only the administrators")
    assert await talk.application.services.chats.news(talk.group.id)
    await talk.press(talk.ada, page, "Stop the news")
    assert not await talk.application.services.chats.news(talk.group.id)


async def test_it_can_be_discarded_and_stopped(talk: Talk, operator: Person, office: Chat) -> None:
    (ada,) = await known(talk, talk.ada)
    _, question = await offered(talk, operator, office, "/broadcast Hello all")
    await talk.press(operator, question, "Discard")
    assert await talk.rows(broadcast) == []
    _, question = await offered(talk, operator, office, "/broadcast Hello all")
    await talk.press(operator, question, "Send")
    delivery = talk.application.delivery
    await delivery.steps.broadcasts.advance()
    await talk.press(operator, question, "Stop")
    await talk.tick()
    assert not news(talk, ada)
    states = [row["state"] for row in await talk.rows(outbox) if row["broadcast_id"]]
    assert states == ["cancelled"]


async def test_some_chats_at_a_time_so_that_digests_pass(
    talk: Talk, operator: Person, office: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasts, "AT_ONCE", 2)
    people = [talk.telegram.person(f"P{number}", "en") for number in range(5)]
    chats = await known(talk, *people)
    _, question = await offered(talk, operator, office, "/broadcast Hello all")
    await talk.press(operator, question, "Send")
    for expected in (2, 4, 5, 5):
        await talk.tick()
        assert sum(len(news(talk, chat)) for chat in chats) == expected


async def test_two_processes_and_a_crash_broadcast_once_to_each_chat(
    talk: Talk, operator: Person, office: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasts, "AT_ONCE", 2)
    people = [talk.telegram.person(f"P{number}", "en") for number in range(5)]
    chats = await known(talk, *people)
    _, question = await offered(talk, operator, office, "/broadcast Hello all")
    await talk.press(operator, question, "Send")
    services = talk.application.services
    store, letters = services.broadcasts, services.writer
    number, html = await store.under_way() or (0, "")
    stale = await store.next_chats(number)  # a process that froze here …
    for _ in range(2):
        await Broadcasting(store, letters).advance()
        await talk.tick()
    messages = [(each.chat_id, letters.news(html, each.language)) for each in stale]
    await store.post(number, messages)  # … and goes on later
    for _ in range(4):
        await talk.tick()
        clock.forward(minutes=1)
    assert [len(news(talk, chat)) for chat in chats] == [1] * 5


async def test_one_that_was_under_way_in_a_backup_is_not_sent_again(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasts, "AT_ONCE", 1)
    services = talk.application.services
    store = services.broadcasts
    for person in (7, 8, 9):
        await services.chats.choose_language(person, "en")
    sending, draft = [await store.draft(1, "Hello all", clock()) for _ in range(2)]
    await store.begin(sending, 1)
    news = Broadcasting(store, services.writer)
    await news.advance()
    await give_up_waiting(services.stores)  # 8 may have been told since
    assert not await store.begin(draft, 1)
    for _ in range(3):
        await news.advance()
    assert [row["state"] for row in await talk.rows(outbox)] == ["cancelled"]


@pytest.mark.parametrize("moves_after", range(4))
async def test_a_group_that_moves_meanwhile_is_told_once(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch, moves_after: int
) -> None:
    monkeypatch.setattr(broadcasts, "AT_ONCE", 1)
    services = talk.application.services
    store, letters = services.broadcasts, services.writer
    for group in (-1_009, -9, -8):
        await services.chats.choose_language(group, "en")
    number = await store.draft(1, "Hello all", clock())
    await store.begin(number, 1)
    for step in range(9):
        if step == moves_after:
            await services.lives.move(-9, -1_010)
        if step == moves_after + 1:
            await services.lives.move(-8, -1_011)
        await Broadcasting(store, letters).advance()
        async with services.stores.database.transaction() as connection:
            await connection.execute(update(outbox).values(state="sent", settled_at=clock()))
    assert sorted(row["chat_id"] for row in await talk.rows(outbox)) == [-1_011, -1_010, -1_009]
    (told,) = await talk.rows(broadcast)
    assert told["state"] == "done"


async def test_only_the_operators_own_press_moves_a_broadcast(
    talk: Talk, operator: Person, office: Chat
) -> None:
    await known(talk, talk.ada)
    _, question = await offered(talk, operator, office, "/broadcast Hello all")
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    (row,) = await talk.rows(broadcast)
    (own,) = await talk.say(talk.ada, talk.private, "/settings")
    update = talk.telegram.press(talk.ada, own, "Language")
    update["callback_query"]["data"] = data
    await talk.feed(talk.private, update)
    assert talk.toast()["show_alert"]
    assert await talk.rows(broadcast) == [row]
    for forged in ("send/999", "send/", "drop/0", "stop/x", "show/99999999999999"):
        update = talk.telegram.press(operator, question, "Send")
        update["callback_query"]["data"] = f"1|bcast|{forged}"
        await talk.feed(office, update)
    assert await talk.rows(broadcast) == [row]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/broadcast", "Write the news behind the command"),
        ("/broadcast   ", "Write the news behind the command"),
        ("/broadcast " + "x" * 4_060, "That is too long for one message"),
    ],
)
async def test_what_cannot_be_told_is_said(
    talk: Talk, operator: Person, office: Chat, text: str, says: str
) -> None:
    (told,) = await talk.say(operator, office, text)
    assert told["text"].startswith(says)


async def test_old_drafts_are_forgotten(
    talk: Talk, operator: Person, office: Chat, clock: Clock
) -> None:
    await offered(talk, operator, office, "/broadcast Hello all")
    clock.now += timedelta(days=2)
    await offered(talk, operator, office, "/broadcast Hello all again")
    await talk.tick()
    assert len(await talk.rows(broadcast)) == 1
