"""A score and a wished one, in words."""

from telegram import InlineKeyboardMarkup

from handlers.views import Reply
from handlers.views.buttons import Action, button
from handlers.views.scores import headline
from handlers.wording import Wording
from scoring.goal import Goal, Lever
from scoring.reading import Reading


def goal(reading: Reading, told: Goal, wording: Wording, *, ask_whose: bool = False) -> Reply:
    """How far, what would move it, what shortcuts bring, and what the number is not.

    Args:
        ask_whose: offer to remember that the handle is the person's own.
    """
    gettext = wording.gettext
    wanted = wording.count("{n}", "{n}", told.wanted)
    lines = [f"{headline(reading)} → {wanted}", _distance(told, wanted, wording)]
    if told.distance > 0:
        lines += ["", gettext("<b>What would move it, each on its own</b>")]
        lines += [_lever(lever, wording) for lever in told.levers]
    lines += ["", gettext("<b>What shortcuts would bring</b>"), *_shortcuts(told, wording)]
    caution = gettext(
        "The score does not know whether influence is deserved, kind or useful, and a threshold"
        " means something else with every formula. It must not be used to judge a candidate: X’s"
        " terms forbid it, and so does the margin."
    )
    mine = button(gettext("That’s me"), Action.LINK, reading.handle)
    return Reply(
        "\n".join(lines) + f"\n\n<blockquote>{caution}</blockquote>",
        InlineKeyboardMarkup([[mine]]) if ask_whose else None,
    )


def which_goal(wording: Wording) -> Reply:
    """The command names no goal that can be."""
    text = wording.gettext(
        "A goal is one number from 0 to 100. For instance <code>/goal 35</code>, or"
        " <code>/goal @handle 35</code>."
    )
    return Reply(text)


def _distance(told: Goal, wanted: str, wording: Wording) -> str:
    gettext = wording.gettext
    if told.within_margin:
        text = gettext(
            "That is within the margin of error: this account cannot be told from one at {wanted}."
        )
    elif told.distance < 0:
        text = gettext("Reached: {points} points above, which is more than the margin of error.")
    else:
        text = gettext("{points} points to go, which is more than the margin of error.")
    return text.format(wanted=wanted, points=wording.points(abs(told.distance)))


def _lever(lever: Lever, wording: Wording) -> str:
    """How much of one thing is needed, and what twice as much of it brings."""
    gettext = wording.gettext
    names = {
        "followers": gettext("followers"),
        "lists": gettext("lists that others put it on"),
        "reactions": gettext("reactions to each post"),
        "mentions": gettext("mentions a week"),
    }
    if lever.needed is None:
        text = gettext("• {what}: {now}, not enough alone")
    else:
        text = gettext("• {what}: {now} → about {needed}")
    line = text.format(
        what=names[lever.name],
        now=wording.count("{n}", "{n}", round(lever.now, 1)),
        needed=wording.count("{n}", "{n}", _rough(lever.needed or 0)),
    )
    if not lever.now:  # twice nothing is nothing
        return line
    twice = gettext("twice as many: {points}").format(points=wording.signed(lever.doubled))
    return f"{line} ({twice})"


def _shortcuts(told: Goal, wording: Wording) -> list[str]:
    """What silent followers and more posts bring."""
    silent = wording.count(
        "{n} more follower who never reacts",
        "{n} more followers who never react",
        told.silent_lot,
    )
    louder = wording.gettext("ten times the posts with the same reactions")
    bring = [(silent, told.silent_followers)] if told.silent_lot else []
    return [
        wording.gettext("• {what}: {points}").format(what=what, points=wording.signed(points))
        for what, points in [*bring, (louder, told.louder)]
    ]


def _rough(value: float) -> float:
    """Two significant digits: more would promise what nobody can."""
    return float(f"{value:.2g}")
