"""The settings page: all that a chat has chosen."""

from dataclasses import dataclass

from telegram import InlineKeyboardMarkup

from services.subscriptions import DEFAULT_ZONE
from storage.accounts.board_members import BoardSettings
from storage.queues.schedules import Schedule
from views import OutgoingMessage
from views.buttons import Action, button
from views.following.following_messages import schedule_lines
from views.markup import profile_link
from views.pages import LANGUAGE_NAMES
from views.wording import Wording


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices of a chat, or of one topic of it.

    Attributes:
            language: None when each user is answered in their own.
            zone: a name of the tz database; None when it was never chosen.
            schedule: None when no digest is to be sent.
            followed, alerts: how many.
            board: of a group; None in private.
            members: how many people are on the board.
            news: whether the operator may write here.
            handle: in private, the person's own, "" before it was said; None in a group.
    """

    language: str | None
    zone: str | None
    schedule: Schedule | None
    followed: int
    alerts: int
    board: BoardSettings | None
    members: int
    news: bool
    handle: str | None = None


def settings(chosen: Chosen, wording: Wording) -> OutgoingMessage:
    """Return a line for each choice, and a button that opens it."""
    gettext = wording.gettext
    lines = [
        gettext("<b>This chat’s settings</b>"),
        gettext("Language: {language}").format(
            language=LANGUAGE_NAMES[chosen.language]
            if chosen.language
            else gettext("each reader’s own")
        ),
        *_own(chosen.handle, wording),
        gettext("Time zone: {zone}").format(zone=wording.zone(chosen.zone or DEFAULT_ZONE)),
        *(
            schedule_lines(chosen.schedule, wording)
            if chosen.schedule
            else [gettext("No digest comes: nobody is followed yet.")]
        ),
        " · ".join(
            (
                wording.count("{n} account followed", "{n} accounts followed", chosen.followed),
                wording.count("{n} alert", "{n} alerts", chosen.alerts),
            )
        ),
    ]
    rows = [
        [button(gettext("Language"), Action.LANGUAGE), button(gettext("Time zone…"), Action.ZONE)],
        [button(gettext("Followed"), Action.FOLLOWING), button(gettext("Alerts"), Action.ALERTS)],
    ]
    if chosen.schedule:
        rows.append([button(gettext("Choose the time"), Action.SCHEDULE)])
    if chosen.board:
        lines += [
            _board(chosen.board, chosen.members, wording),
            gettext("Only administrators change what the group has chosen."),
        ]
        rows.append([button(gettext("Show the board"), Action.BOARD, "new")])
    if chosen.news:
        lines.append(gettext("News from this bot’s operator: yes"))
        rows.append([button(gettext("Stop the news"), Action.NEWS, "off")])
    else:
        lines.append(gettext("News from this bot’s operator: no"))
        rows.append([button(gettext("Get the news"), Action.NEWS, "on")])
    return OutgoingMessage("\n".join(lines), InlineKeyboardMarkup(rows))


def _own(handle: str | None, wording: Wording) -> list[str]:
    if handle is None:
        return []
    if not handle:
        return [wording.gettext("Your handle: not said yet (<code>/klout</code> asks for it)")]
    return [wording.gettext("Your handle: {handle}").format(handle=profile_link(handle))]


def _board(board: BoardSettings, members: int, wording: Wording) -> str:
    gettext = wording.gettext
    if board.closed:
        return gettext("Board: off (<code>/board on</code>)")
    people = wording.count("{n} person", "{n} people", members)
    if board.weekly:
        text = gettext("Board: {people}, every week with the digest")
    else:
        text = gettext("Board: {people}, when asked for (<code>/board weekly</code>)")
    return text.format(people=people)
