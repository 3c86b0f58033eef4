"""The contents of a digest: its entries, what they make together, and how it is stored."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from scoring.change import Change
from scoring.comparison import compare
from scoring.progress import Point
from scoring.reading.errors import (
    AccountError,
    AccountHidden,
    AccountSuspended,
    HandleNotFound,
)
from scoring.reading.reader import Reader
from services.digests.digest_entries import Entry, Sort, last_score, ordered
from services.digests.milestones import Kind, Milestone
from services.duels.duel_records import GroupWeek
from services.standings import Board
from services.visibility import Audience, Visible, shown
from storage.chats.tellings import Told
from storage.queues.schedules import Schedule


@dataclass(frozen=True, slots=True)
class DigestContents:
    """Everything that one digest says, largest move first.

    Attributes:
        number: the digest's number, for its buttons; 0 for one that was asked for.
        due_at: when it should have been sent, if it is late.
        board: the group's board, where it comes with the digest.
        schedule: the place's schedule, which the buttons change.
        at: when it was written; None for now.
        duels: what the group said in duels of the week; None where it judged none.
        past: scores of the account that moved most, oldest first, for its picture.
        members: the entries of the board's members, whose scores the board shows.
    """

    number: int
    entries: tuple[Entry, ...]
    due_at: datetime | None = None
    board: Board | None = None
    schedule: Schedule | None = None
    at: datetime | None = None
    duels: GroupWeek | None = None
    past: Sequence[Point] = ()
    members: tuple[Entry, ...] = ()

    @property
    def shown(self) -> frozenset[int]:
        """Return the numbers of the accounts whose scores the digest shows."""
        readings = [entry.reading for entry in self.entries]
        readings += [standing.reading for standing in (self.board.standings if self.board else ())]
        named = {self.duels.alone.account_id} if self.duels and self.duels.alone else set()
        return frozenset(reading.account_id for reading in readings if reading) | named

    @property
    def moved(self) -> float:
        """Return the points of the largest move."""
        return max((entry.moved for entry in self.entries), default=0.0)

    @property
    def mover(self) -> Entry | None:
        """Return the account that changed most, or None when none changed clearly."""
        changed = self.of(Sort.CHANGED)
        return changed[0] if changed and changed[0].moved else None

    @property
    def base(self) -> datetime | None:
        """Return the moment, by its day, from which most changes count; of as many, the latest.

        An account that is followed later than the others does not name the time of all.
        """
        moments = [entry.change.before.facts.as_of for entry in self.entries if entry.change]
        days = Counter(moment.date() for moment in moments)
        return max(moments, key=lambda moment: (days[moment.date()], moment), default=None)

    @property
    def told(self) -> dict[int, Told]:
        """Return what the digest newly tells, by the account's number."""
        return {
            entry.reading.account_id: Told(
                entry.reading.score.facts.as_of,
                entry.change.before.facts.as_of if entry.change else None,
            )
            for entry in (*self.members, *self.entries)
            if entry.reading and not entry.known
        }

    @property
    def board_has_news(self) -> bool:
        """Return whether a member of the board is new, changed, gone or has another place."""
        steady = all(entry.sort is Sort.STEADY for entry in self.members)
        rows = self.board.rows("growth") if self.board else []
        return not steady or any(row.won for row in rows) or bool(overtakings(self.members))

    def of(self, sort: Sort) -> list[Entry]:
        """Return the entries of one sort."""
        return [entry for entry in self.entries if entry.sort is sort]


def overtakings(entries: Sequence[Entry]) -> list[tuple[Visible, Visible]]:
    """Return who passed whom: pairs of the account ahead now and the one ahead before.

    Both differences are beyond a tie, so that chance overtakes no account.
    """
    known = {entry.reading.account_id: entry for entry in entries if entry.reading}
    return passed([(e.reading, e.change) for e in known.values() if e.reading and e.change])


def passed(moved: Sequence[tuple[Visible, Change]]) -> list[tuple[Visible, Visible]]:
    """Return who passed whom by their changes: the one ahead now, and the one ahead before."""
    pairs = []
    for (one, first), (other, second) in combinations(moved, 2):
        if one.network != other.network:
            continue  # scores of two networks are not compared
        before, after = compare(first.before, second.before), compare(first.after, second.after)
        if before.tie or after.tie:
            continue
        was, now = first.before.score > second.before.score, first.after.score > second.after.score
        if was is not now:
            pairs.append((one, other) if now else (other, one))
    return pairs


def contents(digest: DigestContents, now: datetime) -> dict[str, Any]:
    """Return a digest as JSON: handles and moments suffice, since readings never change."""
    entries = [
        {
            "handle": entry.asked,
            "as_of": _moment(entry.reading.score.facts.as_of) if entry.reading else None,
            "since": _moment(entry.change.before.facts.as_of) if entry.change else None,
            "problem": type(entry.problem).__name__,
            "known": entry.known,
            "last": _moment(entry.last.as_of) if entry.last else None,
            "milestones": [[each.kind.value, each.number] for each in entry.milestones],
        }
        for entry in digest.entries
    ]
    due_at = _moment(digest.due_at) if digest.due_at else None
    return {"at": _moment(now), "due_at": due_at, "entries": entries}


async def recall(
    reader: Reader, number: int, contents: dict[str, Any], audience: Audience
) -> DigestContents:
    """Rebuild a stored digest as it was, without what has been hidden since."""

    async def entry(row: dict[str, Any]) -> Entry:
        handle, problem = row["handle"], _PROBLEMS.get(row["problem"])
        if row["as_of"] is None:
            known, last = bool(row.get("known")), None
            if moment := row.get("last"):
                gone = await reader.recall(handle, datetime.fromisoformat(moment))
                last = last_score(gone, audience)
            return Entry(handle, None, None, problem(handle) if problem else None, known, last)
        reading = await reader.recall(handle, datetime.fromisoformat(row["as_of"]))
        if reading is None:
            return Entry(handle, None)
        try:
            visible = shown(reading, audience, handle)
        except AccountHidden as hidden:
            return Entry(handle, None, None, hidden)
        known, marks = bool(row.get("known")), _milestones(row.get("milestones", []))
        if row["since"] is None:
            return Entry(handle, visible, known=known)
        since = datetime.fromisoformat(row["since"])
        change = await reader.change(visible, since)
        return Entry(handle, visible, change, known=known, milestones=marks)

    entries = ordered(await asyncio.gather(*map(entry, contents["entries"])))
    due_at = datetime.fromisoformat(contents["due_at"]) if contents["due_at"] else None
    return DigestContents(number, entries, due_at, at=datetime.fromisoformat(contents["at"]))


def _milestones(rows: Sequence[Sequence[Any]]) -> tuple[Milestone, ...]:
    """Return stored milestones, without kinds that another version knows."""
    kinds = {kind.value for kind in Kind}
    return tuple(Milestone(Kind(kind), number) for kind, number in rows if kind in kinds)


_PROBLEMS: dict[str, type[AccountError]] = {
    error.__name__: error for error in (AccountHidden, AccountSuspended, HandleNotFound)
}


def _moment(moment: datetime) -> str:
    return moment.isoformat()
