"""`/spend`, `/stats` and `/health`: pages for the bot's operators, in private."""

from collections.abc import Awaitable, Callable
from typing import Final

from handlers.context import Context, Services
from handlers.incoming.requests import Command, Press
from handlers.outgoing.replies import replace, say, toast
from scoring.reading.errors import AccountError, SourceError
from scoring.reading.requester import Requester
from views import OutgoingMessage, problems
from views.operators import admin_messages
from views.wording import Wording

_TOP: Final = 5
"""How many chats `/spend` names."""

_Page = Callable[[Services, Wording], Awaitable[OutgoingMessage]]


async def spend(command: Command, context: Context) -> None:
    """Show costs at X: today, this month, by purpose, and the projection."""
    await _show(command, context, _spend)


async def stats(command: Command, context: Context) -> None:
    """Show counts and the state of sending."""
    await _show(command, context, _stats)


async def health(command: Command, context: Context) -> None:
    """Show whether the database, the sending and X work."""
    await _show(command, context, _health)


async def press_try(press: Press[str], context: Context) -> None:
    """Retry X at once, and show the page again with the outcome."""
    wording, services = press.wording, context.services
    await toast(press.query)
    problem = await _try(services, press.requester("health"))
    outcome = (
        admin_messages.let_in(wording)
        if problem is None
        else admin_messages.still_refused(problems.sentence(problem, wording), wording)
    )
    page = await (_spend if press.argument == "spend" else _health)(services, wording)
    await replace(press.query, admin_messages.tried(page, outcome))


async def _show(command: Command, context: Context, page: _Page) -> None:
    wording = command.wording
    # notices to the operator come in the same language
    await context.services.chats.note_spoken(command.message.chat_id, wording.language)
    await say(command.message, await page(context.services, wording))


async def _spend(services: Services, wording: Wording) -> OutgoingMessage:
    now, spending, usage = services.clock(), services.spending, services.usage
    today, first = now.date(), now.date().replace(day=1)
    costs = admin_messages.Costs(
        today=await spending.by_resource(today, today),
        month=await spending.by_resource(first, today),
        cap=spending.cap,
        total=await usage.total(first, today),
        commands=await usage.by_command(first, today),
        chats=await usage.by_chat(first, today, _TOP),
        outages=await services.outages.current(),
        free=[each.network for each in services.networks.all() if each.network != "x"],
    )
    return admin_messages.spend(costs, now, wording)


async def _stats(services: Services, wording: Wording) -> OutgoingMessage:
    now = services.clock()
    return admin_messages.stats(await services.counting.figures(now), now, wording)


async def _health(services: Services, wording: Wording) -> OutgoingMessage:
    now, spending = services.clock(), services.spending
    wellbeing = admin_messages.Wellbeing(
        health=await services.counting.health(now),
        networks=services.networks.all(),
        spent=await spending.spent_in_month(now),
        cap=spending.cap,
        outages=await services.outages.current(),
        version=services.running.version,
        since=services.running.since,
    )
    return admin_messages.health(wellbeing, now, wording)


async def _try(services: Services, who: Requester) -> SourceError | None:
    """Retry what X refuses, on an account visible to all; return why X still refuses."""
    await services.outages.hasten(services.clock())
    refused = [outage.resource for outage in await services.outages.current()]
    try:
        await services.reader.probe(services.example, refused, who)
    except AccountError:
        return None  # X answered
    except SourceError as problem:
        return problem
    return None
