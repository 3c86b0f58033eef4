"""What people said: the votes of closed duels, with what was claimed beforehand."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, select

from scoring.facts import Facts
from scoring.score import Score
from storage.engine.database import Database
from storage.engine.schema import account, duel, vote

_NEWEST: Final = 500
"""Judged pairs from which a choice of the next one learns."""


class Said(NamedTuple):
    """One vote on a closed duel.

    Attributes:
        choice: "left", "right" or "close".
        claim: the probability of "left", by the formula that was in use.
        seconds: from the duel's beginning to the vote.
    """

    duel_id: int
    voter: str
    choice: str
    formula: str
    claim: float
    seconds: float


class JudgedPair(NamedTuple):
    """Two accounts as people saw them, and how many voted."""

    left: Facts
    right: Facts
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One vote, with all that is exported of it.

    Attributes:
        said: the vote.
        left, right: the accounts as the voter saw them.
        network: of both accounts.
        cast_at: the moment of the vote.
    """

    said: Said
    left: Facts
    right: Facts
    network: str
    cast_at: datetime


class JudgedDuels:
    """Reads what people said. Votes about accounts that are hidden now are left out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, moment: datetime) -> list[Said]:
        """Return the votes on duels that were closed since a moment, the oldest duel first."""
        return await self._said(duel.c.closed_at >= moment)

    async def in_chat(self, chat_id: int, since: datetime, until: datetime) -> list[Said]:
        """Return the votes on a chat's duels that were closed between two moments."""
        closed = duel.c.closed_at.between(since, until)
        return await self._said(duel.c.chat_id == chat_id, closed)

    async def beside(self, voter: str) -> list[Said]:
        """Return all votes on the duels that a person voted on."""
        theirs = select(vote.c.duel_id).where(vote.c.voter == voter)
        return await self._said(duel.c.id.in_(theirs))

    async def pairs(self) -> list[JudgedPair]:
        """Return the newest judged pairs."""
        newest = (
            select(duel.c.left_receipt, duel.c.right_receipt, duel.c.votes)
            .where(duel.c.state == "closed", duel.c.votes > 0)
            .order_by(duel.c.id.desc())
            .limit(_NEWEST)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(newest)).all()
        return [JudgedPair(_facts(row[0]), _facts(row[1]), row[2]) for row in rows]

    async def all(self) -> AsyncIterator[Judged]:
        """Yield every vote on a closed duel, the oldest duel first."""
        columns = (duel.c.left_receipt, duel.c.right_receipt, duel.c.network)
        query = _VOTES.add_columns(*columns).order_by(duel.c.id, vote.c.cast_at, vote.c.voter)
        async with self._database.reading() as connection:
            async for row in await connection.stream(query):
                yield Judged(
                    said=_said(row),
                    left=_facts(row.left_receipt),
                    right=_facts(row.right_receipt),
                    network=row.network,
                    cast_at=row.cast_at,
                )

    async def _said(self, *where: ColumnElement[bool]) -> list[Said]:
        async with self._database.reading() as connection:
            rows = await connection.execute(
                _VOTES.where(*where).order_by(duel.c.id, vote.c.cast_at, vote.c.voter)
            )
            return [_said(row) for row in rows]


_LEFT, _RIGHT = account.alias("left_account"), account.alias("right_account")

_VOTES: Select[Any] = (
    select(
        duel.c.id,
        duel.c.formula,
        duel.c.claim,
        duel.c.made_at,
        vote.c.voter,
        vote.c.choice,
        vote.c.cast_at,
    )
    .select_from(duel)
    .join(vote, vote.c.duel_id == duel.c.id)
    .join(_LEFT, and_(_LEFT.c.id == duel.c.left_id, _LEFT.c.hidden_by.is_(None)))
    .join(_RIGHT, and_(_RIGHT.c.id == duel.c.right_id, _RIGHT.c.hidden_by.is_(None)))
    .where(duel.c.state == "closed")
)


def _said(row: Any) -> Said:
    seconds = (row.cast_at - row.made_at).total_seconds()
    return Said(row.id, row.voter, row.choice, row.formula, row.claim, max(0.0, seconds))


def _facts(receipt: str) -> Facts:
    return Score.from_json(json.loads(receipt)).facts
