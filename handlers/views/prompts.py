"""Questions that wait for a reply, and how a reply finds its question again.

A question is recognised by its own text, its last line, so that a restart forgets none and a
reply does what the command was for. Each text has at most one hole, for what is known already.
"""

import re
from enum import Enum, auto
from functools import cache
from typing import Final, NamedTuple

from telegram import ForceReply, User

from handlers.views import Reply
from handlers.views.markup import foreign, profile_link
from handlers.wording import Wording, wording_for
from locales import LANGUAGES


class Question(Enum):
    """What a reply is wanted for."""

    SCORE = auto()
    WHY = auto()
    HISTORY = auto()
    RECEIPT = auto()
    COMPARE = auto()
    """The other of two handles; `given` is the one."""
    GOAL_OF = auto()
    """Whose goal it is; `given` is the number."""
    GOAL = auto()
    """One's own goal, a number."""
    GOAL_FOR = auto()
    """A number; `given` is the handle."""
    FOLLOW = auto()
    JOIN = auto()
    MANY = auto()
    """Two to ten accounts."""
    CITY = auto()
    """A place whose clocks show the reader's time."""


class Asked(NamedTuple):
    """A question of ours, as it was asked."""

    question: Question
    given: str


_OF_AN_ACCOUNT: Final = {Question.COMPARE, Question.GOAL_FOR}
"""Those whose `given` is a handle."""

_PLACEHOLDERS: Final = {Question.GOAL: "35", Question.GOAL_FOR: "35", Question.CITY: "Paris"}


def ask(wording: Wording, question: Question, given: str = "", *, private: bool) -> Reply:
    """Ask whoever wrote the message that this replies to.

    Args:
        given: what the command said already: a handle without `@`, or a number.
        private: in a group the question is for that one person.
    """
    shown = profile_link(given) if question in _OF_AN_ACCOUNT else given
    return Reply(
        _texts(wording)[question].format(given=shown), _force(wording, question, private=private)
    )


def whom(question: Reply, wording: Wording) -> Reply:
    """The question, to somebody who wrote words of which none is clearly a handle."""
    text = wording.gettext("Whom do you mean? Please write handles with an @.")
    return Reply(f"{text}\n{question.html}", question.markup)


def ask_presser(wording: Wording, question: Question, person: User, given: str = "") -> Reply:
    """Ask whoever pressed a button.

    The mention is what makes a selective prompt reach them in a group.
    """
    who = f'<a href="tg://user?id={person.id}">{foreign(person.first_name)}</a>'
    text = _texts(wording)[question].format(given=profile_link(given) if given else "")
    return Reply(f"{who}\n{text}", _force(wording, question, private=False))


def asked(text: str) -> Asked | None:
    """Recognise a question of ours in any language; None when it is none."""
    last_line = text.rpartition("\n")[2]
    for question, expression in _expressions():
        if found := expression.fullmatch(last_line):
            return Asked(question, found.groupdict().get("given") or "")
    return None


def _texts(wording: Wording) -> dict[Question, str]:
    gettext = wording.gettext
    return {
        Question.SCORE: gettext("Which account on X? Send me its handle."),
        Question.WHY: gettext("Whose score shall I explain? Send me the handle."),
        Question.HISTORY: gettext("Whose history would you like to see? Send me the handle."),
        Question.RECEIPT: gettext("Whose receipt would you like? Send me the handle."),
        Question.COMPARE: gettext("Compare {given} with whom? Send me a handle."),
        Question.GOAL_OF: gettext("Which account should reach {given}? Send me its handle."),
        Question.GOAL: gettext("Which score do you wish for? Send me a number from 0 to 100."),
        Question.GOAL_FOR: gettext(
            "Which score do you wish for {given}? Send me a number from 0 to 100."
        ),
        Question.FOLLOW: gettext("Whom on X shall this chat follow? Send me a handle."),
        Question.JOIN: gettext("Which handle on X is yours? Send it to me to join the board."),
        Question.MANY: gettext("Whom shall I compare? Send me two to ten handles."),
        Question.CITY: gettext("Which large city shares your time? Reply to this message."),
    }


def _force(wording: Wording, question: Question, *, private: bool) -> ForceReply:
    # selective: for whoever is quoted or mentioned, and in private nobody is
    placeholder = _PLACEHOLDERS.get(question) or wording.gettext("@handle")
    return ForceReply(selective=None if private else True, input_field_placeholder=placeholder)


@cache
def _expressions() -> list[tuple[Question, re.Pattern[str]]]:
    hole = r"@?(?P<given>[\\w.,]{1,15})"
    return [
        (question, re.compile(re.sub(r"\\\{given\\\}", hole, re.escape(text))))
        for language in LANGUAGES
        for question, text in _texts(wording_for(language)).items()
    ]
