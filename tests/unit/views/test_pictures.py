"""Pictures: their size, their words, and that no name can break or leave its place."""

import asyncio
import gc
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from multiprocessing import active_children
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.drawing import DrawingProcess
from locales import LANGUAGES
from scoring.comparison import compare
from scoring.facts import Facts, Recent
from scoring.peers.remarkable import Remarkable
from scoring.progress import Move
from scoring.ranking import rank
from scoring.score import MOST_POINTS, Score, score
from views.markup import one_line
from views.pictures import (
    Board,
    Contender,
    Contest,
    History,
    Past,
    Picture,
    Place,
    ScoreCard,
    Sheet,
    Theme,
    draw,
    fonts,
    layout,
)
from views.pictures.comparison_chart import ties
from views.pictures.fonts import Weight, font
from views.pictures.history_chart import moves
from views.pictures.sheet import MARGIN, PALETTES, RIGHT, WIDTH
from views.pictures.text_outlines import NEUTRAL, SMALLEST, fit, line
from views.wording import wording_for

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)
THEMES: tuple[Theme, ...] = ("light", "dark")
WEIGHTS: tuple[Weight, ...] = ("Regular", "SemiBold", "Bold")
SHAPES = {"svg", "rect", "path", "polyline", "polygon", "circle"}
LONG_HANDLE = "W" * 15
NAMES = [
    "NASA",
    "",
    "W" * 50,
    "<b>&]]><!--",
    "\u202eoverride\u2067",
    "سارة (Paris) كونور ✨ 123",
    "東京タワー観光協会公式アカウント" * 3,
    "👩\u200d👩\u200d👧\u200d👦👍🏽❤\ufe0f🇫🇷" * 8,
    "NUL\x00 and \x1b[31m",
    "\ud800 a lone surrogate",
    "e" + "\u0301" * 300,
    "\u200b\u200d\ufeff",
    "𝓕𝓪𝓷𝓬𝔂 Ｗｉｄｅ ㍿",
    "ᚠᚢᚦ \U000e0001 \U0001f6dd 𓀀",
]


STRIP = (*get_args(Move) * 6, "up", "up")


def facts(recent: Recent | None, followers: int = 2500) -> Facts:
    return Facts(
        handle="nasa",
        network="x",
        followers=followers,
        following=200,
        listed=followers // 31,
        posts=5000,
        created_at=datetime(2012, 1, 1, tzinfo=UTC),
        as_of=NOW,
        recent=recent,
    )


WEEKS_READ = Recent(56.0, 80, 960, 160, 240, 32, 480, 56.0)


def scored(followers: int, recent: Recent | None = WEEKS_READ) -> Score:
    return score(facts(recent, followers))


def past(weeks: int, *, level: float = 50, margin: float = 3.2, gap: int = 0) -> tuple[Past, ...]:
    """Weekly scores; `gap` weeks are missing in the middle, after which the formula is new."""
    return tuple(
        Past(
            NOW - WEEK * ago,
            level + ago % 3,
            margin,
            "2026.1" if ago > weeks // 2 else "2026.2",
            (level * 0.75, level * 0.05, level * 0.2 + ago % 3),
        )
        for ago in range(weeks - 1, -1, -1)
        if not weeks // 2 <= ago < weeks // 2 + gap
    )


def contest(scores: Sequence[Score], name: str = "NASA", handle: str = "nasa") -> Contest:
    ranked = rank({str(number): each for number, each in enumerate(scores)})
    return Contest(tuple(Contender(p.place, handle, name, p.score) for p in ranked), NOW)


def pictures(name: str = "NASA", handle: str = "nasa") -> dict[str, Picture]:
    deep = score(facts(Recent(7.0, 10, 120, 20, 30, 4, 60, 7.0)))
    some = range(1, 6)
    return {
        "card": ScoreCard(handle, name, deep, past(8), Remarkable("mentions", 40.0)),
        "first card": ScoreCard(handle, name, score(facts(None)), past(1)),
        "history": History(handle, name, past(60, gap=5), STRIP),
        "short history": History(handle, name, past(9, level=1, gap=2)),
        "silenced history": History(handle, name, silenced()),
        "first reading": History(handle, name, past(1, level=97, margin=21)),
        "comparison": contest([*(scored(10**n) for n in some), scored(100, None)], name, handle),
        "board": Board(
            name, "growth", tuple(Place(f"{n}.", handle, name, 3.1 - n, n - 1) for n in some), NOW
        ),
        "board of one": Board(name, "growth", (Place("1.", handle, name, 0.0),), NOW),
        "board of scores": Board(
            name,
            "score",
            tuple(Place(f"{n}.", handle, name, deep.score, 0, deep) for n in some),
            NOW,
        ),
        "long board": Board(
            name,
            "score",
            tuple(
                Place(f"{n}.", handle, name, 99.5 - n, 88, scored(2500, None)) for n in range(1, 15)
            ),
            NOW,
        ),
        "long comparison": contest([scored(2500 + n, None) for n in range(10)], name, handle),
    }


def silenced() -> tuple[Past, ...]:
    """Two parts become nothing; their names must still not lie on each other."""
    return (
        Past(NOW - WEEK, 40, 3.2, "2026.2", (25.0, 5.0, 10.0)),
        Past(NOW, 1, 3.2, "2026.2", (1.0, 0.0, 0.0)),
    )


KINDS = list(pictures())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
def test_a_picture_is_a_small_png_and_the_same_each_time(
    kind: str, language: str, theme: Theme
) -> None:
    picture, wording = pictures()[kind], wording_for(language)
    png = draw(picture, wording, theme)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (WIDTH, layout(picture, wording, theme).height)
    assert len(png) < 100_000
    assert draw(picture, wording, theme) == png


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_no_name_breaks_a_picture_or_leaves_its_place(kind: str, language: str, name: str) -> None:
    sheet = layout(pictures(name, LONG_HANDLE)[kind], wording_for(language), "dark")
    for element in ET.fromstring(sheet.svg()).iter():  # noqa: S314 - our own
        assert element.tag.partition("}")[2] in SHAPES
        assert not (element.text or "").strip()
    check_places(sheet)


def check_places(sheet: Sheet) -> None:
    for box in sheet.boxes:
        assert box.size >= SMALLEST, box
        assert box.left >= 0, box
        assert box.right <= WIDTH, box
        assert box.top >= 0, box
        assert box.bottom <= sheet.height, box
    for one, other in combinations(sheet.boxes, 2):
        apart = (
            one.right <= other.left
            or other.right <= one.left
            or one.bottom <= other.top
            or other.bottom <= one.top
        )
        assert apart, (one, other)


@pytest.mark.parametrize("name", [NAMES[2], NAMES[6], NAMES[7]], ids=ascii)
@pytest.mark.parametrize("kind", KINDS)
def test_the_heaviest_names_stay_below_100_kb(kind: str, name: str) -> None:
    assert len(draw(pictures(name, "WQ8W88WM8WB8QGS")[kind], wording_for("fr"), "light")) < 100_000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_handle_and_our_own_words_are_never_cut(kind: str, language: str) -> None:
    sheet = layout(pictures(handle=LONG_HANDLE)[kind], wording_for(language), "light")
    assert sheet.boxes
    for box in sheet.boxes:
        whole = [line(box.text, weight).width * box.size for weight in WEIGHTS]
        assert min(abs(width - (box.right - box.left)) for width in whole) < 0.01, box


def words(picture: Picture) -> set[str]:
    return {box.text for box in layout(picture, wording_for("en"), "light").boxes}


def elements(picture: Picture, tag: str) -> list[dict[str, str]]:
    """The attributes of all shapes of one kind, in the light theme."""
    svg = layout(picture, wording_for("en"), "light").svg()
    return [
        each.attrib
        for each in ET.fromstring(svg)  # noqa: S314 - our own
        if each.tag.partition("}")[2] == tag
    ]


PART_FILLS = ("#0072b2", "#d55e00", "#009e73")


def strips(picture: Picture) -> dict[str, list[tuple[float, float]]]:
    """Where the bars of each part begin and end, from the top down."""
    found: dict[str, list[tuple[float, float]]] = {fill: [] for fill in PART_FILLS}
    for bar in elements(picture, "rect"):
        if bar["fill"] in found:
            x = float(bar.get("x", 0))
            found[bar["fill"]].append((x, x + float(bar["width"])))
    return found


@pytest.mark.parametrize("recent", [WEEKS_READ, None])
@pytest.mark.parametrize("followers", [300, 2500, 45_000, 10**8])
def test_the_parts_of_a_card_are_laid_end_to_end_up_to_the_score(
    followers: int, recent: Recent | None
) -> None:
    whole = scored(followers, recent)
    bars = strips(ScoreCard("nasa", "", whole))
    at = float(MARGIN)
    for fill, points in zip(PART_FILLS, whole.in_parts, strict=True):
        begin, end = bars[fill][0]
        assert begin == pytest.approx(at, abs=0.02)
        at += points / MOST_POINTS * (RIGHT - MARGIN)
        assert end == pytest.approx(at, abs=2.02)  # a gap parts it from the next
    assert at == pytest.approx(MARGIN + whole.score / MOST_POINTS * (RIGHT - MARGIN), abs=0.01)


def test_a_provisional_score_looks_provisional_and_says_so() -> None:
    guessed, read = (ScoreCard("nasa", "", scored(2500, recent)) for recent in (None, WEEKS_READ))
    said = {"provisional", "estimated from similar profiles"}
    assert said <= words(guessed)
    assert not said & words(read)
    assert any(text.startswith("similar profiles: ") for text in words(read))
    assert not any(text.startswith("similar profiles: ") for text in words(guessed))
    hatched = [[e for e in elements(card, "path") if "stroke" in e] for card in (guessed, read)]
    assert [len(each) for each in hatched] == [5, 0]  # two parts twice, and the key


def test_one_provisional_account_of_several_is_marked() -> None:
    read, guessed = scored(45_000), scored(2500, None)
    board = Board("", "score", (Place("1.", "a", "", guessed.score, 0, guessed),), NOW)
    for picture in (contest([read, guessed]), board):
        assert "estimated from similar profiles" in words(picture)
    assert "estimated from similar profiles" not in words(contest([read, read]))


@given(st.lists(st.integers(0, 200), min_size=2, max_size=10))
def test_brackets_join_exactly_the_accounts_that_are_too_close_to_call(sizes: list[int]) -> None:
    rows = contest([scored(round(100 * 1.05**size)) for size in sizes]).contenders
    runs = ties(rows)
    for one, other in combinations(range(len(rows)), 2):
        joined = any(first <= one and other <= last for first, last in runs)
        assert joined == compare(rows[one].score, rows[other].score).tie


def test_brackets_may_overlap_and_never_leave_the_sheet() -> None:
    picture = contest([scored(round(1000 * 1.25**n)) for n in range(10)])
    assert len(ties(picture.contenders)) > 3
    assert "too close to call" in words(picture)
    for line_ in elements(picture, "polyline"):
        assert all(float(point.split(",")[0]) >= 2 for point in line_["points"].split())


def test_a_history_has_areas_for_what_was_read_and_none_between() -> None:
    chart = History("nasa", "", past(9, gap=2))
    polygons = elements(chart, "polygon")
    assert [each["fill"] for each in polygons[:3]] == list(PART_FILLS)
    areas = [{float(point.split(",")[0]) for point in each["points"].split()} for each in polygons]
    begin, end = min(min(area) for area in areas), max(max(area) for area in areas)
    before, after = (NOW - WEEK * 6, NOW - WEEK * 3)  # the last before the gap, the first after it
    span = NOW - chart.past[0].moment
    gap = [begin + (at - chart.past[0].moment) / span * (end - begin) for at in (before, after)]
    assert len(areas) == 8  # three parts and a margin, twice
    for area in areas:
        assert max(area) <= gap[0] + 0.02 or min(area) >= gap[1] - 0.02
    assert {"not read", "another formula", "2026.2"} <= words(chart)


def test_a_history_names_the_parts_and_what_moved_them() -> None:
    chart = History("nasa", "", silenced())
    assert {"community", "activity", "reactions"} <= words(chart)
    assert {"−24.0", "−5.0", "−10.0", "−39.0 since 24 Nov"} <= words(chart)


def test_another_formula_moves_nothing() -> None:
    old = Past(NOW - WEEK, 40, 3, "2026.1", (39.0, 0.5, 0.5))
    new = Past(NOW, 41, 3, "2026.2", (30.0, 4.0, 7.0))
    assert moves([old, new]) is None
    assert moves([old, new, replace(new, parts=(31.0, 3.0, 7.0))]) == (1.0, -1.0, 0.0)


def test_a_score_of_unknown_parts_is_a_line() -> None:
    chart = History("nasa", "", tuple(replace(each, parts=None) for each in past(3)))
    assert not {"community", "activity"} & words(chart)
    (margin, *_) = elements(chart, "polygon")
    assert margin["fill"] == PALETTES["light"].band


def shown(text: str) -> str:
    """The paths of a text: what is drawn, without where."""
    return "".join(path for *_, path in line(text, "Regular").shapes)


def missing(text: str) -> set[str]:
    """The outlines of missing glyphs that a text is drawn with."""
    files = [file.name for file in Path(fonts.__file__).with_name("fonts").glob("*.[ot]tf")]
    notdefs = {next(font(file).layers(0))[1] for file in files}
    assert len(notdefs - {""}) > 3
    return {outline for outline in notdefs if outline and outline in shown(text)}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_no_name_has_a_missing_glyph(name: str) -> None:
    assert missing(one_line(name)) == set()


@given(st.text())
def test_any_text_is_drawn_without_a_missing_glyph(text: str) -> None:
    clean = one_line(text)
    assert missing(clean) == set()
    drawn, size = fit(clean, "Regular", 36, 300)
    assert drawn.width * size <= 300.001
    assert size >= SMALLEST


def test_what_no_font_has_is_a_neutral_sign() -> None:
    assert shown("ᚠ") == shown(NEUTRAL)
    assert shown("𝓐") == shown("A")
    assert shown("\u200b\u200d") == ""
    assert shown("e" + "\u0301" * 300) == shown("é\u0301\u0301\u0301")


@pytest.mark.parametrize(
    ("text", "from_left_to_right"),
    [
        ("abc שלום", ["abc ", "שלום"]),
        ("שלום abc", ["abc", " ", "שלום"]),
        ("שלום 12 abc", ["abc", " ", "12", " ", "שלום"]),
    ],
)
def test_right_to_left_stretches_take_their_places(
    text: str, from_left_to_right: list[str]
) -> None:
    together = line(text, "Regular")
    parts = [line(part, "Regular") for part in from_left_to_right]
    assert together.width == pytest.approx(sum(part.width for part in parts), abs=0.02)
    drawn = [path for *_, path in together.shapes]
    hebrew = next(path for *_, path in line("שלום", "Regular").shapes)
    first = from_left_to_right[0] == "שלום"
    assert (drawn[0] == hebrew) == first
    assert hebrew in drawn


def test_a_family_a_flag_and_a_skin_tone_are_one_emoji_each() -> None:
    rocket = line("🚀", "Regular").width
    for emoji in ("👩\u200d👩\u200d👧\u200d👦", "🇫🇷", "👍🏽", "5\ufe0f\u20e3", "❤\ufe0f"):
        assert line(emoji, "Regular").width == rocket


@pytest.mark.parametrize("theme", THEMES)
def test_text_stands_out_from_the_paper(theme: Theme) -> None:
    colours = PALETTES[theme]
    assert contrast(colours.ink, colours.paper) >= 7
    assert contrast(colours.muted, colours.paper) >= 4.5
    for colour in (colours.community, colours.activity, colours.reactions):
        assert contrast(colour, colours.paper) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG 2: from 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


async def test_pictures_are_drawn_by_a_process_of_their_own() -> None:
    picture = pictures("سارة ✨")["card"]
    drawing = DrawingProcess()
    try:
        drawn = await asyncio.gather(*(drawing.draw(picture, "fr", theme) for theme in THEMES))
    finally:
        drawing.close()
    assert drawn == [draw(picture, wording_for("fr"), theme) for theme in THEMES]


async def test_a_killed_process_is_replaced() -> None:
    picture = pictures()["first card"]
    drawing = DrawingProcess()
    try:
        first = await drawing.draw(picture, "en", "light")
        (child,) = active_children()
        child.kill()
        child.join()
        with pytest.raises(BrokenProcessPool):
            await drawing.draw(picture, "en", "light")
        assert await drawing.draw(picture, "en", "light") == first
    finally:
        drawing.close()


@pytest.mark.parametrize("how", ["closed", "patience"])
async def test_a_stuck_process_is_ended_and_replaced(how: str) -> None:
    picture, complaints = pictures()["first card"], []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))
    drawing = DrawingProcess(patience=60)
    try:
        first = await drawing.draw(picture, "en", "light")
        (child,) = active_children()
        os.kill(child.pid or 0, signal.SIGSTOP)
        if how == "closed":
            waiting = asyncio.create_task(drawing.draw(picture, "en", "light"))
            await asyncio.sleep(0)
            drawing.close()
            with pytest.raises(BrokenProcessPool):
                await waiting
        else:
            drawing._patience = 0.1
            queue = [drawing.draw(picture, "en", theme) for theme in (*THEMES, *THEMES)]
            for end in await asyncio.gather(*queue, return_exceptions=True):
                assert isinstance(end, TimeoutError | BrokenProcessPool)
        async with asyncio.timeout(10):
            while Path(f"/proc/{child.pid}/cmdline").exists():  # noqa: ASYNC110, ASYNC240
                await asyncio.sleep(0.01)
        drawing._patience = 60
        assert await drawing.draw(picture, "en", "light") == first
    finally:
        drawing.close()
    gc.collect()
    assert complaints == []  # whoever left a picture behind has no more to do with it


def test_an_exit_waits_for_no_picture() -> None:
    """What is being drawn when the bot ends is nobody's any more."""
    program = "from tests.unit.views.test_pictures import leave; leave()"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[3], timeout=60, check=False
    )
    assert done.returncode == 0


def leave() -> None:
    """Draw, with a process that never ends; close, and exit."""

    async def begin() -> None:
        drawing = DrawingProcess()
        drawn = asyncio.create_task(drawing.draw(pictures()["first card"], "en", "light"))
        await asyncio.sleep(0)
        (child,) = active_children()
        os.kill(child.pid or 0, signal.SIGSTOP)
        drawing.close()
        await asyncio.gather(drawn, return_exceptions=True)

    asyncio.run(begin())
