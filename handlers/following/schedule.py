"""`/schedule`, `/pause`, `/resume`: when a chat gets its digest."""

from typing import Any, Final

from handlers.context import Context
from handlers.incoming.permissions import allowed
from handlers.incoming.requests import Command, Interaction, Press
from handlers.outgoing.replies import replace, replace_buttons, say, toast
from services.calendar.durations import duration
from services.calendar.place_names import search_zones
from services.calendar.schedule_parsing import parse
from storage.queues.schedules import Schedule
from views import pages, prompts
from views.buttons import Action, actions
from views.following import following_messages as views
from views.following.pasted import read_back
from views.prompts import Question

_ZONES_SHOWN: Final = 6


async def schedule(command: Command, context: Context) -> None:
    """Take `/schedule monday 9:00 Europe/Paris`, in English or French; bare, show buttons."""
    message, wording, place = command.message, command.wording, command.place
    when = parse(read_back(command.text))
    subscriptions = context.services.subscriptions
    if when.cut:
        await say(message, views.too_long(wording))
    elif when.unknown:
        await say(message, views.not_understood(when.unknown, wording))
    elif when.weekday is None and when.minute is None and when.zone is None:
        await _show(command, context, await subscriptions.schedule(place))
    elif await allowed(command, context):
        weekday = when.weekday
        kept = await subscriptions.schedule(place) if when.next_day else None
        if kept:
            weekday = (kept.weekday + 1) % 7
        changed = await subscriptions.set_time(
            place, weekday=weekday, minute=when.minute, zone=when.zone
        )
        await say(message, views.schedule_page(changed, wording))


async def pause(command: Command, context: Context) -> None:
    """Pause digests until `/resume`, or for as long as the command says."""
    subscriptions = context.services.subscriptions
    length = duration(command.text)
    if command.text and length is None:
        await say(command.message, views.how_long(command.text, command.wording))
    elif length:
        await _show(command, context, await subscriptions.skip(command.place, length))
    else:
        await _show(command, context, await subscriptions.pause(command.place))


async def resume(command: Command, context: Context) -> None:
    """Resume digests."""
    await _show(command, context, await context.services.subscriptions.resume(command.place))


async def find_zone(reply: Command, context: Context) -> None:
    """Find the time zone for a reply to "which city?"."""
    del context
    wording = reply.wording
    zones = search_zones(read_back(reply.message.text or ""), _ZONES_SHOWN)
    if zones:
        await say(reply.message, views.zones_found(zones, wording))
    else:
        question = prompts.ask(wording, Question.CITY, private=reply.private)
        await say(reply.message, views.no_such_place(question, wording))


async def press_schedule(press: Press[None], context: Context) -> None:
    """Show the buttons of the schedule."""
    await toast(press.query)
    await _show(press, context, await context.services.subscriptions.schedule(press.place))


async def press_weekday(press: Press[int], context: Context) -> None:
    """Change the weekday."""
    subscriptions = context.services.subscriptions
    await _changed(press, await subscriptions.set_time(press.place, weekday=press.argument))


async def press_time(press: Press[int], context: Context) -> None:
    """Change the time of day."""
    subscriptions = context.services.subscriptions
    await _changed(press, await subscriptions.set_time(press.place, minute=press.argument))


async def press_zone(press: Press[str], context: Context) -> None:
    """Offer time zones, ask for a city, or set the zone of the button."""
    if not press.argument:
        await toast(press.query)
        await say(press.message, views.zones(press.wording))
    elif press.argument == "other":
        await toast(press.query)
        person = press.query.from_user
        await say(press.message, prompts.ask_presser(press.wording, Question.CITY, person))
    elif await allowed(press, context):
        subscriptions = context.services.subscriptions
        await _changed(press, await subscriptions.set_time(press.place, zone=press.argument))


async def press_quiet(press: Press[int], context: Context) -> None:
    """Change by how many points a score has to move to be told of."""
    least = float(press.argument) or None
    await _changed(press, await context.services.subscriptions.set_quiet(press.place, least))


async def press_silent(press: Press[bool], context: Context) -> None:
    """Let digests come with or without a sound."""
    silent = press.argument
    subscriptions = context.services.subscriptions
    await _changed(press, await subscriptions.set_silent(press.place, silent=silent))


async def press_pause(press: Press[None], context: Context) -> None:
    """Pause digests."""
    await _changed(press, await context.services.subscriptions.pause(press.place))


async def press_resume(press: Press[None], context: Context) -> None:
    """Resume digests."""
    await _changed(press, await context.services.subscriptions.resume(press.place))


async def _changed(press: Press[Any], changed: Schedule | None) -> None:
    """Show the new schedule; None: the chat has none."""
    query, message, wording = press.query, press.message, press.wording
    if changed is None:
        await toast(query, pages.nothing_to_change(wording), alert=True)
    elif Action.WEEKDAY in actions(message):  # the schedule page
        await toast(query)
        await replace(query, views.schedule_page(changed, wording))
    else:  # under a digest, whose text stays
        toasts = {
            Action.QUIET: views.quiet_toast(changed, wording),
            Action.PAUSE: views.paused_toast(wording),
            Action.RESUME: views.resumed_toast(changed, wording),
        }
        await toast(query, toasts.get(press.action))
        if press.action in toasts and message.reply_markup:
            markup = views.brought_up_to_date(message.reply_markup, changed, wording)
            await replace_buttons(query, markup)
        else:
            await say(message, views.schedule_page(changed, wording))


async def _show(to: Interaction, context: Context, schedule: Schedule | None) -> None:
    if schedule is None:
        await say(to.message, views.no_schedule(to.wording, context.services.example))
    else:
        await say(to.message, views.schedule_page(schedule, to.wording))
