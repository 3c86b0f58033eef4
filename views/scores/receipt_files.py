"""Receipts and exports as files; a receipt lets any reader compute the score again."""

import json
from dataclasses import dataclass
from typing import Any

from telegram import InlineKeyboardMarkup

from services.visibility import Visible
from views.buttons import Action, button, follow_button
from views.markup import profile_link
from views.scores import export_words
from views.wording import Wording


@dataclass(frozen=True, slots=True)
class File:
    """A document: its bytes, its name and its caption."""

    content: bytes
    name: str
    caption: str


def export(everything: dict[str, Any], wording: Wording) -> File:
    """Return all data stored of a user, as JSON, and what it is in words."""
    caption = "\n".join(
        [
            wording.gettext("<b>What I keep of you</b>"),
            *export_words.summary(everything, wording),
            wording.gettext("The file has all of it, row by row. /forget_me erases it."),
        ]
    )
    content = json.dumps(everything, indent=2, ensure_ascii=False, default=str) + "\n"
    return File(content=content.encode(), name="klout-export.json", caption=caption)


def keyboard(reading: Visible, wording: Wording, *, followed: bool) -> InlineKeyboardMarkup:
    """Return the buttons under a receipt."""
    handle = reading.handle
    why = button(wording.gettext("Why?"), Action.MORE, handle)
    goal = button(wording.gettext("Goal…"), Action.GOAL, handle)
    return InlineKeyboardMarkup([[why, goal, follow_button(handle, wording, followed=followed)]])


def receipt(reading: Visible, wording: Wording) -> File:
    """Return one line of JSON, the input of `python -m scoring`."""
    score = reading.score
    caption = wording.gettext(
        "The receipt of {handle}: everything the score was made of. <code>python -m scoring</code>"
        " computes it again, offline, and says whether it agrees."
    ).format(handle=profile_link(reading.handle))
    return File(
        content=(json.dumps(score.to_json()) + "\n").encode(),
        name=f"{reading.handle}-{score.facts.as_of:%Y-%m-%d}.json",
        caption=caption,
    )
