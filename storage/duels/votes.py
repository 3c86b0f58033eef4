"""Votes: one a person and pair of accounts; a change of mind replaces the former one.

The key of a vote is the person and the pair, so that an update that is answered again after a
crash, or by another process, counts once (idempotency key). Votes that come while a transaction is
under way share the next one (group commit).
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Row, delete, func, or_, select, tuple_, update

from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.group_commit import GroupCommit
from storage.engine.schema import account, duel, vote
from storage.engine.transaction import Transaction

Choice = Literal["left", "right", "close"]

AN_HOUR: Final = 60
"""Votes that count of one person in an hour, changes of mind aside."""

_TOGETHER: Final = 50
"""Votes in one transaction."""


class Ballot(NamedTuple):
    """A vote that a person casts.

    Attributes:
        voter: as `storage.duels.voters.VoterKey` names the person.
        message_id: the message whose button was pressed.
        chat_id: the chat of that message.
    """

    duel_id: int
    voter: str
    choice: Choice
    message_id: int
    at: datetime
    chat_id: int


class Cast(Enum):
    """What became of a vote."""

    NEW = auto()
    CHANGED = auto()
    SAME = auto()
    LATE = auto()  # the duel is revealed
    ELSEWHERE = auto()  # the person judged this pair before, in another duel
    TOO_MANY = auto()  # the person cast `AN_HOUR` votes
    WITHDRAWN = auto()  # an account may not be shown any more
    UNKNOWN = auto()  # there is no such duel


class Tally(NamedTuple):
    """The votes of one duel."""

    left: int = 0
    right: int = 0
    close: int = 0

    @property
    def total(self) -> int:
        """The votes of every kind."""
        return self.left + self.right + self.close


class Votes:
    """Stores votes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together: GroupCommit[Ballot, Cast] = GroupCommit(self._cast, _TOGETHER)

    async def cast(self, ballot: Ballot) -> Cast:
        """Store a vote, if its duel is open; the vote that makes it enough closes the duel."""
        return await self._together(ballot)

    async def tally(self, duel_id: int) -> Tally:
        """Return the votes of a duel."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(vote.c.choice, func.count())
                .where(vote.c.duel_id == duel_id)
                .group_by(vote.c.choice)
            )
            return Tally(**{row[0]: row[1] for row in rows})

    async def _cast(self, ballots: Sequence[Ballot]) -> list[Cast]:
        async with self._database.transaction() as tx:
            box = await _Box.open(tx, ballots)
            results = [box.take(ballot) for ballot in ballots]
            await box.close(tx)
        return results


class _Box:
    """The votes of one transaction.

    Args:
        duels: the duels that are voted on, locked.
        hidden: those of them of which an account may not be shown now.
        known: earlier votes, by voter and pair.
        recent: how many votes each voter cast in the last hour.
    """

    def __init__(
        self,
        duels: Mapping[int, Row[*tuple[Any, ...]]],
        hidden: Set[int],
        known: Mapping[tuple[str, int, int], tuple[int, str]],
        recent: Mapping[str, int],
    ) -> None:
        self._duels = duels
        self._hidden = hidden
        self._known = dict(known)
        self._recent = Counter(recent)
        self._votes = {number: row.votes for number, row in duels.items()}
        self._accepted: dict[tuple[str, int, int], Ballot] = {}
        self._touched: dict[int, Ballot] = {}

    @classmethod
    async def open(cls, tx: Transaction, ballots: Sequence[Ballot]) -> "_Box":
        """Lock the duels of some votes, by ascending number, and look up what was said before."""
        numbers = sorted({ballot.duel_id for ballot in ballots})
        rows = await tx.execute(
            select(
                duel.c.id,
                duel.c.chat_id,
                duel.c.left_id,
                duel.c.right_id,
                duel.c.state,
                duel.c.closes_at,
                duel.c.enough,
                duel.c.votes,
                duel.c.message_id,
            )
            .where(duel.c.id.in_(numbers))
            .order_by(duel.c.id)
            .with_for_update()
        )
        duels = {row.id: row for row in rows}
        voters = {ballot.voter for ballot in ballots}
        asked = {(b.voter, *_pair(duels[b.duel_id])) for b in ballots if b.duel_id in duels}
        key = (vote.c.voter, vote.c.low_id, vote.c.high_id)
        former = await tx.execute(
            select(*key, vote.c.duel_id, vote.c.choice).where(tuple_(*key).in_(sorted(asked)))
        )
        known = {(row[0], row[1], row[2]): (row[3], row[4]) for row in former}
        since = min(ballot.at for ballot in ballots) - timedelta(hours=1)
        counted = await tx.execute(
            select(vote.c.voter, func.count())
            .where(vote.c.voter.in_(sorted(voters)), vote.c.cast_at > since)
            .group_by(vote.c.voter)
        )
        recent = {row[0]: row[1] for row in counted}
        return cls(duels, await _hidden(tx, duels), known, recent)

    def take(self, ballot: Ballot) -> Cast:
        """Accept a vote, or say why not."""
        row = self._duels.get(ballot.duel_id)
        if row is None or row.chat_id != ballot.chat_id:  # a forged button names any duel
            return Cast.UNKNOWN
        if row.state == "withdrawn" or row.id in self._hidden:
            return Cast.WITHDRAWN
        key = (ballot.voter, *_pair(row))
        number, choice = self._known.get(key, (row.id, None))
        if (refused := self._refusal(ballot, row, number, choice)) is not None:
            return refused
        if choice is None:
            self._recent[ballot.voter] += 1
            self._votes[row.id] += 1
        self._known[key] = (row.id, ballot.choice)
        self._accepted[key] = ballot
        self._touched[row.id] = ballot
        return Cast.NEW if choice is None else Cast.CHANGED

    def _refusal(
        self, ballot: Ballot, row: Row[*tuple[Any, ...]], judged_in: int, choice: str | None
    ) -> Cast | None:
        """Return why a vote changes nothing; None when it is accepted."""
        if judged_in != row.id:
            return Cast.ELSEWHERE
        if choice == ballot.choice:
            return Cast.SAME
        if self._is_over(row, ballot.at):
            return Cast.LATE
        if choice is None and self._recent[ballot.voter] >= AN_HOUR:
            return Cast.TOO_MANY
        return None

    async def close(self, tx: Transaction) -> None:
        """Write what was accepted."""
        if not self._accepted:
            return
        new = upsert(tx, vote)
        rows = [
            {
                "voter": voter,
                "low_id": low,
                "high_id": high,
                "duel_id": ballot.duel_id,
                "choice": ballot.choice,
                "cast_at": ballot.at,
            }
            for (voter, low, high), ballot in self._accepted.items()
        ]
        await tx.execute(
            new.on_conflict_do_update(
                index_elements=["voter", "low_id", "high_id"],
                set_={"choice": new.excluded.choice, "cast_at": new.excluded.cast_at},
                where=vote.c.duel_id == new.excluded.duel_id,
            ),
            rows,
        )
        for number, ballot in sorted(self._touched.items()):
            row, votes = self._duels[number], self._votes[number]
            is_enough = votes >= row.enough
            await tx.execute(
                update(duel)
                .where(duel.c.id == number)
                .values(
                    votes=votes,
                    # another choice changes nothing that the message shows before the reveal
                    version=duel.c.version + int(votes != row.votes),
                    # known already, unless the bot was killed as it sent the message
                    message_id=row.message_id or ballot.message_id,
                    state="closed" if is_enough else "open",
                    closed_at=ballot.at if is_enough else None,
                )
            )

    def _is_over(self, row: Row[*tuple[Any, ...]], now: datetime) -> bool:
        full = self._votes[row.id] >= row.enough
        return row.state == "closed" or full or bool(row.closes_at <= now)


async def forget(tx: Transaction, voter: str) -> None:
    """Delete a person's votes; the messages of open duels are behind then."""
    judged = select(vote.c.duel_id).where(vote.c.voter == voter)
    found = await tx.scalars(
        select(duel.c.id).where(duel.c.id.in_(judged)).order_by(duel.c.id).with_for_update()
    )
    ids = list(found)
    await tx.execute(delete(vote).where(vote.c.voter == voter))
    left = select(func.count()).where(vote.c.duel_id == duel.c.id).scalar_subquery()
    await tx.execute(update(duel).where(duel.c.id.in_(ids)).values(votes=left))
    await tx.execute(
        update(duel)
        .where(duel.c.id.in_(ids), duel.c.state == "open")
        .values(version=duel.c.version + 1)
    )


async def _hidden(tx: Transaction, duels: Mapping[int, Row[*tuple[Any, ...]]]) -> set[int]:
    """Return the duels of which an account may not be shown now."""
    sides = {side for row in duels.values() for side in (row.left_id, row.right_id)}
    hidden = set(
        await tx.scalars(
            select(account.c.id).where(
                account.c.id.in_(sorted(sides)),
                or_(account.c.hidden_by.is_not(None), account.c.protected),
            )
        )
    )
    return {number for number, row in duels.items() if {row.left_id, row.right_id} & hidden}


def _pair(row: Row[*tuple[Any, ...]]) -> tuple[int, int]:
    return min(row.left_id, row.right_id), max(row.left_id, row.right_id)
