"""Inline mode and guest mode: the bot in conversations of which it is no member."""

import re
from typing import Final

from playground.telegram.methods.results import checked_result
from playground.telegram.people.acting import deliver
from playground.telegram.server.wire import Json, Params, RefusedError, bad_request
from playground.telegram.server.world import (
    PATIENCE_SECONDS,
    Chat,
    GuestQuery,
    InlineQuery,
    Person,
    Topic,
    World,
)

MOST_RESULTS: Final = 50
QUERY_LIMIT: Final = 256
OFFSET_BYTES: Final = 64
_START: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def type_query(world: World, person: Person, chat: Chat, query: str, offset: str = "") -> Json:
    """Let a person type the bot's name and some words; return the bot's update.

    Raises:
        ValueError: the query is longer than any client allows.
    """
    if len(query) > QUERY_LIMIT:
        raise ValueError(f"an inline query has at most {QUERY_LIMIT} characters")
    asked = InlineQuery(world.next_query_id(), person, chat, query, world.clock())
    world.inline_queries[asked.id] = asked
    body = {
        "id": asked.id,
        "from": person.to_json(),
        "query": query,
        "offset": offset,
        "chat_type": "sender" if chat.is_private else chat.type,
    }
    return world.updates.add("inline_query", body)


def answer_inline_query(world: World, params: Params) -> bool:
    """AnswerInlineQuery: offer results to the person who types, once and in time."""
    results = params.array("results")
    if results is None:
        raise bad_request('can\'t find field "results"')
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    checked = {str(result.get("id")): checked_result(world, result) for result in results}
    if len(checked) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(params.text("next_offset").encode()) > OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    if (params.integer("cache_time") or 0) < 0:
        raise bad_request("CACHE_TIME_INVALID")
    button = params.mapping("button")
    _check_button(button)
    query = world.inline_queries.get(params.text("inline_query_id"))
    if query is None or query.results is not None or _is_old(world, query):
        raise _too_old()
    query.results = checked
    world.publish(
        "inline",
        None,
        person=query.person.id,
        query=query.id,
        results=results,
        button=button,
    )
    return True


def _check_button(button: Json | None) -> None:
    if button is None:
        return
    if not button.get("text"):
        raise bad_request("SWITCH_PM_TEXT_EMPTY")
    if ("start_parameter" in button) == ("web_app" in button):
        raise bad_request("exactly one of the optional fields of the button must be used")
    if "start_parameter" in button and not _START.fullmatch(str(button["start_parameter"])):
        raise bad_request("START_PARAM_INVALID")


def choose(
    world: World, person: Person, query_id: str, result_id: str, topic: Topic | None = None
) -> Json:
    """Let a person choose a result of an inline query: it is sent as theirs, via the bot.

    Returns:
        The message. The bot gets `chosen_inline_result`, and where it is a member or the chat is
        private, the message as well.

    Raises:
        ValueError: there is no such result, or it was offered to another person.
    """
    query = world.inline_queries.get(query_id)
    if query is None or query.person != person or result_id not in (query.results or {}):
        raise ValueError(f"{person.first_name} is offered no result {result_id!r}")
    assert query.results is not None  # noqa: S101 - one of them was just found
    content = dict(query.results[result_id].content) | {"via_bot": world.bot.to_json()}
    if topic is not None:
        content |= {"message_thread_id": topic.id, "is_topic_message": True}
    message = world.post(query.chat, person, content)
    chosen = {"result_id": result_id, "from": person.to_json(), "query": query.query}
    if "reply_markup" in message:
        chosen["inline_message_id"] = world.name_inline(query.chat, message)
    world.updates.add("chosen_inline_result", chosen)
    deliver(world, query.chat, "message", message)
    return message


def answer_guest_query(world: World, params: Params) -> Json:
    """AnswerGuestQuery: one message to the person who mentioned the bot as a guest."""
    result = checked_result(world, params.mapping("result"))
    query = world.guest_queries.get(params.text("guest_query_id"))
    if query is None or query.answered or _is_old(world, query):
        raise _too_old()
    query.answered = True
    content = dict(result.content) | {
        "guest_bot_caller_user": query.message["from"],
        "reply_to_message": {
            name: value for name, value in query.message.items() if name != "reply_to_message"
        },
    }
    for name in ("message_thread_id", "is_topic_message"):
        if name in query.message:
            content[name] = query.message[name]
    message = world.post(query.chat, world.bot, content)
    return {"inline_message_id": world.name_inline(query.chat, message)}


def _is_old(world: World, query: InlineQuery | GuestQuery) -> bool:
    return (world.clock() - query.at).total_seconds() > PATIENCE_SECONDS


def _too_old() -> RefusedError:
    return bad_request("query is too old and response timeout expired or query ID is invalid")
