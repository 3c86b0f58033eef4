"""A picture and, in words, all that it shows: for whoever cannot see it, or did not get it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, SwitchInlineQueryChosenChat

from delivery.groups import Board, Standing
from handlers.views import boards, comparisons, scores
from handlers.views.buttons import Action, button
from handlers.views.markup import foreign
from handlers.views.pictures import Board as BoardPicture
from handlers.views.pictures import Contender, Contest, History, Past, Picture, Place, ScoreCard
from handlers.views.pictures.sheet import Theme
from handlers.wording import Wording
from scoring.handles import Request
from scoring.progress import Point, by_week
from scoring.ranking import rank
from scoring.reading import Reading

_OTHER: Final[dict[Theme, Theme]] = {"light": "dark", "dark": "light"}


@dataclass(frozen=True, slots=True)
class Illustration:
    """A picture with its words.

    Attributes:
        html: everything that the picture says, and what else there is to know.
        action, argument: what a button has to carry to bring this up again.
        handle: whose it is, without `@`; "" when it is of several.
    """

    picture: Picture
    html: str
    action: Action
    argument: str
    handle: str = ""

    def keyboard(
        self, wording: Wording, theme: Theme | None, *, share: bool
    ) -> InlineKeyboardMarkup | None:
        """The buttons under it.

        Args:
            theme: of the picture above; None when the words stand alone.
            share: whether there is an inline mode by which it can be shared.
        """
        gettext, language, handle = wording.gettext, wording.language, self.handle
        about: list[InlineKeyboardButton] = []
        around: list[InlineKeyboardButton] = []
        if handle:
            about.append(button(gettext("Compare"), Action.COMPARE, handle))
            about.append(button(gettext("Follow"), Action.FOLLOW, handle))
        if handle and share:
            chosen = SwitchInlineQueryChosenChat(
                query=handle, allow_user_chats=True, allow_group_chats=True
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
    reading: Reading, points: Sequence[Point], now: datetime, wording: Wording
) -> Illustration:
    """One account's score; the line through its last weeks is of one formula.

    Args:
        points: what it scored before, oldest first.
    """
    score, gettext = reading.score, wording.gettext
    weeks = [point for point in _weeks(reading, points, now) if point]
    past = _past([point for point in weeks if point.formula == score.formula])
    numbers = [f"{wording.points(score.score)} ± {wording.points(score.margin)}"]
    if len(past) > 1:
        since = gettext("since {day}").format(day=wording.short_day(past[0].moment))
        numbers.append(f"{_moved(past[-1].score - past[0].score, wording)} {since}")
    numbers.append(gettext("formula {formula}").format(formula=score.formula))
    return Illustration(
        ScoreCard(reading.handle, reading.name, score, past),
        f"{scores.card(reading, now, wording)}\n{' · '.join(numbers)}",
        Action.CARD,
        reading.handle,
        reading.handle,
    )


def history(
    reading: Reading, points: Sequence[Point], now: datetime, wording: Wording
) -> Illustration:
    """One account's last weeks, with what they do not say: other formulas, and gaps.

    Args:
        points: what it scored before, oldest first.
    """
    weeks = _weeks(reading, points, now)
    name = foreign(reading.name)
    lines = [
        scores.headline(reading),
        *([name] if name else []),
        wording.gettext("<b>The last eight weeks</b>"),
        *_week_lines(weeks, wording),
    ]
    if sum(point is not None for point in weeks) == 1:
        lines.append(wording.gettext("The first reading: its history begins here."))
    return Illustration(
        History(reading.handle, reading.name, _past(_with_now(reading, points))),
        "\n".join(lines),
        Action.HISTORY,
        reading.handle,
        reading.handle,
    )


def contest(
    request: Request, answers: Sequence[scores.Answer], wording: Wording
) -> Illustration | None:
    """A comparison; None where fewer than two can be compared.

    Args:
        answers: what came of each of `request.handles`, in that order.
    """
    readings = {each.handle: each for each in answers if isinstance(each, Reading)}
    if len(readings) < comparisons.LEAST:
        return None
    contenders = tuple(
        Contender(
            placed.place,
            placed.name,
            readings[placed.name].name,
            placed.score.score,
            placed.score.margin,
        )
        for placed in rank({name: reading.score for name, reading in readings.items()})
    )
    html = comparisons.comparison(request, answers, wording).html
    return Illustration(Contest(contenders, _newest(readings.values())), html, Action.CONTEST, "")


def standings(told: Board, title: str, wording: Wording, *, by_score: bool) -> Illustration | None:
    """A group's board; None where nobody on it has a score.

    Args:
        title: the group's.
    """
    known = {each.reading.handle: each for each in told.standings if each.reading}
    if not known:
        return None
    if by_score:
        places = [
            _place(each.place, known[each.name], each.score.score) for each in told.by_score()
        ]
    else:
        places = [
            _place(place, each, each.progress.growth)
            for place, each in enumerate(known.values(), start=1)
        ]
    order = "score" if by_score else "growth"
    moment = _newest(each.reading for each in known.values() if each.reading)
    return Illustration(
        BoardPicture(title, "score" if by_score else "growth", tuple(places), moment),
        boards.board(told, wording, by_score=by_score).html,
        Action.STANDINGS,
        order,
    )


def _place(place: int, standing: Standing, points: float | None) -> Place:
    assert standing.reading is not None  # noqa: S101 - the caller chose those that have one
    streak = standing.progress.streak if standing.progress.streak >= boards.STREAK else 0
    return Place(place, standing.reading.handle, standing.reading.name, points, streak)


def _newest(readings: Iterable[Reading]) -> datetime:
    return max(reading.score.facts.as_of for reading in readings)


def _with_now(reading: Reading, points: Sequence[Point]) -> list[Point]:
    """The past up to what is shown now, which may be by another formula than was stored."""
    score = reading.score
    if points and points[-1].formula == score.formula:
        return list(points)
    return [*points, Point(score.facts.as_of, score.score, score.margin, score.formula)]


def _weeks(reading: Reading, points: Sequence[Point], now: datetime) -> list[Point | None]:
    """One point a week, oldest first, from the first week that was read."""
    weeks = by_week(_with_now(reading, points), now)[::-1]
    while weeks and weeks[0] is None:
        del weeks[0]
    return weeks


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
    numbers = f"<b>{wording.points(point.score)}</b> ± {wording.points(point.margin)}"
    line = f"{wording.short_day(point.as_of)} · {numbers}"
    if before is None:
        return line
    if before.formula != point.formula:
        text = wording.gettext("from here by formula {formula}")
        return f"{line} · {text.format(formula=point.formula)}"
    return f"{line} · {_moved(point.score - before.score, wording)}"


def _not_read(weeks: int, wording: Wording) -> str:
    return "… " + wording.count("not read for {n} week", "not read for {n} weeks", weeks)


def _moved(difference: float, wording: Wording) -> str:
    rounded = round(difference, 1)
    return wording.signed(rounded) if rounded else f"±{wording.points(0)}"
