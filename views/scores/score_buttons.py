"""The buttons under scores, and under what tells a change."""

from collections.abc import Mapping, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from services.digests.last_told import Step
from services.digests.spans import Span
from services.visibility import Visible
from views.buttons import NEWEST, Action, Ends, button, explaining, follow_button
from views.wording import Wording


def keyboard(
    handle: str,
    wording: Wording,
    *,
    unfolded: bool = False,
    ask_whose: bool = False,
    followed: bool = False,
    ends: Ends = NEWEST,
) -> InlineKeyboardMarkup:
    """Return the buttons under one score.

    Args:
        unfolded: the reasons are shown, and can be hidden.
        ask_whose: offer to remember that the handle is the user's own.
        followed: the chat follows the account already, and can unfollow it.
        ends: the change that the message tells, and that "Why?" explains.
    """
    gettext, language = wording.gettext, wording.language
    told = explaining(handle, Span.TOLD, ends)
    fold = (
        button(gettext("Show less"), Action.LESS, told, language=language)
        if unfolded
        else button(gettext("Why?"), Action.WHY, told, language=language)
    )
    rows: list[list[InlineKeyboardButton]] = [
        [
            fold,
            follow_button(handle, wording, followed=followed),
            button(gettext("Compare"), Action.COMPARE, handle),
        ],
        [
            button(gettext("Card"), Action.CARD, handle),
            button(gettext("History"), Action.HISTORY, handle),
            button(gettext("Tell me when…"), Action.TELL, handle),
        ],
    ]
    if ask_whose:
        rows.append([button(gettext("That’s me"), Action.LINK, handle)])
    return InlineKeyboardMarkup(rows)


def spans(
    handle: str, chosen: Span, ends: Ends, wording: Wording
) -> list[list[InlineKeyboardButton]]:
    """Return buttons that explain the change over another span."""
    gettext = wording.gettext
    names = {
        Span.TOLD: gettext("Since last told"),
        Span.WEEK: gettext("A week"),
        Span.MONTH: gettext("A month"),
        Span.EIGHT_WEEKS: gettext("Eight weeks"),
        Span.HIGHEST: gettext("The highest"),
    }
    if ends.base is None:
        del names[Span.TOLD]
    buttons = [
        button(
            f"• {name}" if span is chosen else name,
            Action.SPAN,
            explaining(handle, span, ends),
            language=wording.language,
        )
        for span, name in names.items()
    ]
    return [buttons[:-3], buttons[-3:]]


def one_by_one(
    readings: Sequence[Visible], wording: Wording, steps: Mapping[int, Step]
) -> InlineKeyboardMarkup | None:
    """Return a button per score to explain it, when there are several."""
    rows = []
    for reading in readings:
        ends = ends_of(reading, steps.get(reading.account_id))
        rows.append([why_button(reading.handle, ends, wording)])
    return InlineKeyboardMarkup(rows) if rows else None


def why_button(handle: str, ends: Ends, wording: Wording) -> InlineKeyboardButton:
    """Return the button that explains one of several scores, from what the message counted from."""
    text = wording.gettext("Why @{handle}?").format(handle=handle)
    return button(text, Action.MORE, explaining(handle, Span.TOLD, ends))


def ends_of(reading: Visible, step: Step | None) -> Ends:
    """Return the change that a message tells of a reading."""
    return Ends(reading.score.facts.as_of, step.base if step else None)
