"""Pictures with text alternatives, for people who cannot see a picture or did not get it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, SwitchInlineQueryChosenChat

from scoring.peers.remarkable import remarkable
from scoring.peers.usual import Usual
from scoring.progress import WEEKS, Move, Point, by_week, progress, week_end, weekly_moves
from scoring.ranking import rank
from scoring.reading.account import Reading
from scoring.reading.handles import Request
from scoring.score import Score
from scoring.yardstick import typical
from services.digests.digest_contents import DigestContents
from services.standings import Board, Order, Row
from services.visibility import Visible
from views.buttons import Action, button, follow_button
from views.groups import board_messages
from views.markup import foreign, profile_link
from views.pictures import Board as BoardPicture
from views.pictures import Contender, Contest, History, Past, Picture, Place, ScoreCard
from views.pictures.history_chart import moves, of_one_formula
from views.pictures.part_bars import names
from views.pictures.sheet import Theme
from views.scores import comparison_messages, score_card, score_messages
from views.scores.remarkable_words import remark
from views.wording import Wording

STRIP_WEEKS: Final = 26
"""The weeks of the strip below a history."""

_OTHER: Final[dict[Theme, Theme]] = {"light": "dark", "dark": "light"}


@dataclass(frozen=True, slots=True)
class Illustration:
    """A picture with its text alternative.

    Attributes:
        html: everything that the picture shows, and further facts.
        line: one line of HTML, its caption in groups and where it is shared.
        action, argument: what a button carries to show this picture again.
        handle: the account's, without `@`; "" for several accounts.
        followed: whether the chat follows that account already.
        turns: further buttons that show another picture in its place.
    """

    picture: Picture
    html: str
    line: str
    action: Action
    argument: str
    handle: str = ""
    followed: bool = False
    turns: tuple[InlineKeyboardButton, ...] = ()

    def keyboard(
        self, wording: Wording, theme: Theme | None, *, share: str
    ) -> InlineKeyboardMarkup | None:
        """Return the buttons under the picture.

        Args:
            theme: the picture's theme; None when the text stands alone.
            share: the inline query by which the picture is shared; "" where it cannot be.
        """
        gettext, language, handle = wording.gettext, wording.language, self.handle
        about: list[InlineKeyboardButton] = []
        around = list(self.turns)
        if handle:
            about.append(button(gettext("Compare"), Action.COMPARE, handle))
            about.append(follow_button(handle, wording, followed=self.followed))
        if share:
            chosen = SwitchInlineQueryChosenChat(
                query=share, allow_user_chats=True, allow_group_chats=True
            )
            around.append(
                InlineKeyboardButton(gettext("Share"), switch_inline_query_chosen_chat=chosen)
            )
        if theme:
            text = gettext("Dark") if theme == "light" else gettext("Light")
            carried = f"{self.argument}/{_OTHER[theme]}"
            around.append(button(text, self.action, carried, language=language))
        rows = [row for row in (about, around) if row]
        return InlineKeyboardMarkup(rows) if rows else None


def card(
    reading: Visible,
    points: Sequence[Point],
    usual: Usual,
    now: datetime,
    wording: Wording,
    *,
    followed: bool,
) -> Illustration:
    """Return one account's score card; the line of its last weeks is of one formula.

    Args:
        points: the earlier scores, oldest first.
        usual: what accounts with as many followers draw.
        followed: whether the chat follows the account.
    """
    score, gettext = reading.score, wording.gettext
    weeks = [point for point in _weeks(reading, points, now) if point]
    past = _past([point for point in weeks if point.formula == score.formula])
    weekly = progress(_with_now(reading, points), week_end(score.facts.as_of))
    fact = remarkable(score, weekly, usual)
    numbers = [f"{wording.points(score.score)} {wording.margin(score.margin)}"]
    if len(past) > 1:
        since = gettext("since {day}").format(day=wording.short_day(past[0].moment))
        numbers.append(f"{wording.signed(past[-1].score - past[0].score)} {since}")
    if score.provisional:
        numbers.append(gettext("provisional"))
    numbers.append(gettext("formula {formula}").format(formula=score.formula))
    said = remark(fact, wording)
    return Illustration(
        ScoreCard(reading.handle, reading.name, score, past, fact),
        "\n".join(
            [
                score_card.card(reading, now, wording),
                *_usual(score, wording),
                *_moved(past, wording),
                f"{said}.",
                " · ".join(numbers),
            ]
        ),
        f"{score_card.headline(reading, wording)} · {said}",
        Action.CARD,
        reading.handle,
        reading.handle,
        followed,
    )


def week(told: DigestContents) -> ScoreCard | None:
    """Return the card of the account that moved most in a digest; None when none moved.

    It tells of the change that the digest tells.
    """
    mover = told.mover
    if mover is None or mover.reading is None or mover.change is None:
        return None
    reading, score = mover.reading, mover.reading.score
    weeks = [point for point in _weeks(reading, told.past, score.facts.as_of) if point]
    past = _past([point for point in weeks if point.formula == score.formula])
    before = mover.change.before
    point = Past(before.facts.as_of, before.score, before.margin, before.formula, before.in_parts)
    base = point if before.formula == score.formula else None
    return ScoreCard(reading.handle, reading.name, score, past, base=base)


def history(
    reading: Visible,
    points: Sequence[Point],
    now: datetime,
    wording: Wording,
    moved: str = "",
    *,
    followed: bool,
) -> Illustration:
    """Return an account's history chart; other formulas and gaps are marked.

    Args:
        points: the earlier scores, oldest first, of `STRIP_WEEKS` weeks.
        moved: how far the score moved since the chat was told; "" to say nothing of it.
        followed: whether the chat follows the account.
    """
    everything = _with_now(reading, points)
    end = week_end(now)
    lately = [point for point in points if end - point.as_of <= timedelta(weeks=WEEKS + 1)]
    weeks = _weeks(reading, lately, now)
    first = min((point.as_of for point in weeks if point), default=now)
    past = _past([point for point in _with_now(reading, lately) if point.as_of >= first])
    strip = tuple(weekly_moves(everything, end, STRIP_WEEKS))
    name = foreign(reading.name)
    headline = score_card.headline(reading, wording)
    weeks_said = wording.gettext("the last eight weeks")
    lines = [
        headline,
        *filter(None, [moved, name]),
        wording.gettext("<b>The last eight weeks</b>"),
        *_week_lines(weeks, wording),
        *_moved(past, wording),
        _strip(strip, wording),
    ]
    if sum(point is not None for point in weeks) == 1:
        lines.append(wording.gettext("The first reading: its history begins here."))
    return Illustration(
        History(reading.handle, reading.name, past, strip),
        "\n".join(lines),
        f"{headline} · {weeks_said}",
        Action.HISTORY,
        reading.handle,
        reading.handle,
        followed,
    )


def contest(
    request: Request, answers: Sequence[score_messages.Answer], wording: Wording
) -> Illustration | None:
    """Return a comparison chart; None when fewer than two accounts can be compared.

    Args:
        answers: the result for each of `request.handles`, in that order.
    """
    readings = {each.handle: each for each in answers if isinstance(each, Reading)}
    if len(readings) < comparison_messages.LEAST:
        return None
    contenders = tuple(
        Contender(placed.place, placed.name, readings[placed.name].name, placed.score)
        for placed in rank({name: reading.score for name, reading in readings.items()})
    )
    html = comparison_messages.comparison(request, answers, wording).html
    line = " · ".join(
        f"{each.place}. <b>{profile_link(each.handle)}</b> {wording.points(each.score.score)}"
        for each in contenders
    )
    picture = Contest(contenders, _newest(readings.values()))
    return Illustration(picture, html, line, Action.CONTEST, "")


def standings(told: Board, title: str, wording: Wording, *, by_score: bool) -> Illustration | None:
    """Return a group's board chart; None when no member has a score.

    Args:
        title: the group's title.
    """
    order: Order = "score" if by_score else "growth"
    rows = told.rows(order)
    if not rows:
        return None
    moment = _newest(row.standing.reading for row in rows if row.standing.reading)
    line = foreign(title) or wording.gettext("The board")
    best = board_messages.best_week(told, wording)
    other: Order = "growth" if by_score else "score"
    turned = wording.gettext("By growth") if by_score else wording.gettext("By score")
    return Illustration(
        BoardPicture(title, order, tuple(_place(row, order) for row in rows), moment),
        board_messages.board(told, wording, by_score=by_score).html,
        f"{line} · {best}" if best else line,
        Action.STANDINGS,
        order,
        turns=(button(turned, Action.STANDINGS, f"{other}/light", language=wording.language),),
    )


def _place(row: Row, order: Order) -> Place:
    reading, progress = row.standing.reading, row.standing.progress
    assert reading is not None  # noqa: S101 - rows have readings
    name = row.standing.person or reading.name
    streak = progress.streak if progress.streak >= board_messages.STREAK else 0
    score = reading.score if order == "score" else None
    points = progress.growth if score is None else score.score
    place, won = board_messages.place(row), row.won or 0
    return Place(place, reading.handle, name, points, streak, score, won)


def _newest(readings: Iterable[Visible]) -> datetime:
    return max(reading.score.facts.as_of for reading in readings)


def _with_now(reading: Visible, points: Sequence[Point]) -> list[Point]:
    """Return the past up to the reading, whose formula may differ from the stored points'."""
    score = reading.score
    if points and points[-1].formula == score.formula:
        return list(points)
    now = Point(score.facts.as_of, score.score, score.margin, score.formula, score.in_parts)
    return [*points, now]


def _weeks(reading: Visible, points: Sequence[Point], now: datetime) -> list[Point | None]:
    """Return one point a calendar week, oldest first, from the first week that was read."""
    weeks = by_week(_with_now(reading, points), week_end(now))[::-1]
    while weeks and weeks[0] is None:
        del weeks[0]
    return weeks


def _usual(score: Score, wording: Wording) -> list[str]:
    """Say the parts that are usual for similar profiles; nothing where they are the score's own."""
    if score.provisional:
        return []
    text = wording.gettext("Usual for similar profiles: {parts}.")
    return [text.format(parts=_listed(map(wording.points, typical(score)), wording))]


def _moved(past: Sequence[Past], wording: Wording) -> list[str]:
    """Say what each part gained or lost since the first score by the newest formula."""
    moved = moves(past)
    if moved is None:
        return []
    text = wording.gettext("Since {day}: {parts}.")
    day = wording.short_day(of_one_formula(past)[0].moment)
    return [text.format(day=day, parts=_listed(map(wording.signed, moved), wording))]


def _strip(weeks: Sequence[Move], wording: Wording) -> str:
    """Count the weeks of each kind: "3 up, 2 down, 10 within a point, 11 not read"."""
    number = Counter(weeks)
    counts: dict[Move, str] = {
        "up": wording.count("{n} up", "{n} up", number["up"]),
        "down": wording.count("{n} down", "{n} down", number["down"]),
        "quiet": wording.count("{n} within a point", "{n} within a point", number["quiet"]),
        "unread": wording.count("{n} not read", "{n} not read", number["unread"]),
    }
    told = [said for kind, said in counts.items() if number[kind]]
    title = wording.count("Last {n} week:", "Last {n} weeks:", len(weeks))
    return f"{title} {', '.join(told)}."


def _listed(numbers: Iterable[str], wording: Wording) -> str:
    """Return one number for each part: "38.3 community, 3.8 activity, 9.8 reactions"."""
    return ", ".join(f"{n} {name}" for n, name in zip(numbers, names(wording), strict=True))


def _past(points: Sequence[Point]) -> tuple[Past, ...]:
    return tuple(Past(*point) for point in points)


def _week_lines(weeks: Sequence[Point | None], wording: Wording) -> list[str]:
    lines: list[str] = []
    before: Point | None = None
    missing = 0
    for point in weeks:
        if point is None:
            missing += 1
            continue
        if missing:
            lines.append(_not_read(missing, wording))
        lines.append(_week_line(point, before, wording))
        before, missing = point, 0
    return [*lines, _not_read(missing, wording)] if missing else lines


def _week_line(point: Point, before: Point | None, wording: Wording) -> str:
    numbers = f"<b>{wording.points(point.score)}</b> {wording.margin(point.margin)}"
    if point.parts:
        numbers += f" = {' + '.join(map(wording.points, point.parts))}"
    line = f"{wording.short_day(point.as_of)} · {numbers}"
    if before is None:
        return line
    if before.formula != point.formula:
        text = wording.gettext("from here by formula {formula}")
        return f"{line} · {text.format(formula=point.formula)}"
    return f"{line} · {wording.signed(point.score - before.score)}"


def _not_read(weeks: int, wording: Wording) -> str:
    return "… " + wording.count("not read for {n} week", "not read for {n} weeks", weeks)
