"""Guest mode: the bot is called where it is no member, and may answer once."""

import asyncio
import re
from dataclasses import replace
from typing import Final

from telegram import Update

from handlers.asking import asker
from handlers.context import Context
from handlers.replies import answer_guest
from handlers.views import inline as views
from handlers.views.scores import Answer
from scoring import handles
from scoring.asking import Asker
from scoring.errors import ScoringError, TakesLonger
from scoring.reader import Reader

_PATIENCE: Final = 5.0
"""Seconds for reading X; Telegram takes no answer much later."""


async def guest(update: Update, context: Context) -> None:
    """Answer `@bot @nasa`, or `/klout@bot @nasa`, for everybody who reads along.

    The chat's number may be the same as that of a chat of ours: nothing is looked up by it.
    """
    message = update.guest_message
    if message is None:
        return
    bot_name, wording = context.bot.username, await context.wording(update)
    words = re.sub(
        rf"(?:/\w+)?@{bot_name}\b|/klout\b", " ", message.text or "", flags=re.IGNORECASE
    )
    request = handles.parse(words)
    if request.handles:
        reader, now = context.services.reader, context.services.clock()
        who = asker(update, "guest")
        found = await asyncio.gather(*(_soon(reader, handle, who) for handle in request.handles))
        shown = views.guest_answer(request, found, now, wording, bot_name)
    else:
        shown = views.how_to_ask(wording, context.services.example, bot_name)
    await answer_guest(message, shown)


async def _soon(reader: Reader, handle: str, who: Asker) -> Answer:
    """Today's reading if it can be had in time, else the one that is stored, if any."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return (await reader.read(handle, who)).shown_to(None)
    except TimeoutError:
        stored = await reader.stored(handle)
    except ScoringError as error:
        return error
    try:
        return replace(stored.shown_to(None), problem=TakesLonger()) if stored else TakesLonger()
    except ScoringError as error:
        return error
