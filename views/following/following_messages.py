"""Messages about the accounts that a chat follows, and about its schedule."""

import math
from collections.abc import Sequence
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from scoring.reading.handles import MAX_HANDLES, Request
from services.subscriptions import MOST_FOLLOWED, Follow
from storage.accounts.follows import Followed
from storage.queues.schedules import Schedule
from views import OutgoingMessage
from views.buttons import Action, button, understand
from views.markup import local_time, profile_link, quoted
from views.problems import sentence
from views.remarks import not_used
from views.wording import Wording

PER_PAGE: Final = 8
_HOURS: Final = (7, 9, 12, 15, 18, 20)
_ZONES: Final = {
    "en": ("Europe/London", "America/New_York", "America/Chicago", "America/Los_Angeles"),
    "fr": ("Europe/Paris", "Europe/Brussels", "Europe/Zurich", "America/Toronto"),
}
"""The time zones of most readers of a language; other readers search."""


def followed(told: Follow, request: Request, wording: Wording) -> OutgoingMessage:
    """Return the result of `/follow`."""
    gettext, added = wording.gettext, told.added
    lines = []
    if added.new:
        new = wording.ngettext("Following {handles}.", "Following {handles}.", len(added.new))
        lines.append(new.format(handles=_links(added.new)))
    if added.already:
        already = wording.ngettext(
            "Already followed: {handles}.", "Already followed: {handles}.", len(added.already)
        )
        lines.append(already.format(handles=_links(added.already)))
    if added.too_many:
        text = wording.ngettext(
            "A chat can follow {most} accounts; {handles} would be too many. /following shows whom"
            " to let go.",
            "A chat can follow {most} accounts; {handles} would be too many. /following shows whom"
            " to let go.",
            len(added.too_many),
        )
        lines.append(text.format(most=MOST_FOLLOWED, handles=_links(added.too_many)))
    lines += [sentence(problem, wording) for problem in told.problems]
    lines += _remarks(request, wording)
    if told.schedule and (added.new or added.already):
        lines.append(_next(told.schedule, wording))
    if not added.new:
        return OutgoingMessage("\n".join(lines))
    rows = [[button(gettext("Choose the time"), Action.SCHEDULE)]]
    if len(added.new) == 1:
        rows[0].append(button(gettext("Undo"), Action.UNFOLLOW, added.new[0]))
    else:
        rows += _crosses(added.new)
    if told.ask_zone:
        lines.append(gettext("In which time zone do you live?"))
        rows += _zone_rows(_ZONES[wording.language], wording)
    return OutgoingMessage("\n".join(lines), InlineKeyboardMarkup(rows))


def unfollowed(names: Sequence[str], wording: Wording) -> OutgoingMessage:
    """Return the result of `/unfollow`, with a button to undo it."""
    if not names:
        return OutgoingMessage(
            wording.gettext("This chat does not follow that account. /following shows whom.")
        )
    text = wording.ngettext(
        "No longer following {handles}.", "No longer following {handles}.", len(names)
    ).format(handles=_links(names))
    undo = [[button(_follow_again(name, wording), Action.FOLLOW, name)] for name in names]
    return OutgoingMessage(text, InlineKeyboardMarkup(undo))


def following(
    follows: Sequence[Followed],
    schedule: Schedule | None,
    page: int,
    wording: Wording,
    *,
    just_left: str = "",
) -> OutgoingMessage:
    """Return a page of the accounts followed, each with a button to unfollow it.

    Args:
        page: from 0; clamped to the existing pages.
        just_left: the account that was just unfollowed; a button undoes it.
    """
    gettext = wording.gettext
    pages = max(1, math.ceil(len(follows) / PER_PAGE))
    page = min(max(0, page), pages - 1)
    shown = follows[page * PER_PAGE : (page + 1) * PER_PAGE]
    lines = [
        gettext("<b>Followed here: {n} of {most}</b>").format(n=len(follows), most=MOST_FOLLOWED),
        *([_links([each.handle for each in shown])] if shown else []),
    ]
    if schedule and shown:
        lines.append(_next(schedule, wording))
    rows = _crosses([each.handle for each in shown], page)
    if just_left:
        rows.append([button(_follow_again(just_left, wording), Action.FOLLOW, just_left)])
    if pages > 1:
        rows.append(
            [
                button(arrow, Action.FOLLOWING, str(other))
                for arrow, other in (("◀", page - 1), ("▶", page + 1))
                if 0 <= other < pages
            ]
        )
    if schedule:
        rows.append([button(gettext("Choose the time"), Action.SCHEDULE)])
    return OutgoingMessage("\n".join(lines), InlineKeyboardMarkup(rows) if rows else None)


def schedule_page(schedule: Schedule, wording: Wording) -> OutgoingMessage:
    """Return the schedule page: when the digest comes, and buttons to change it."""
    gettext = wording.gettext
    in_words = gettext(
        "Or in words: <code>/schedule monday 9:00 Europe/Paris</code>,"
        " <code>/schedule lundi 9h</code>."
    )
    lines = [*schedule_lines(schedule, wording), in_words]
    rows = [
        [
            button(
                _marked(wording.weekday(day, "abbreviated"), chosen=schedule.weekday == day),
                Action.WEEKDAY,
                str(day),
            )
            for day in days
        ]
        for days in (range(4), range(4, 7))
    ]
    rows += [[_hour(hour, schedule) for hour in hours] for hours in (_HOURS[:3], _HOURS[3:])]
    quiet = quiet_button(schedule, gettext("Only moves of 3 or more"), wording)
    sound = (
        button(gettext("With a sound"), Action.SILENT, "0")
        if schedule.silent
        else button(gettext("Without a sound"), Action.SILENT, "1")
    )
    pause = pause_button(schedule, wording)
    rows += [[quiet], [sound, pause], [button(gettext("Time zone…"), Action.ZONE)]]
    return OutgoingMessage("\n".join(lines), InlineKeyboardMarkup(rows))


def schedule_lines(schedule: Schedule, wording: Wording) -> list[str]:
    """Say when the digest comes, in which weeks, and whether it makes a sound."""
    gettext = wording.gettext
    lines = [_next(schedule, wording)]
    if schedule.next_run_at is not None:
        there = local_time(schedule.next_run_at, wording.moment(schedule.next_run_at))
        lines.append(gettext("On your own clock: {moment}").format(moment=there))
    if schedule.least is not None:
        lines.append(
            wording.count(
                "Only when something moved by {n} point or more.",
                "Only when something moved by {n} points or more.",
                schedule.least,
            )
        )
    if schedule.silent:
        lines.append(gettext("It makes no sound."))
    return lines


def quiet_button(schedule: Schedule | None, less: str, wording: Wording) -> InlineKeyboardButton:
    """Return a button for larger moves only, labelled `less`, or for every week again."""
    if schedule is None or schedule.least is None:
        return button(less, Action.QUIET, "3")
    return button(wording.gettext("Every week"), Action.QUIET, "0")


def pause_button(schedule: Schedule | None, wording: Wording) -> InlineKeyboardButton:
    """Return a button to pause or to resume."""
    if schedule is None or schedule.state == "active":
        return button(wording.gettext("Pause"), Action.PAUSE)
    return button(wording.gettext("Resume"), Action.RESUME)


def brought_up_to_date(
    markup: InlineKeyboardMarkup, schedule: Schedule, wording: Wording
) -> InlineKeyboardMarkup:
    """Return a digest's buttons, updated to the present schedule."""
    now = {
        Action.QUIET: quiet_button(schedule, wording.gettext("Less often"), wording),
        Action.PAUSE: pause_button(schedule, wording),
    }
    now[Action.RESUME] = now[Action.PAUSE]

    def current(one: InlineKeyboardButton) -> InlineKeyboardButton:
        press = understand(str(one.callback_data))
        return now.get(press.action, one) if press else one

    return InlineKeyboardMarkup([[current(one) for one in row] for row in markup.inline_keyboard])


def _hour(hour: int, schedule: Schedule) -> InlineKeyboardButton:
    text = _marked(f"{hour:02}:00", chosen=schedule.minute == hour * 60)
    return button(text, Action.TIME, f"{hour:02}00")


def not_understood(unknown: Sequence[str], wording: Wording) -> OutgoingMessage:
    """Say which words of a time were not understood."""
    text = wording.gettext(
        "I did not understand {words}. For instance <code>/schedule monday 9:00"
        " Europe/Paris</code>: a weekday, a time from 00:00 to 23:59, and a time zone if you like."
    )
    return OutgoingMessage(text.format(words=quoted(unknown)))


def how_long(text: str, wording: Wording) -> OutgoingMessage:
    """Say which words behind `/pause` were not understood."""
    told = wording.gettext(
        "I did not understand {words}. <code>/pause 2 weeks</code> stops the digest for two weeks,"
        " /pause alone until /resume."
    )
    return OutgoingMessage(told.format(words=quoted([text])))


def too_long(wording: Wording) -> OutgoingMessage:
    """Say that a text is too long to be a time."""
    return OutgoingMessage(
        wording.gettext(
            "That is too long for me to read as a time, so I changed nothing. For instance"
            " <code>/schedule monday 9:00 Europe/Paris</code>: a weekday, a time from 00:00 to"
            " 23:59, and a time zone if you like."
        )
    )


def zones(wording: Wording) -> OutgoingMessage:
    """Offer a few time zones, and a way to find another."""
    rows = _zone_rows(_ZONES[wording.language], wording)
    return OutgoingMessage(
        wording.gettext("In which time zone do you live?"), InlineKeyboardMarkup(rows)
    )


def zones_found(names: Sequence[str], wording: Wording) -> OutgoingMessage:
    """Offer the time zones that a search for a city found."""
    gettext = wording.gettext
    text = gettext("Which one?") if len(names) > 1 else gettext("Is it this one?")
    return OutgoingMessage(text, InlineKeyboardMarkup(_zone_rows(names, wording)))


def no_such_place(question: OutgoingMessage, wording: Wording) -> OutgoingMessage:
    """Ask again after a search for a city found nothing."""
    text = wording.gettext("I know no such place. Try a large city or a country nearby.")
    return OutgoingMessage(f"{text}\n{question.html}", question.markup)


def no_schedule(wording: Wording, example: str) -> OutgoingMessage:
    """Say that there is no schedule to change."""
    text = wording.gettext(
        "There is nothing to change yet: this chat follows nobody. Begin with"
        " <code>/follow @{example}</code>."
    )
    return OutgoingMessage(text.format(example=example))


def quiet_toast(schedule: Schedule, wording: Wording) -> str:
    """Return the toast after "less often"."""
    if schedule.least is None:
        return wording.gettext("A digest every week from now on.")
    return wording.count(
        "From now on only in weeks when something moved by {n} point or more.",
        "From now on only in weeks when something moved by {n} points or more.",
        schedule.least,
    )


def paused_toast(wording: Wording) -> str:
    """Return the toast after "pause"."""
    return wording.gettext("Paused. /resume goes on.")


def resumed_toast(schedule: Schedule, wording: Wording) -> str:
    """Return the toast after "resume"."""
    return _next(schedule, wording)


def _next(schedule: Schedule, wording: Wording) -> str:
    """Say when the next digest comes."""
    if schedule.next_run_at is None:
        return wording.gettext("The digest is paused. /resume goes on.")
    text = wording.gettext("The next digest comes on {moment} ({zone}), then every week.")
    return text.format(
        moment=wording.local(schedule.next_run_at, schedule.zone), zone=wording.zone(schedule.zone)
    )


def _zone_rows(names: Sequence[str], wording: Wording) -> list[list[InlineKeyboardButton]]:
    buttons = [button(wording.city(name), Action.ZONE, name) for name in names]
    buttons.append(button(wording.gettext("Another…"), Action.ZONE, "other"))
    return [buttons[i : i + 2] for i in range(0, len(buttons), 2)]


def _crosses(handles: Sequence[str], page: int = 0) -> list[list[InlineKeyboardButton]]:
    """Return unfollow buttons, two in a row, that show the same page of the list."""
    buttons = [button(f"✕ @{name}", Action.UNFOLLOW, f"{name}/{page}") for name in handles]
    return [buttons[i : i + 2] for i in range(0, len(buttons), 2)]


def _follow_again(handle: str, wording: Wording) -> str:
    return wording.gettext("Follow @{handle} again").format(handle=handle)


def _marked(text: str, *, chosen: bool) -> str:
    return f"• {text}" if chosen else text


def _links(handles: Sequence[str]) -> str:
    return ", ".join(map(profile_link, handles))


def _remarks(request: Request, wording: Wording) -> list[str]:
    lines = not_used(request, wording)
    if request.left_out:
        text = wording.ngettext(
            "I follow {most} at a time; {n} was left out.",
            "I follow {most} at a time; {n} were left out.",
            request.left_out,
        )
        lines.append(text.format(most=MAX_HANDLES, n=request.left_out))
    return lines
