"""A goal as a message: the distance from a score to a wished one."""

from typing import Final

from telegram import InlineKeyboardMarkup

from scoring.goal import Goal, Lever
from services.visibility import Visible
from views import OutgoingMessage
from views.buttons import Action, button, follow_button
from views.scores.change_lines import rounded
from views.scores.score_card import headline
from views.wording import Wording

_WEEK: Final = 7


def goal(
    reading: Visible,
    told: Goal,
    wording: Wording,
    *,
    ask_whose: bool = False,
    followed: bool = False,
) -> OutgoingMessage:
    """Return the distance, what costs points, what would move the score, and caveats.

    Args:
        ask_whose: offer to remember that the handle is the user's own.
        followed: whether the chat follows the account.
    """
    gettext = wording.gettext
    wanted = wording.count("{n}", "{n}", told.wanted)
    lines = [f"{headline(reading, wording)} → {wanted}", _distance(told, wanted, wording)]
    if told.unheard:
        costs = wording.for_points(
            "What costs points now: posting a lot while hardly anybody reacts takes {points} point"
            " off the community.",
            "What costs points now: posting a lot while hardly anybody reacts takes {points} points"
            " off the community.",
            told.unheard,
        )
        lines.append(costs.format(points=wording.points(told.unheard)))
    if told.distance > 0:
        lines += ["", gettext("<b>What each part could bring</b>")]
        lines += _parts(told, wording)
        if levers := [_lever(lever, told, wording) for lever in told.levers if _helps(lever)]:
            lines += ["", gettext("<b>What would move it, each on its own</b>"), *levers]
        lines += ["", _no_way_there(told, wording)]
    caution = gettext("A score must not be used to judge a candidate: /method says why.")
    handle = reading.handle
    wish = f"{handle}/t{told.wanted:.0f}"
    rows = [
        [
            button(gettext("Why?"), Action.MORE, handle),
            follow_button(handle, wording, followed=followed),
        ]
    ]
    if told.distance > 0 and told.wanted == round(told.wanted):
        rows.append([button(gettext("Tell me when"), Action.TELL, wish)])
    if ask_whose:
        rows.append([button(gettext("That’s me"), Action.LINK, handle)])
    return OutgoingMessage(
        "\n".join(lines) + f"\n<blockquote>{caution}</blockquote>", InlineKeyboardMarkup(rows)
    )


def which_goal(wording: Wording) -> OutgoingMessage:
    """Say that the command names no possible goal."""
    text = wording.gettext(
        "A goal is one number from 0 to 100. For instance <code>/goal 35</code>, or"
        " <code>/goal @handle 35</code>."
    )
    return OutgoingMessage(text)


def _distance(told: Goal, wanted: str, wording: Wording) -> str:
    """Say on which side of the wish the score is, as far as its margin can tell."""
    if told.side == "near":
        text = wording.gettext(
            "That is within its margin: the score cannot say on which side of {wanted} it is."
        )
    elif told.side == "above":
        text = wording.for_points(
            "Reached: {points} point above, which is more than its margin.",
            "Reached: {points} points above, which is more than its margin.",
            told.distance,
        )
    else:
        text = wording.for_points(
            "{points} point to go, which is more than its margin.",
            "{points} points to go, which is more than its margin.",
            told.distance,
        )
    return text.format(wanted=wanted, points=wording.points(abs(told.distance)))


def _parts(told: Goal, wording: Wording) -> list[str]:
    """Say what each part could bring; of what was not read it is a guess, and is not said."""
    gettext, recent = wording.gettext, told.score.facts.recent
    names = {"community": gettext("community, with twice the followers and lists")}
    if told.score.facts.listed is None:
        names["community"] = gettext("community, with twice the followers")
    if recent is not None and recent.posts:
        names["activity"] = gettext("activity, with twice the posts that draw as much each")
        names["reactions"] = (
            gettext("reactions, with twice the reactions")
            if recent.mentions is None
            else gettext("reactions, with twice the reactions and mentions")
        )
    text = gettext("• {what}: {points}")
    return [
        text.format(what=what, points=wording.signed(told.parts[part]))
        for part, what in names.items()
    ]


def _helps(lever: Lever) -> bool:
    """Whether more of it alone is advice: followers are none, once there is one."""
    return lever.name != "followers" or not lever.now


def _lever(lever: Lever, told: Goal, wording: Wording) -> str:
    """Say how much of one thing is needed, and what twice as much of it brings."""
    gettext, recent = wording.gettext, told.score.facts.recent
    names = {
        "followers": gettext("followers"),
        "lists": gettext("lists that others put it on"),
        "reactions": gettext("reactions to each post"),
        "mentions": gettext("mentions a week"),
    }
    now, needed = lever.now, lever.needed
    if lever.name == "mentions" and recent is not None:
        weeks = (recent.mention_days or recent.days or _WEEK) / _WEEK
        now, needed = now / weeks, None if needed is None else needed / weeks
    if needed is None:
        text = gettext("• {what}: {now}, not enough alone")
    else:
        text = gettext("• {what}: {now} → about {needed}")
    line = text.format(
        what=names[lever.name],
        now=wording.count("{n}", "{n}", rounded(now)),
        needed=wording.count("{n}", "{n}", _rough(needed or 0, now)),
    )
    if not lever.now:  # doubling zero changes nothing
        return line
    twice = gettext("twice as many: {points}").format(points=wording.signed(lever.doubled))
    return f"{line} ({twice})"


def _no_way_there(told: Goal, wording: Wording) -> str:
    """Say that followers who never react and posts that draw nothing are no way there."""
    louder = (
        wording.gettext(
            "What does not lead there: ten times the posts with the same reactions would bring"
            " {points}."
        ).format(points=wording.signed(told.louder))
        if told.louder < 0
        else wording.gettext(
            "What does not lead there: ten times the posts with the same reactions bring nothing."
        )
    )
    if told.score.facts.network != "x":
        return louder
    heard = wording.gettext("Followers count as far as others mention the account.")
    return f"{louder} {heard}"


def _rough(needed: float, now: float) -> float:
    """Round to two significant digits (more would promise too much), up if it hides the need."""
    rough = float(f"{needed:.2g}")
    return needed if rough <= now < needed else rough
