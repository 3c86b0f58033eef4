"""A score and a wished one, in words."""

from handlers.views import Reply
from handlers.views.scores import headline
from handlers.wording import Wording
from scoring.goal import BULK, Goal, Lever
from scoring.reader import Reading


def goal(reading: Reading, told: Goal, wording: Wording) -> Reply:
    """How far, what would move it, what shortcuts bring, and what the number is not."""
    gettext = wording.gettext
    wanted = wording.count("{n}", "{n}", told.wanted)
    lines = [f"{headline(reading)} → {wanted}", _distance(told, wanted, wording)]
    if told.distance > 0:
        lines += ["", gettext("<b>What would get there, each on its own</b>")]
        lines += [_lever(lever, wording) for lever in told.levers]
    lines += [
        "",
        gettext("<b>What shortcuts would bring</b>"),
        gettext("{n} more followers who never react: {points}").format(
            n=wording.count("{n}", "{n}", BULK), points=wording.signed(told.silent_followers)
        ),
        gettext("ten times the posts with the same reactions: {points}").format(
            points=wording.signed(told.louder)
        ),
    ]
    caution = gettext(
        "The score does not know whether influence is deserved, kind or useful, and a threshold"
        " means something else with every formula. It must not be used to judge a candidate: X’s"
        " terms forbid it, and so does the margin."
    )
    return Reply("\n".join(lines) + f"\n\n<blockquote>{caution}</blockquote>")


def which_goal(wording: Wording) -> Reply:
    """The command names no goal."""
    text = wording.gettext(
        "Which score do you wish for? For instance <code>/goal 35</code>, or"
        " <code>/goal @{handle} 35</code>."
    )
    return Reply(text.format(handle="handle"))


def _distance(told: Goal, wanted: str, wording: Wording) -> str:
    gettext = wording.gettext
    if told.within_margin:
        text = gettext(
            "That is within the margin of error: this account cannot be told from one at {wanted}."
        )
        return text.format(wanted=wanted)
    if told.distance < 0:
        return gettext("{points} points above it, which is more than the margin of error.").format(
            points=wording.points(-told.distance)
        )
    return gettext("{points} points to go.").format(points=wording.points(told.distance))


def _lever(lever: Lever, wording: Wording) -> str:
    names = {
        "followers": wording.gettext("followers who see it"),
        "lists": wording.gettext("lists that others put it on"),
        "reactions": wording.gettext("reactions to each post"),
        "mentions": wording.gettext("mentions a week"),
    }
    now = wording.count("{n}", "{n}", round(lever.now, 1))
    if lever.needed is None:
        text = wording.gettext("• {what}: {now}; not even a thousand times as many would do")
        return text.format(what=names[lever.name], now=now)
    needed = wording.count("{n}", "{n}", _rough(lever.needed))
    text = wording.gettext("• {what}: {now} → about {needed}")
    return text.format(what=names[lever.name], now=now, needed=needed)


def _rough(value: float) -> float:
    """Two significant digits: more would promise what nobody can."""
    return float(f"{value:.2g}")
