"""Prompts: questions that wait for a reply, and matching a reply to its question.

A question is recognised by its own text, the last line, so that a restart loses none. Each text has
at most one placeholder, for what is known already.
"""

import re
from collections.abc import Sequence
from enum import Enum, auto
from functools import cache
from typing import Final, NamedTuple

from telegram import ForceReply, User

from locales import LANGUAGES
from views import OutgoingMessage
from views.markup import mention, profile_link
from views.wording import Wording, wording_for


class Question(Enum):
    """What a reply to a prompt answers."""

    SCORE = auto()
    OWN = auto()
    """The user's own handle, after a bare `/klout`."""
    WHY = auto()
    HISTORY = auto()
    RECEIPT = auto()
    COMPARE = auto()
    """The second of two handles; `given` is the first."""
    GOAL_OF = auto()
    """The account of a goal; `given` is the number."""
    GOAL = auto()
    """A goal for the user's own account, a number."""
    GOAL_FOR = auto()
    """A goal, a number; `given` is the handle."""
    FOLLOW = auto()
    JOIN = auto()
    MANY = auto()
    """Two to ten accounts."""
    CITY = auto()
    """A place whose clocks show the reader's time."""


class Asked(NamedTuple):
    """A recognised question of the bot's, with what was given."""

    question: Question
    given: str


_OF_AN_ACCOUNT: Final = {Question.COMPARE, Question.GOAL_FOR}
"""Questions whose `given` is a handle."""

_PLACEHOLDERS: Final = {Question.GOAL: "35", Question.GOAL_FOR: "35", Question.CITY: "Paris"}


def ask(wording: Wording, question: Question, given: str = "", *, private: bool) -> OutgoingMessage:
    """Ask the writer of the message that this replies to.

    Args:
        given: what the command named: a handle without `@`, or a number.
        private: False in a group, where the prompt is for one user.
    """
    shown = profile_link(given) if question in _OF_AN_ACCOUNT else given
    return OutgoingMessage(
        _texts(wording)[question].format(given=shown), _force(wording, question, private=private)
    )


def again(question: OutgoingMessage, remarks: Sequence[str]) -> OutgoingMessage:
    """Repeat the question below remarks, after an unusable reply; it stays the last line."""
    return OutgoingMessage("\n".join([*remarks, question.html]), question.markup)


def ask_presser(
    wording: Wording, question: Question, person: User, given: str = ""
) -> OutgoingMessage:
    """Ask the user who pressed a button.

    The mention makes a selective prompt reach that user in a group.
    """
    text = _texts(wording)[question].format(given=profile_link(given) if given else "")
    return OutgoingMessage(f"{mention(person)}\n{text}", _force(wording, question, private=False))


def asked(text: str) -> Asked | None:
    """Recognise one of the bot's questions in any language; None when the text is none."""
    last_line = text.rpartition("\n")[2]
    for question, expression in _expressions():
        if found := expression.fullmatch(last_line):
            return Asked(question, found.groupdict().get("given") or "")
    return None


def _texts(wording: Wording) -> dict[Question, str]:
    gettext = wording.gettext
    return {
        Question.SCORE: gettext("Which account? Send me its handle."),
        Question.OWN: gettext("What is your handle? Send it to me, or that of anybody else."),
        Question.WHY: gettext("Which score should I explain? Send me the handle."),
        Question.HISTORY: gettext("Whose history would you like to see? Send me the handle."),
        Question.RECEIPT: gettext("Whose receipt would you like? Send me the handle."),
        Question.COMPARE: gettext("Who should I compare {given} with? Send me a handle."),
        Question.GOAL_OF: gettext("Which account should reach {given}? Send me its handle."),
        Question.GOAL: gettext("Which score do you wish for? Send me a number from 0 to 100."),
        Question.GOAL_FOR: gettext(
            "Which score do you wish for {given}? Send me a number from 0 to 100."
        ),
        Question.FOLLOW: gettext("Which account should this chat follow? Send me its handle."),
        Question.JOIN: gettext("Which handle is yours? Send it to me to join the board."),
        Question.MANY: gettext(
            "Which accounts would you like to compare? Send me two to ten handles."
        ),
        Question.CITY: gettext("Which town are you in, or near? Reply to this message."),
    }


def _force(wording: Wording, question: Question, *, private: bool) -> ForceReply:
    # selective: for the quoted or mentioned user; a private chat has neither
    placeholder = _PLACEHOLDERS.get(question) or wording.gettext("@handle")
    return ForceReply(selective=None if private else True, input_field_placeholder=placeholder)


@cache
def _expressions() -> list[tuple[Question, re.Pattern[str]]]:
    hole = r"@?(?P<given>[\\w.,@:-]{1,320})"
    return [
        (question, re.compile(re.sub(r"\\\{given\\\}", hole, re.escape(text))))
        for language in LANGUAGES
        for question, text in _texts(wording_for(language)).items()
    ]
