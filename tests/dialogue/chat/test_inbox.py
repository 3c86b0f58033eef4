"""Answers that may not have arrived, updates that come twice, and another process's lease."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from telegram.error import NetworkError

from playground.x.server import Fault, XServer
from storage.engine.schema import inbox, received
from storage.queues.inbox import LEASE, Inbox
from storage.queues.lanes import Incoming
from storage.stores import Stores
from tests.conftest import Clock
from tests.dialogue.conftest import Talk

UNANSWERED = "I may not have answered the last question here"


async def states(talk: Talk) -> list[str]:
    return [row["state"] for row in await talk.rows(inbox)]


def texts(talk: Talk) -> list[str]:
    return [m["text"] for m in talk.telegram.history(talk.private) if m["from"]["is_bot"]]


async def test_an_update_that_was_answered_leaves_only_its_number(talk: Talk) -> None:
    update = talk.telegram.say(talk.ada, talk.private, "/help")
    assert len(await talk.feed(talk.private, update, update)) == 1
    assert not await talk.feed(talk.private, update)
    assert await talk.rows(inbox) == []
    (row,) = await talk.rows(received)
    assert row["update_id"] == update["update_id"]


async def test_an_answer_that_was_not_confirmed_is_uncertain_and_told_at_the_next_word(
    talk: Talk,
) -> None:
    talk.telegram.hang("sendMessage")
    assert not await talk.say(talk.ada, talk.private, "/help")
    (row,) = await talk.rows(inbox)
    assert (row["state"], row["body"]) == ("uncertain", None)
    answer, told = await talk.say(talk.ada, talk.private, "/help")
    assert answer["text"].startswith("What I answer")
    assert told["text"].startswith(UNANSWERED)
    assert len(await talk.say(talk.ada, talk.private, "/help")) == 1
    assert await talk.rows(inbox) == []


async def test_it_is_told_in_french_too(talk: Talk) -> None:
    private = talk.telegram.private_chat(talk.chloe)
    talk.telegram.hang("sendMessage")
    assert not await talk.say(talk.chloe, private, "/help")
    _, told = await talk.say(talk.chloe, private, "/help")
    assert told["text"].startswith("Je n’ai peut-être pas répondu")


def unreachable(talk: Talk, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let the next requests fail before they leave."""
    bot, left = talk.application.bot, times
    request = type(bot.request).do_request

    async def fail(self: Any, url: str, *given: Any, **more: Any) -> Any:
        nonlocal left
        if url.endswith("/sendMessage") and left:
            left -= 1
            raise NetworkError("no route") from httpx.ConnectError("no route")
        return await request(self, url, *given, **more)

    monkeypatch.setattr(type(bot.request), "do_request", fail)


async def test_an_answer_that_never_left_is_given_again_without_an_excuse(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreachable(talk, monkeypatch, times=2)
    assert not await talk.say(talk.ada, talk.private, "/help")
    assert await states(talk) == ["waiting"]
    clock.forward(seconds=60)
    await talk.receiving.drained()
    assert await states(talk) == ["waiting"]
    clock.forward(seconds=60)
    await talk.receiving.drained()
    assert [text.split("\n")[0] for text in texts(talk)] == ["What I answer"]
    assert await talk.rows(inbox) == []


async def test_what_never_leaves_is_given_up_and_owned_up_to(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        unreachable(talk, patch, times=99)
        await talk.say(talk.ada, talk.private, "/help")
        for _ in range(9):
            clock.forward(minutes=5)
            await talk.receiving.drained()
    assert await states(talk) == ["uncertain"]
    await talk.tick()
    _, told = await talk.say(talk.ada, talk.private, "/help")
    assert told["text"].startswith(UNANSWERED)


async def test_a_flood_limit_that_stays_is_waited_out_in_the_inbox(
    talk: Talk, clock: Clock
) -> None:
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 9", retry_after=9)
    assert not await talk.say(talk.ada, talk.private, "/help")
    assert await states(talk) == ["waiting"]
    clock.forward(seconds=60)
    await talk.receiving.drained()
    assert len(texts(talk)) == 1


async def test_a_change_that_was_not_confirmed_is_made_again(talk: Talk, clock: Clock) -> None:
    await talk.ask("/klout @nasa")
    talk.telegram.hang("editMessageText")
    await talk.press(talk.ada, talk.private, "Why?")
    assert await states(talk) == ["waiting"]
    clock.forward(seconds=60)
    await talk.receiving.drained()
    assert await talk.rows(inbox) == []
    assert "Community" in talk.telegram.history(talk.private)[-1]["text"]
    (late,) = talk.telegram.violations  # the spinner was stopped the first time
    assert "query is too old" in late
    talk.telegram.violations.clear()


async def test_a_process_that_lost_the_lease_sends_nothing(
    talk: Talk, clock: Clock, x: XServer, caplog: pytest.LogCaptureFixture
) -> None:
    rival = Stores(talk.application.services.stores.database, clock, "another process").inbox
    x.fail("users", Fault(hang=True))
    await talk.arrive(talk.telegram.say(talk.ada, talk.private, "/klout @nasa"))
    await x.asked.wait()
    clock.forward(seconds=LEASE.total_seconds() + 1)
    await rival.reap(set())
    (theirs,) = await rival.take(9)
    await talk.application.services.reader.close()  # who waits is told to ask again
    await talk.receiving.drained()
    assert texts(talk) == []
    assert await states(talk) == ["taken"]
    assert json.loads(theirs.body)["message"]["text"] == "/klout @nasa"
    assert "not answered here" in caplog.text


async def test_an_answer_that_cannot_be_noted_does_not_leave(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> bool:
        raise OperationalError("update inbox", None, Exception("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr(Inbox, "arm", broken)
        assert not await talk.say(talk.ada, talk.private, "/help")
    assert await states(talk) == ["waiting"]
    clock.forward(seconds=60)
    await talk.receiving.drained()
    assert len(texts(talk)) == 1


async def test_forget_me_takes_the_doubts_along_and_export_shows_them(talk: Talk) -> None:
    talk.telegram.hang("sendMessage")
    await talk.say(talk.ada, talk.private, "/help")
    exported = await talk.application.services.stores.personal_data.export(talk.ada.id)
    assert [row["state"] for row in exported["inbox"]] == ["uncertain"]
    talk.application.delivery.doubted.clear()
    await talk.forget()
    assert await talk.rows(inbox) == []


async def test_a_group_that_moves_takes_its_doubts_along(talk: Talk) -> None:
    choir = talk.telegram.group("Choir", [talk.ada], kind="group")
    talk.telegram.hang("sendMessage")
    await talk.say(talk.ada, choir, "/help")
    await talk.application.services.lives.move(choir.id, talk.group.id)
    _, told = await _after_a_tick(talk)
    assert told["text"].startswith(UNANSWERED)


async def _after_a_tick(talk: Talk) -> list[Any]:
    await talk.tick()
    return await talk.say(talk.ada, talk.group, "/help")


async def test_one_persons_burst_is_answered_once_and_delays_no_other(talk: Talk) -> None:
    burst = [talk.telegram.say(talk.ada, talk.private, "/help") for _ in range(300)]
    asked = talk.telegram.say(talk.bob, talk.group, "/help")
    await talk.arrive(*burst, asked)
    await talk.sees(talk.group, "What I answer")
    assert len(texts(talk)) < 100
    await talk.receiving.drained()
    assert len(texts(talk)) == 101
    assert texts(talk)[-1].startswith("You sent more than I can answer at once")


async def test_closing_gives_back_what_was_not_answered(talk: Talk, x: XServer) -> None:
    x.fail("users", Fault(hang=True))
    await talk.arrive(*(talk.telegram.say(talk.ada, talk.private, "/klout @nasa"),))
    await x.asked.wait()
    await talk.arrive(talk.telegram.say(talk.ada, talk.private, "/help"))
    await talk.receiving.close(0)
    assert await states(talk) == ["waiting", "waiting"]
    assert texts(talk) == []


async def test_a_stored_update_that_cannot_be_understood_harms_no_other(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    odd = Incoming(5, talk.ada.id, None, '{"update_id": 5, "message": 5}')
    await talk.application.services.inbox.store([odd], 0)
    assert len(await talk.say(talk.ada, talk.private, "/help")) == 1
    assert await talk.rows(inbox) == []
    assert "an update cannot be understood" in caplog.text


@pytest.mark.parametrize(
    "body",
    ["{", "5", '{"update_id": 5, "message": {"text": "hi"}}', '{"update_id": 5, "message": 5}'],
)
async def test_a_stored_update_that_cannot_be_read_delays_no_other(talk: Talk, body: str) -> None:
    kept = talk.application.services.inbox
    await kept.store([Incoming(5, talk.ada.id, None, body)], 0)
    assert (await talk.ask("/help")).startswith("What I answer")
    assert await talk.rows(inbox) == []
