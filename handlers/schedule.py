"""`/schedule`, `/pause`, `/resume`: when a chat hears of those it follows."""

from typing import Final

from telegram import Message, Update

from delivery.places import search_zones
from delivery.when import parse
from delivery.zones import UnknownZone, zone_info
from handlers.context import Context
from handlers.replies import replace, replace_buttons, say, toast
from handlers.rights import allowed, place_of
from handlers.views import following as views
from handlers.views import pages, prompts
from handlers.views.buttons import Action, Press, understand
from handlers.views.prompts import Question
from storage.places import Place
from storage.schedules import Schedule

_ZONES_SHOWN: Final = 6

CHANGES: Final = (
    Action.WEEKDAY,
    Action.TIME,
    Action.QUIET,
    Action.SILENT,
    Action.PAUSE,
    Action.RESUME,
)
"""Buttons that change a schedule."""


async def schedule(update: Update, context: Context) -> None:
    """`/schedule monday 9:00 Europe/Paris`, in English or French; bare, show buttons."""
    message = update.effective_message
    if message is None:
        return
    wording = await context.wording(update)
    when = parse(" ".join(context.args or ()))
    subscriptions = context.services.subscriptions
    if when.unknown:
        await say(message, views.not_understood(when.unknown, wording))
    elif when.weekday is None and when.minute is None and when.zone is None:
        found = await subscriptions.schedule(place_of(message))
        await say(
            message,
            views.schedule_page(found, wording)
            if found
            else views.no_schedule(wording, context.services.example),
        )
    elif await allowed(update, context):
        changed = await subscriptions.set_time(
            place_of(message), weekday=when.weekday, minute=when.minute, zone=when.zone
        )
        await say(message, views.schedule_page(changed, wording))


async def pause(update: Update, context: Context) -> None:
    """Send nothing until `/resume`."""
    message = update.effective_message
    if message and await allowed(update, context):
        changed = await context.services.subscriptions.pause(place_of(message))
        await _show(update, context, message, changed)


async def resume(update: Update, context: Context) -> None:
    """Go on."""
    message = update.effective_message
    if message and await allowed(update, context):
        changed = await context.services.subscriptions.resume(place_of(message))
        await _show(update, context, message, changed)


async def find_zone(update: Update, context: Context, message: Message) -> None:
    """Take the reply to "which city?"."""
    found = search_zones(message.text or "", _ZONES_SHOWN)
    wording = await context.wording(update)
    if found:
        await say(message, views.zones_found(found, wording))
    else:
        private = message.chat.type == message.chat.PRIVATE
        question = prompts.ask(wording, Question.CITY, private=private)
        await say(message, views.no_such_place(question, wording))


async def press_schedule(update: Update, context: Context) -> None:
    """Show the buttons of the schedule."""
    query = update.callback_query
    if query is None or not isinstance(query.message, Message):
        return
    await toast(query)
    found = await context.services.subscriptions.schedule(place_of(query.message))
    await _show(update, context, query.message, found)


async def press_change(update: Update, context: Context) -> None:
    """Change what the button says, and show the schedule as it is now."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or not isinstance(query.message, Message):
        return
    if not await allowed(update, context):
        return
    wording = await context.wording(update)
    try:
        changed = await _change(context, place_of(query.message), press)
    except (ValueError, UnknownZone):
        await toast(query, pages.old_button(wording), alert=True)
        return
    if changed is None:
        await toast(query, pages.nothing_to_change(wording), alert=True)
    elif _is_schedule(query.message):
        await toast(query)
        await replace(query, views.schedule_page(changed, wording))
    else:  # under a digest, which stays
        toasts = {
            Action.QUIET: views.quiet_toast(changed, wording),
            Action.PAUSE: views.paused_toast(wording),
            Action.RESUME: views.resumed_toast(changed, wording),
        }
        await toast(query, toasts.get(press.action))
        markup = query.message.reply_markup
        if press.action in toasts and markup:
            await replace_buttons(query, views.brought_up_to_date(markup, changed, wording))
        else:
            await say(query.message, views.schedule_page(changed, wording))


async def press_zone(update: Update, context: Context) -> None:
    """Offer time zones, ask for a city, or take the zone of the button."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or not isinstance(query.message, Message):
        return
    wording = await context.wording(update)
    if press.argument in {"", "other"}:
        await toast(query)
        if press.argument:
            await say(query.message, prompts.ask_presser(wording, Question.CITY, query.from_user))
        else:
            await say(query.message, views.zones(wording))
    else:
        await press_change(update, context)


async def _change(context: Context, place: Place, press: Press) -> Schedule | None:
    """Do what a button says.

    Raises:
        ValueError, UnknownZone: it says something forged.
    """
    subscriptions, argument = context.services.subscriptions, press.argument
    match press.action:
        case Action.WEEKDAY if argument in set("0123456"):
            changed = await subscriptions.set_time(place, weekday=int(argument))
        case Action.TIME if (minute := _minute(argument)) is not None:
            changed = await subscriptions.set_time(place, minute=minute)
        case Action.ZONE:
            changed = await subscriptions.set_time(place, zone=zone_info(argument).key)
        case Action.QUIET if argument.isdecimal():
            return await subscriptions.set_quiet(place, float(argument) or None)
        case Action.SILENT:
            return await subscriptions.set_silent(place, silent=argument == "1")
        case Action.PAUSE:
            return await subscriptions.pause(place)
        case Action.RESUME:
            return await subscriptions.resume(place)
        case _:
            raise ValueError(argument)
    return changed


def _minute(argument: str) -> int | None:
    """A button's "0930" as a minute of the day."""
    return parse(f"{argument[:2]}:{argument[2:]}").minute


async def _show(update: Update, context: Context, message: Message, found: Schedule | None) -> None:
    wording = await context.wording(update)
    if found is None:
        await say(message, views.no_schedule(wording, context.services.example))
    else:
        await say(message, views.schedule_page(found, wording))


def _is_schedule(message: Message) -> bool:
    """Whether a message is the page of the schedule, by its buttons."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    presses = (understand(str(one.callback_data)) for row in rows for one in row)
    return any(press is not None and press.action is Action.WEEKDAY for press in presses)
