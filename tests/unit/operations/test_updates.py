"""One odd update in a page: it is left out, named by its number, and the others are read."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any, Final

import pytest
from telegram import Bot

from operations.transport import polling
from operations.transport.updates import OddUpdateError, number_of, page, understood

BOT: Final = Bot("42:AA")
ADA: Final = {"id": 7, "is_bot": False, "first_name": "Ada"}
CHAT: Final = {"id": 7, "type": "private", "first_name": "Ada"}
SECRET: Final = "a private message"


def message(number: Any, **content: Any) -> dict[str, Any]:
    said = {"message_id": 1, "date": 1_773_800_000, "chat": CHAT, "from": ADA, "text": SECRET}
    return {"update_id": number, "message": said | content}


STICKER: Final = {
    "file_id": "a",
    "file_unique_id": "b",
    "type": "regular",
    "width": 1,
    "height": 1,
    "is_animated": False,
}
CHANGE: Final = {
    "chat": CHAT,
    "from": ADA,
    "date": 1_773_800_000,
    "old_chat_member": {"user": ADA, "status": "member"},
    "new_chat_member": {"user": ADA, "status": "member"},
}
ODD: Final[dict[str, Any]] = {
    "a sticker without is_video": message(5, text=None, sticker=STICKER),
    "no object": SECRET,
    "a number": 5,
    "nothing": None,
    "a list": [SECRET],
    "no number": {"message": message(1)["message"]},
    "a number that is text": message("5"),
    "a number that is a truth": message(True),
    "half a number": message(5.5),
    "a number beyond 64 bits": message(2**64),
    "a number below one": message(0),
    "a message that is none": {"update_id": 5, "message": SECRET},
    "a message that is a list": {"update_id": 5, "message": [SECRET]},
    "text that is none": message(5, text=5),
    "text that is a list": message(5, text=[SECRET]),
    "a chat without a number": message(5, chat={"type": "private"}),
    "a chat's number that is text": message(5, chat=CHAT | {"id": SECRET}),
    "a chat's number that is missing": message(5, chat=CHAT | {"id": None}),
    "a chat's number beyond 64 bits": message(5, chat=CHAT | {"id": -(2**70)}),
    "a person's number beyond 64 bits": message(5, **{"from": ADA | {"id": 2**63}}),
    "a person who is text": message(5, **{"from": SECRET}),
    "entities that are none": message(5, entities={"type": "bold"}),
    "an entity that is text": message(5, entities=[SECRET]),
    "an entity without a place": message(5, entities=[{"type": "bold", "offset": "0"}]),
    "a date that is text": message(5, date=SECRET),
    "a date that never comes": message(5, date=2**62),
    "a topic that is text": message(5, message_thread_id=SECRET, is_topic_message=True),
    "a press without a person": {"update_id": 5, "callback_query": {"id": "1", "data": SECRET}},
    "a press with a number": {
        "update_id": 5,
        "callback_query": {"id": "1", "from": ADA, "chat_instance": "1", "data": 5},
    },
    "a number of a new group beyond 52 bits": message(5, text=None, migrate_to_chat_id=-(2**63)),
    "a chat's number beyond 52 bits": message(5, chat=CHAT | {"id": 2**52}),
    "a message without a date": message(5, date=None),
    "a change to nothing": {"update_id": 5, "my_chat_member": CHANGE | {"new_chat_member": None}},
    "a change from nothing": {"update_id": 5, "my_chat_member": CHANGE | {"old_chat_member": None}},
    "a change to text": {"update_id": 5, "my_chat_member": CHANGE | {"new_chat_member": SECRET}},
    "a query without words": {
        "update_id": 5,
        "inline_query": {"id": "1", "from": ADA, "query": None, "offset": ""},
    },
    "a query that is none": {
        "update_id": 5,
        "inline_query": {"id": "1", "from": ADA, "query": [SECRET], "offset": ""},
    },
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_update_is_left_out_and_the_rest_is_read(
    odd: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        came = page([message(4), odd, message(6)], BOT)
    assert [update.update_id for update, _ in came.updates] == [4, 6]
    assert came.following == 7
    (record,) = [each for each in caplog.records if "cannot be understood" in each.getMessage()]
    assert vars(record)["update_id"] == number_of(odd)
    assert vars(record)["error"].isidentifier()
    assert SECRET not in repr([vars(each) for each in caplog.records])


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_the_offset_moves_past_an_odd_update_at_the_end(odd: Any) -> None:
    came = page([message(4), odd], BOT)
    assert came.following == (6 if number_of(odd) == 5 else 5)


FAR: Final = {"update_id": 2**62, "message": {"text": SECRET}}


def test_a_far_odd_number_drops_no_other_update() -> None:
    assert page([message(700_000_001), FAR], BOT).following == 700_000_002
    assert page([message(700_000_001), message(700_100_001, text=5)], BOT).following == 700_100_002
    assert page([message(700_000_001), message(700_100_002, text=5)], BOT).following == 700_000_002


def test_without_a_readable_update_the_last_offset_bounds_the_next() -> None:
    assert page([FAR], BOT, 700_000_002).following is None
    assert page([FAR], BOT).following is None
    assert page([message(700_000_002, text=5), FAR], BOT, 700_000_002).following == 700_000_003
    assert page([message(699_999_999, text=5)], BOT, 700_000_002).following is None


async def test_far_odd_updates_are_asked_for_again_until_others_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = iter([[message(7), FAR], *[[FAR]] * 9, [message(8), FAR]])
    offsets: list[Any] = []
    pauses: list[float] = []
    stored: list[int] = []

    async def ask(_bot: Bot, _method: str, **given: Any) -> Any:
        offsets.append(given["offset"])
        try:
            return next(pages)
        except StopIteration:
            raise asyncio.CancelledError from None

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def accept(updates: Any) -> None:
        stored.extend(update.update_id for update, _ in updates)

    monkeypatch.setattr(polling, "ask", ask)
    monkeypatch.setattr("operations.transport.polling.asyncio.sleep", sleep)
    receiving: Any = SimpleNamespace(accept=accept, crowded=False)
    token: Any = SimpleNamespace(works=lambda: None)
    bot: Any = BOT
    with pytest.raises(asyncio.CancelledError):
        await polling.poll(bot, token, receiving)
    assert stored == [7, 8]
    assert offsets == [None, *[8] * 10, 9]
    assert pauses == [0.5, 1, 2, 4, *[5] * 5]


@pytest.mark.parametrize("given", [None, {}, "[]", 5, True])
def test_a_page_that_is_no_list_is_no_page(given: object) -> None:
    with pytest.raises(OddUpdateError):
        page(given, BOT)


def test_a_page_without_any_number_has_nothing_to_go_on_from() -> None:
    assert page([SECRET, {}], BOT).following is None
    assert page([], BOT).following is None


def test_a_change_of_membership_and_a_large_chat_are_read() -> None:
    assert understood({"update_id": 5, "my_chat_member": CHANGE}, BOT)
    assert understood(message(5, chat=CHAT | {"id": -(2**52) + 1}), BOT)


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": None},
        {"photo": []},
        {"text": None, "caption": None},
        {"rich_message": {"blocks": [{"type": "x", "text": {"bold": True}, "caption": {}}]}},
        {"chat_background_set": {"type": {"type": "fill"}}},
        {"telepathy": {"text": [1, 2], "date": "tomorrow"}},
    ],
)
def test_a_new_or_empty_kind_of_update_is_not_odd(content: dict[str, Any]) -> None:
    known = {name: value for name, value in content.items() if name != "chat_background_set"}
    assert understood(message(5, **known), BOT)
