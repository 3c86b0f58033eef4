"""The method that answers callback queries, once and in time."""

from typing import Final

from playground.telegram.server.wire import Params, bad_request
from playground.telegram.server.world import PATIENCE_SECONDS, World

ANSWER_LIMIT: Final = 200


def answer_callback_query(world: World, params: Params) -> bool:
    """AnswerCallbackQuery: end the spinner, with a toast, an alert or a link."""
    text = params.text("text")
    if len(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    query = world.queries.get(params.text("callback_query_id"))
    waited = (world.clock() - query.at).total_seconds() if query else 0
    if query is None or query.answered or waited > PATIENCE_SECONDS:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    query.answered = True
    world.publish(
        "answer",
        None,
        person=query.person.id,
        query=query.id,
        text=text,
        alert=params.flag("show_alert"),
        url=params.text("url"),
    )
    return True
