"""What a digest says of its time as a whole, and which line names which account."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scoring.change import change
from scoring.progress import Point, Progress
from scoring.reading.account import Reading
from scoring.reading.errors import HandleNotFound
from scoring.score import score
from services.digests.digest_contents import DigestContents
from services.digests.digest_entries import Entry, ordered
from services.digests.milestones import Kind, Milestone
from services.standings import Board, LastWeek, Standing
from services.visibility import Visible
from storage.accounts.board_members import BoardSettings
from tests.support.accounts import NOW
from tests.support.facts import facts
from tests.unit.scoring.test_change import WEEK
from views.following import digest_messages
from views.pictures import illustrations, layout
from views.pictures.stored_cards import card_json, card_of
from views.wording import wording_for

ENGLISH = wording_for("en")
TODAY = NOW + WEEK


def entry(number: int, gained: int, *, days: int = 7, age: int = 0) -> Entry:
    """An account whose followers grew since its place was told of it `days` ago."""
    as_of, handle = TODAY - timedelta(days=age), f"account{number}"
    before = score(facts(handle=handle, as_of=as_of - timedelta(days=days)))
    after = score(facts(handle=handle, followers=2_500 + gained, as_of=as_of))
    reading = Visible(Reading(number, handle, handle, protected=False, score=after))
    return Entry(handle, reading, change(before, after))


def known(number: int, *, age: int = 0) -> Entry:
    """An account whose present reading the place knows."""
    told = entry(number, 0, age=age)
    return Entry(told.asked, told.reading, known=True)


def digest(*entries: Entry) -> DigestContents:
    return DigestContents(0, ordered(entries))


def text(*entries: Entry) -> str:
    return digest_messages.digest(digest(*entries), TODAY, ENGLISH).html


def test_the_period_is_that_of_most_changes() -> None:
    usual = [entry(number, 9_000) for number in range(3)]
    for odd in (entry(4, 9_000, days=2), entry(4, 9_000, days=40)):
        assert digest(*usual, odd).base == NOW
    assert digest(usual[0], entry(4, 9_000, days=2)).base == TODAY - timedelta(days=2)
    assert digest(known(1)).base is None


def test_a_time_that_was_told_of_already_is_not_called_quiet() -> None:
    steady = [entry(number, 0) for number in range(3)]
    assert "A quiet week." in text(*steady)
    assert "quiet" not in text(*steady, known(4))
    gone = Entry("gone", None, None, HandleNotFound("gone"), known=True)
    assert "A quiet week." in text(*steady, gone)
    assert "A quiet week." in text(*steady, entry(5, 9_000))
    told = text(*steady, entry(5, 9_000), known(4))
    assert "quiet" not in told
    assert "account5</a> went up (" in told


def test_what_is_known_and_what_was_not_read_are_no_lack_of_change() -> None:
    lines = text(entry(1, 0), known(2), known(3, age=3), entry(4, 0, age=3)).split("\n")
    named = {
        line.split(":")[0]: [n for n in range(5) if f"account{n}<" in line]
        for line in lines
        if "account" in line
    }
    assert named == {
        "No clear change": [1],
        "Nothing new since you were last told": [2],
        "Not read afresh": [3, 4],
    }


def test_a_short_digest_says_how_many_changes_it_leaves_out() -> None:
    entries = [entry(number, 9_000 + 100 * number) for number in range(30)]
    short = digest_messages.captioned(digest(*entries), TODAY, ENGLISH)
    assert short
    shown = sum(f"account{number}</a>" in short.html for number in range(30))
    assert 0 < shown < 30
    assert f"{30 - shown} more accounts changed." in short.html
    assert "more account" not in text(*entries)


def test_a_picture_tells_the_change_that_its_caption_tells() -> None:
    mover = entry(1, 9_000)
    assert mover.change
    moments = [NOW - 6 * WEEK, NOW - 3 * WEEK, NOW, TODAY]
    scores = [20.0, 21.0, mover.change.before.score, mover.change.after.score]
    past = [Point(at, points, 2.0, "2026.2") for at, points in zip(moments, scores, strict=True)]
    card = illustrations.week(replace(digest(mover), past=past))
    assert card
    assert card_of(card_json(card)) == card
    assert [point.moment for point in card.history] == moments
    drawn = {box.text for box in layout(card, ENGLISH, "light").boxes}
    assert ENGLISH.signed(mover.change.difference) in drawn
    assert "since 18 Mar" in drawn


def test_what_is_left_to_a_goal_is_told_with_the_score_that_it_is_left_from() -> None:
    steady = entry(1, 0)
    assert steady.reading
    points = round(steady.reading.score.score + 0.2)
    near = replace(steady, milestones=(Milestone(Kind.NEAR, points),))
    score_now = ENGLISH.points(steady.reading.score.score)
    assert f"{score_now} now: " in text(near)
    assert f" to your {points}." in text(near)


def test_a_period_of_two_years_names_both() -> None:
    december, january = datetime(2026, 12, 25, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert ENGLISH.period(december, january) == "25 December 2026 – 1 January 2027"
    assert ENGLISH.period(january, january + WEEK) == "1 January – 8 January"


def test_a_board_on_which_places_changed_does_not_stand_as_it_did() -> None:
    members = entry(1, 0), entry(2, 0)

    def on_board(before: float, now: float) -> DigestContents:
        standings = tuple(
            Standing(each.asked, each.reading, Progress(growth, 0, record=False), last_week=week)
            for each, growth, week in (
                (members[0], 0.0, last_week(members[0], 0.0)),
                (members[1], now, last_week(members[1], before)),
            )
        )
        board = Board(standings, TODAY, BoardSettings(closed=False, weekly=True))
        return replace(digest(*members), board=board, members=members)

    assert on_board(-30.0, 30.0).board_has_news
    assert not on_board(30.0, 30.0).board_has_news


def last_week(of: Entry, growth: float) -> LastWeek:
    assert of.change
    return LastWeek(of.change.before, growth)
