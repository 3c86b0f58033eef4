"""The blocks of a digest: who changed, who did not, who is new or gone, what is said once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from scoring.reading.errors import AccountError, SourceError
from scoring.reading.handles import key
from scoring.score import whole
from services.digests.digest_contents import DigestContents, overtakings
from services.digests.digest_entries import Entry, Sort
from services.digests.milestones import Kind, Milestone
from views.markup import profile_link
from views.problems import sentence
from views.scores.change_lines import difference, ends, told
from views.scores.score_card import headline, named
from views.wording import Wording

_STALE: Final = timedelta(hours=24)


def changed(entry: Entry, wording: Wording, *, briefly: bool = False) -> str:
    """Return what became of an account that changed: its score, the change, what it brought."""
    reading, change = entry.reading, entry.change
    assert reading is not None  # noqa: S101 - an entry that changed has both
    assert change is not None  # noqa: S101
    if briefly:
        text = wording.gettext("{handle}: {ends} ({difference}).")
        return text.format(
            handle=profile_link(reading.handle),
            ends=ends(change, wording),
            difference=difference(change, wording),
        )
    lines = [headline(reading, wording), *told(change, wording), *_renamed(entry, wording)]
    marks = [_milestone(mark, entry, wording) for mark in entry.milestones]
    return "\n".join([*lines, " ".join(marks)] if marks else lines)


def overtaken(entries: Sequence[Entry], wording: Wording) -> list[str]:
    """Say who passed whom."""
    text = wording.gettext("{one} overtook {other}.")
    return [
        text.format(one=named(ahead), other=named(behind)) for ahead, behind in overtakings(entries)
    ]


def left_out(entries: Sequence[Entry], wording: Wording) -> list[str]:
    """Say how many accounts changed that a short digest does not name."""
    if not entries:
        return []
    return [
        wording.count("{n} more account changed.", "{n} more accounts changed.", len(entries)),
    ]


def steady(entries: Sequence[Entry], now: datetime, most: int, wording: Wording) -> list[str]:
    """Return one line for all who did not change beyond chance, and one for all told already.

    Those that were not read afresh are in neither: `not_afresh` names them.
    """
    fresh = [entry for entry in entries if not _stale(entry, now)]
    lines = [
        (wording.gettext("No clear change: {handles}."), False),
        (wording.gettext("Nothing new since you were last told: {handles}."), True),
    ]
    told_of = [
        (text, _some([_score(entry) for entry in fresh if entry.known is known], most, wording))
        for text, known in lines
    ]
    return [text.format(handles=names) for text, names in told_of if names]


def milestone_lines(entries: Sequence[Entry], wording: Wording) -> list[str]:
    """Say what is said once of accounts whose score did not change, with their names."""
    lines = []
    for entry in entries:
        assert entry.reading is not None  # noqa: S101 - an entry without change has a reading
        lines += _renamed(entry, wording)
        said = [_milestone(mark, entry, wording) for mark in entry.milestones]
        if said:
            lines.append(f"{profile_link(entry.reading.handle)} · {' '.join(said)}")
    return lines


def new(entries: Sequence[Entry], most: int, wording: Wording) -> list[str]:
    """Return one line for all that the place is told of for the first time."""
    names = _some([_score(entry) for entry in entries], most, wording)
    return [wording.gettext("New here: {handles}.").format(handles=names)] if names else []


def gone(entries: Sequence[Entry], most: int, wording: Wording) -> list[str]:
    """Say once why accounts have no score any more, with their last one; then name them."""
    lines = []
    for entry in entries:
        if entry.known or not isinstance(entry.problem, AccountError):
            continue
        line = sentence(entry.problem, wording)
        if entry.last is not None:
            text = wording.gettext("{reason} Its last score: {points}, on {day}.")
            points, day = whole(entry.last.score), wording.day(entry.last.as_of)
            line = text.format(reason=line, points=points, day=day)
        lines.append(line)
    known = _some([profile_link(entry.asked) for entry in entries if entry.known], most, wording)
    if known:
        lines.append(wording.gettext("Still without a score: {handles}.").format(handles=known))
    return lines


def not_afresh(told: DigestContents, now: datetime, most: int, wording: Wording) -> list[str]:
    """Name the accounts whose figures are old, with the day of the oldest.

    Those that no other line names come with their scores.
    """
    old = [entry for entry in told.entries if _stale(entry, now)]
    lines = []
    if old:
        text = wording.gettext("Not read afresh: {handles}. The figures are of {day} or later.")
        names = _some([_briefly(entry) for entry in old], most, wording)
        days = [entry.reading.score.facts.as_of for entry in old if entry.reading]
        lines.append(text.format(handles=names, day=wording.day(min(days))))
    unknown = [profile_link(entry.asked) for entry in told.of(Sort.UNKNOWN)]
    if unknown:
        text = wording.gettext("I have not been able to read these yet: {handles}.")
        lines.append(text.format(handles=", ".join(unknown)))
    return lines


def troubles(told: DigestContents, wording: Wording) -> list[str]:
    """Say once what kept a network from being read."""
    problems = [entry.problem for entry in told.entries]
    return list(
        dict.fromkeys(
            sentence(problem, wording) for problem in problems if isinstance(problem, SourceError)
        )
    )


def _stale(entry: Entry, now: datetime) -> bool:
    return entry.reading is not None and now - entry.reading.score.facts.as_of > _STALE


def _briefly(entry: Entry) -> str:
    assert entry.reading is not None  # noqa: S101 - the caller chose entries with a reading
    return _score(entry) if entry.sort is Sort.STEADY else profile_link(entry.reading.handle)


def _score(entry: Entry) -> str:
    """Return a handle with its score, and the one that was told where it reads otherwise."""
    assert entry.reading is not None  # noqa: S101 - the caller chose entries with a reading
    link, now = profile_link(entry.reading.handle), whole(entry.reading.score.score)
    before = whole(entry.change.before.score) if entry.change else now
    return f"{link} {now}" if before == now else f"{link} {before} → {now}"


def _some(names: Sequence[str], most: int, wording: Wording) -> str:
    """Join the first names, and say how many there are besides."""
    shown, more = ", ".join(names[:most]), len(names) - most
    if more <= 0:
        return shown
    text = wording.ngettext("{handles} and {n} more", "{handles} and {n} more", more)
    return text.format(handles=shown, n=more)


def _renamed(entry: Entry, wording: Wording) -> list[str]:
    """Say that an account has a new handle since the place was told."""
    if entry.reading is None or entry.change is None:
        return []
    old, new_handle = entry.change.before.facts.handle, entry.reading.handle
    if key(old) == key(new_handle):
        return []
    text = wording.gettext("{old} goes by {new} now.")
    return [text.format(old=profile_link(old), new=profile_link(new_handle))]


def _milestone(mark: Milestone, entry: Entry, wording: Wording) -> str:
    """Say what a milestone is."""
    assert entry.reading is not None  # noqa: S101 - a milestone comes with a reading
    gettext, count = wording.gettext, wording.count
    number = count("{n}", "{n}", mark.number)
    left = mark.number - entry.reading.score.score
    near = wording.for_points(
        "{score} now: {points} point to your {number}.",
        "{score} now: {points} points to your {number}.",
        left,
    )
    texts = {
        Kind.HIGHEST: gettext("Its highest score so far."),
        Kind.STREAK: count("Up {n} week in a row.", "Up {n} weeks in a row.", mark.number),
        Kind.FOLLOWERS: count("It passed {n} follower.", "It passed {n} followers.", mark.number),
        Kind.LISTED: gettext("It is on its first list."),
        Kind.SILENT: count("No post for {n} week.", "No post for {n} weeks.", mark.number),
        Kind.RETURNED: gettext("It posts again, after four weeks or more."),
        Kind.PROTECTED: gettext("The posts are protected now: only the profile counts."),
        Kind.ABOVE: gettext("Now above {number}, by more than its margin."),
        Kind.BELOW: gettext("Now below {number}, by more than its margin."),
        Kind.NEAR: near,
    }
    points, score = wording.points(max(0.0, left)), wording.points(entry.reading.score.score)
    return texts[mark.kind].format(number=number, points=points, score=score)
