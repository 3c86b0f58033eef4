"""Whom a chat follows, and when it hears of them."""

import math
from collections.abc import Sequence
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from delivery.subscriptions import MOST_FOLLOWED, Follow
from handlers.views import Reply
from handlers.views.buttons import Action, button, understand
from handlers.views.markup import foreign, local_time, profile_link
from handlers.views.problems import sentence
from handlers.wording import Wording
from scoring.handles import MAX_HANDLES, Request
from storage.following import Followed
from storage.schedules import Schedule

PER_PAGE: Final = 8
_HOURS: Final = (7, 9, 12, 15, 18, 20)
_ZONES: Final = {
    "en": ("Europe/London", "America/New_York", "America/Chicago", "America/Los_Angeles"),
    "fr": ("Europe/Paris", "Europe/Brussels", "Europe/Zurich", "America/Toronto"),
}
"""Where most readers of a language live; the others search."""


def followed(told: Follow, request: Request, wording: Wording) -> Reply:
    """What came of `/follow`."""
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
        return Reply("\n".join(lines))
    rows = [[button(gettext("Choose the time"), Action.SCHEDULE)]]
    if len(added.new) == 1:
        rows[0].append(button(gettext("Undo"), Action.UNFOLLOW, added.new[0]))
    else:
        rows += _crosses(added.new)
    if told.ask_zone:
        lines.append(gettext("In which time zone do you live?"))
        rows += _zone_rows(_ZONES[wording.language], wording)
    return Reply("\n".join(lines), InlineKeyboardMarkup(rows))


def unfollowed(names: Sequence[str], wording: Wording) -> Reply:
    """What came of `/unfollow`, with a way back."""
    if not names:
        return Reply(
            wording.gettext("This chat does not follow that account. /following shows whom.")
        )
    text = wording.ngettext(
        "No longer following {handles}.", "No longer following {handles}.", len(names)
    ).format(handles=_links(names))
    undo = [[button(_follow_again(name, wording), Action.FOLLOW, name)] for name in names]
    return Reply(text, InlineKeyboardMarkup(undo))


def following(
    follows: Sequence[Followed],
    schedule: Schedule | None,
    page: int,
    wording: Wording,
    *,
    just_left: str = "",
) -> Reply:
    """Everyone who is followed, each with a button to let go.

    Args:
        page: from 0; one that does not exist is the nearest that does.
        just_left: whom a button just let go, and another one takes back.
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
    return Reply("\n".join(lines), InlineKeyboardMarkup(rows) if rows else None)


def schedule_page(schedule: Schedule, wording: Wording) -> Reply:
    """When the digest comes, and buttons for all of it."""
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
    return Reply("\n".join(lines), InlineKeyboardMarkup(rows))


def schedule_lines(schedule: Schedule, wording: Wording) -> list[str]:
    """When the digest comes, in which weeks, and whether it makes a sound."""
    gettext = wording.gettext
    lines = [_next(schedule, wording)]
    if schedule.next_run_at is not None:
        there = local_time(schedule.next_run_at, wording.moment(schedule.next_run_at))
        lines.append(gettext("On your own clock: {moment}").format(moment=there))
    if schedule.least is not None:
        only = gettext("Only when something moved by {points} points or more.")
        lines.append(only.format(points=wording.count("{n}", "{n}", schedule.least)))
    if schedule.silent:
        lines.append(gettext("It makes no sound."))
    return lines


def quiet_button(schedule: Schedule | None, less: str, wording: Wording) -> InlineKeyboardButton:
    """Hear of larger moves only, as `less` says it; or of every week again."""
    if schedule is None or schedule.least is None:
        return button(less, Action.QUIET, "3")
    return button(wording.gettext("Every week"), Action.QUIET, "0")


def pause_button(schedule: Schedule | None, wording: Wording) -> InlineKeyboardButton:
    """Pause, or go on."""
    if schedule is None or schedule.state == "active":
        return button(wording.gettext("Pause"), Action.PAUSE)
    return button(wording.gettext("Resume"), Action.RESUME)


def brought_up_to_date(
    markup: InlineKeyboardMarkup, schedule: Schedule, wording: Wording
) -> InlineKeyboardMarkup:
    """A digest's buttons, those of its schedule as that is now."""
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


def not_understood(unknown: Sequence[str], wording: Wording) -> Reply:
    """A wish for a time that could not be read."""
    text = wording.gettext(
        "I did not understand {words}. For instance <code>/schedule monday 9:00"
        " Europe/Paris</code>: a weekday, a time from 00:00 to 23:59, and a time zone if you like."
    )
    return Reply(text.format(words=", ".join(map(foreign, unknown[:3]))))


def zones(wording: Wording) -> Reply:
    """A few time zones, and a way to find another."""
    rows = _zone_rows(_ZONES[wording.language], wording)
    return Reply(wording.gettext("In which time zone do you live?"), InlineKeyboardMarkup(rows))


def zones_found(names: Sequence[str], wording: Wording) -> Reply:
    """What a search for a city brought."""
    gettext = wording.gettext
    text = gettext("Which one?") if len(names) > 1 else gettext("Is it this one?")
    return Reply(text, InlineKeyboardMarkup(_zone_rows(names, wording)))


def no_such_place(question: Reply, wording: Wording) -> Reply:
    """A search for a city brought nothing: ask again."""
    text = wording.gettext("I know no such place. Try a large city or a country nearby.")
    return Reply(f"{text}\n{question.html}", question.markup)


def no_schedule(wording: Wording, example: str) -> Reply:
    """Something was to be changed that is not there."""
    text = wording.gettext(
        "There is nothing to change yet: this chat follows nobody. Begin with"
        " <code>/follow @{example}</code>."
    )
    return Reply(text.format(example=example))


def quiet_toast(schedule: Schedule, wording: Wording) -> str:
    """The toast after "less often"."""
    if schedule.least is None:
        return wording.gettext("A digest every week from now on.")
    text = wording.gettext("From now on only in weeks when something moved by {points} or more.")
    return text.format(points=wording.count("{n}", "{n}", schedule.least))


def paused_toast(wording: Wording) -> str:
    """The toast after "pause"."""
    return wording.gettext("Paused. /resume goes on.")


def resumed_toast(schedule: Schedule, wording: Wording) -> str:
    """The toast after "resume"."""
    return _next(schedule, wording)


def _next(schedule: Schedule, wording: Wording) -> str:
    """When the next digest comes."""
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
    """A button for each, two in a row, to let it go and see that page of the list."""
    buttons = [button(f"✕ @{name}", Action.UNFOLLOW, f"{name}/{page}") for name in handles]
    return [buttons[i : i + 2] for i in range(0, len(buttons), 2)]


def _follow_again(handle: str, wording: Wording) -> str:
    return wording.gettext("Follow @{handle} again").format(handle=handle)


def _marked(text: str, *, chosen: bool) -> str:
    return f"• {text}" if chosen else text


def _links(handles: Sequence[str]) -> str:
    return ", ".join(map(profile_link, handles))


def _remarks(request: Request, wording: Wording) -> list[str]:
    if request.left_out:
        text = wording.ngettext(
            "I follow {most} at a time; {n} was left out.",
            "I follow {most} at a time; {n} were left out.",
            request.left_out,
        )
        return [text.format(most=MAX_HANDLES, n=request.left_out)]
    return []
