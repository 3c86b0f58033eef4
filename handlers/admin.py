"""`/spend`, `/stats` and `/health`: for the bot's operators, in private, and for nobody else."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Final

from telegram import Update

from handlers.context import Context, Services
from handlers.replies import say
from handlers.rights import is_operator
from handlers.start import unknown_command
from handlers.views import Reply, admin
from handlers.wording import Wording

_TOP: Final = 5
"""Chats that are named in `/spend`."""

_Page = Callable[[Services, Wording], Awaitable[Reply]]
_Command = Callable[[Update, Context], Coroutine[Any, Any, None]]


def _for_operators(page: _Page) -> _Command:
    """A command that shows a page to operators, and that nobody else knows."""

    @wraps(page)
    async def command(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is None:
            return
        if not is_operator(update, context):
            await unknown_command(update, context)
            return
        wording = await context.wording(update)
        # what they are told without asking comes in the same language
        await context.services.chats.note_spoken(message.chat_id, wording.language)
        await say(message, await page(context.services, wording))

    return command


@_for_operators
async def spend(services: Services, wording: Wording) -> Reply:
    """What X cost today and this month, what for, and where that leads."""
    now, spending, usage = services.clock(), services.spending, services.usage
    today, first = now.date(), now.date().replace(day=1)
    costs = admin.Costs(
        today=await spending.by_resource(today, today),
        month=await spending.by_resource(first, today),
        cap=spending.cap,
        total=await usage.total(first, today),
        commands=await usage.by_command(first, today),
        chats=await usage.by_chat(first, today, _TOP),
        outage=await services.outages.current(),
    )
    return admin.spend(costs, now, wording)


@_for_operators
async def stats(services: Services, wording: Wording) -> Reply:
    """How much there is, and how the sending goes."""
    now = services.clock()
    return admin.stats(await services.counting.figures(now), now, wording)


@_for_operators
async def health(services: Services, wording: Wording) -> Reply:
    """Whether the database, the sending and X do what they should."""
    now, spending = services.clock(), services.spending
    told = admin.Wellbeing(
        health=await services.counting.health(now),
        spent=await spending.spent_in_month(now),
        cap=spending.cap,
        outage=await services.outages.current(),
        version=services.running.version,
        since=services.running.since,
    )
    return admin.health(told, now, wording)
