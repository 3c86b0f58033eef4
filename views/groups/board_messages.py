"""A group's board: who grew, who is ahead, and what happened since last week."""

from collections.abc import Sequence
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from scoring.formulas import CURRENT
from scoring.peers.board_places import LEVEL, Apart
from services.standings import Board, Order, Row, Standing
from views import OutgoingMessage
from views.buttons import Action, button
from views.markup import foreign, profile_link, quoted
from views.problems import sentence
from views.scores.score_card import headline
from views.wording import Wording

STREAK: Final = 2
"""The weeks of growth in a row from which a streak is mentioned."""

_WEEKLY: Final = 10
"""How many lines of the board a digest shows."""

_MOST_PASSED: Final = 3
"""How many overtakings are told."""

_WHOLE: Final = 2.0
"""A ratio below this is told with a decimal."""


def board(told: Board, wording: Wording, *, by_score: bool = False) -> OutgoingMessage:
    """Return the board: a line for each member, by growth over eight weeks or by score."""
    gettext, language = wording.gettext, wording.language
    if not told.standings:
        return empty(wording)
    order: Order = "score" if by_score else "growth"
    if by_score:
        other = button(gettext("By growth"), Action.BOARD, "growth", language=language)
    else:
        other = button(gettext("By score"), Action.BOARD, "score", language=language)
    picture = button(gettext("Picture"), Action.STANDINGS, order)
    lines = [*_lines(told, order, wording), *news(told, order, wording)]
    markup = InlineKeyboardMarkup([[other, picture], [_join(wording)]])
    return OutgoingMessage("\n".join(lines), markup)


def weekly(told: Board, wording: Wording) -> str:
    """Return the week's result and the board's first lines, for the group's digest."""
    lines = _lines(told, "growth", wording, most=_WEEKLY)
    result = [best] if (best := best_week(told, wording)) else []
    return "\n".join([lines[0], *result, *lines[1:], *news(told, "growth", wording)])


def greeting(told: Board, wording: Wording) -> str:
    """Return the board's first lines for a greeting, or how to be the first on it."""
    if not told.standings:
        return empty(wording).html
    return "\n".join(_lines(told, "growth", wording, most=_WEEKLY))


def best_week(told: Board, wording: Wording) -> str:
    """Say whose week was the best, or that it is too close to call; "" where nothing compares."""
    gettext = wording.gettext
    known = [(each.gained, each) for each in told.standings if each.gained is not None]
    if len(known) < 2:  # noqa: PLR2004 - a contest has two
        return ""
    known.sort(key=lambda item: -item[0])
    most = known[0][0]
    if all(abs(points) < LEVEL for points, _ in known):
        return gettext("No member of the board moved by a whole point this week.")
    if most < LEVEL:
        return gettext("No member of the board rose by a whole point this week.")
    first = [who(each) for points, each in known if most - points < LEVEL]
    if len(first) > 1:
        text = gettext("The best week is too close to call: {names}.")
        return text.format(names=wording.listed(first))
    text = gettext("The best week: {name}, {points}.")
    return text.format(name=first[0], points=wording.signed(most))


def news(told: Board, order: Order, wording: Wording) -> list[str]:
    """Say who passed whom since last week, and one kind fact for each tie."""
    passed = [
        wording.gettext("{one} passed {other}").format(one=who(one), other=who(other))
        for one, other in told.overtaken(order)[:_MOST_PASSED]
    ]
    since = wording.gettext("Since last week: {news}.")
    lines = [since.format(news=", ".join(passed))] if passed else []
    return lines + [_apart(fact, told, wording) for fact in told.ties(order)]


def who(standing: Standing) -> str:
    """Return what a member is called in a sentence: the first name, else the handle."""
    handle = standing.reading.handle if standing.reading else standing.handle
    return foreign(standing.person) or profile_link(handle)


def empty(wording: Wording) -> OutgoingMessage:
    """Say that the board has no members."""
    text = wording.gettext(
        "Nobody is on this group’s board yet. <code>/join @handle</code> puts you on it, with"
        " your own handle; /leave takes you off again."
    )
    return OutgoingMessage(text, InlineKeyboardMarkup([[_join(wording)]]))


def closed(wording: Wording) -> OutgoingMessage:
    """Say that the administrators turned the board off."""
    return OutgoingMessage(
        wording.gettext("This group’s administrators have switched the board off.")
    )


def only_in_groups(wording: Wording) -> OutgoingMessage:
    """Say that boards exist only in groups."""
    text = wording.gettext(
        "Boards are for groups: add me to one, and everyone there can <code>/join @handle</code>."
    )
    return OutgoingMessage(text)


def off_question(members: int, wording: Wording) -> OutgoingMessage:
    """Ask an administrator whether the board shall be switched off."""
    text = wording.count(
        "Switch the board off? {n} person is on it; a day later I erase that.",
        "Switch the board off? {n} people are on it; a day later I erase that.",
        members,
    )
    yes = button(wording.gettext("Switch it off"), Action.BOARD_OFF, "off")
    no = button(wording.gettext("Keep it"), Action.BOARD_OFF, "keep")
    return OutgoingMessage(text, InlineKeyboardMarkup([[yes, no]]))


def switched_off(wording: Wording) -> OutgoingMessage:
    """Confirm that the board is off, and offer to undo it."""
    text = wording.gettext(
        "The board is off. For a day it can be undone; then I erase who was on it."
    )
    undo = button(wording.gettext("Undo"), Action.BOARD_OFF, "undo")
    return OutgoingMessage(text, InlineKeyboardMarkup([[undo]]))


def stays(wording: Wording) -> OutgoingMessage:
    """Confirm that the board was not switched off."""
    return OutgoingMessage(wording.gettext("The board stays on."))


def switched_on(members: int, wording: Wording, *, is_weekly: bool) -> OutgoingMessage:
    """Confirm that the board is on, and when it comes."""
    gettext = wording.gettext
    if is_weekly:
        return OutgoingMessage(gettext("The board comes once a week, with this group’s digest."))
    on = gettext("The board is on, and comes when somebody asks with /board.")
    if not members:
        return OutgoingMessage(on)
    people = wording.count("{n} person is on it.", "{n} people are on it.", members)
    return OutgoingMessage(f"{on} {people}")


def choices(words: Sequence[str], wording: Wording) -> OutgoingMessage:
    """Say which words behind `/board` were not understood."""
    text = wording.gettext(
        "I did not understand {words}. /board alone shows the board, <code>/board score</code>"
        " orders it by score; administrators may write <code>/board weekly</code>,"
        " <code>/board on</code>, <code>/board off</code> or <code>/board remove @handle</code>."
    )
    return OutgoingMessage(text.format(words=quoted([" ".join(words)])))


def _lines(told: Board, order: Order, wording: Wording, *, most: int | None = None) -> list[str]:
    """Return the title, a line for each member, and what the lines need to be understood."""
    gettext = wording.gettext
    if order == "score":
        title = gettext("<b>The board, by score</b>")
    else:
        title = gettext("<b>The board</b>: each against the average of their own last eight weeks")
    rows = told.rows(order)
    lines = [title, *(_line(row, order, wording) for row in rows[:most])]
    if most and len(rows) > most:
        lines.append(wording.count("and {n} more", "and {n} more", len(rows) - most))
    lines += [_missing_line(each, wording) for each in told.missing]
    if any(row.shared for row in rows):
        lines.append(gettext("= is too close to call."))
    if order == "growth" and any(row.standing.progress.restarted for row in rows):
        anew = gettext("Growth counts from formula {formula} on: a new formula is no growth.")
        lines.append(anew.format(formula=CURRENT.name))
    return lines


def _line(row: Row, order: Order, wording: Wording) -> str:
    """Return a line of three entities, since Telegram drops those after a message's hundredth."""
    standing, gettext = row.standing, wording.gettext
    reading, progress = standing.reading, standing.progress
    assert reading is not None  # noqa: S101 - rows have readings
    name = foreign(standing.person)
    pieces = [_moved(row.won)]
    if order == "growth":
        anew = gettext("counts anew") if progress.restarted else gettext("new")
        pieces.append(anew if progress.growth is None else wording.signed(progress.growth))
    pieces.append(", ".join(filter(None, (name, headline(reading, wording)))))
    words = []
    if reading.score.provisional and order == "score":
        words.append(gettext("provisional"))
    if progress.record:
        words.append(gettext("never higher"))
    if progress.streak >= STREAK:
        words.append(
            wording.count("{n} week up in a row", "{n} weeks up in a row", progress.streak)
        )
    if not standing.proved:
        words.append(gettext("not proved"))
    pieces.append(", ".join(words))
    return f"{place(row)} {' · '.join(filter(None, pieces))}"


def place(row: Row) -> str:
    """Format a place: "1.", or "=1." where it is shared."""
    return f"{'=' if row.shared else ''}{row.place}."


def _moved(won: int | None) -> str:
    """Format places won or lost: "▲2", "▼1"; "" for none."""
    if not won:
        return ""
    return f"{'▲' if won > 0 else '▼'}{abs(won)}"


def _apart(fact: Apart, told: Board, wording: Wording) -> str:
    gettext = wording.gettext
    texts = {
        "reactions": gettext("{one}’s posts draw {n} times the reactions of {other}’s."),
        "mentions": gettext("{one} is mentioned {n} times as often as {other}."),
        "posts": gettext("{one} posts {n} times as often as {other}."),
        "followers": gettext("{one} has {n} times the followers of {other}."),
    }
    times = fact.times if fact.times < _WHOLE else round(fact.times)
    return texts[fact.trait].format(
        one=who(told.by_handle[fact.ahead]),
        other=who(told.by_handle[fact.behind]),
        n=wording.count("{n}", "{n}", times),
    )


def _missing_line(standing: Standing, wording: Wording) -> str:
    if standing.problem is not None:
        return f"– {sentence(standing.problem, wording)}"
    return f"– {profile_link(standing.handle)}"


def _join(wording: Wording) -> InlineKeyboardButton:
    return button(wording.gettext("Join"), Action.JOIN)
