"""Guest mode: the bot is mentioned where it is no member, and may answer once."""

import asyncio
import re
from dataclasses import replace
from typing import Final

from handlers.context import Context
from handlers.incoming.requests import Interaction
from handlers.outgoing.replies import answer_guest
from scoring.reading import handles
from scoring.reading.errors import ScoringError, TakesLonger
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from services.visibility import EVERYBODY, shown
from views.scores import inline_results as views
from views.scores.score_messages import Answer

LONGEST_WAIT: Final = 5.0
"""Seconds for reading X; Telegram accepts no answer much later."""


async def guest(mention: Interaction, context: Context) -> None:
    """Answer `@bot @nasa`, or `/klout@bot @nasa`, where every member of the chat reads along.

    The chat's number may equal that of a chat of ours, so nothing is looked up by it.
    """
    message, wording, bot_name = mention.message, mention.wording, context.bot.username
    words = re.sub(
        rf"(?:/\w+)?@{bot_name}\b|/\w+@\w*bot\b|/klout\b",
        " ",
        message.text or message.caption or "",
        flags=re.IGNORECASE,
    )
    request = handles.parse(words)
    if request.handles:
        reader, now = context.services.reader, context.services.clock()
        who = mention.requester("guest")
        answers = await asyncio.gather(*(_soon(reader, name, who) for name in request.handles))
        result = views.guest_answer(request, answers, now, wording, bot_name)
    else:
        result = views.how_to_ask(request, wording, context.services.example, bot_name)
    await answer_guest(message, result)


async def _soon(reader: Reader, handle: str, who: Requester) -> Answer:
    """Return today's reading if it arrives in time, else the stored one, if any."""
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            return shown(await reader.read(handle, who), EVERYBODY, handle)
    except TimeoutError:
        stored = await reader.stored(handle)
    except ScoringError as error:
        return error
    if stored is None:
        return TakesLonger()
    try:
        return replace(shown(stored, EVERYBODY, handle), problem=TakesLonger())
    except ScoringError as error:
        return error
