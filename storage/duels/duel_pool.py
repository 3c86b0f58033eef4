"""The accounts that a duel may be about: public, with a fresh stored reading; nothing is read."""

import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, not_, or_, select, union

from scoring.score import Score
from storage.duels.duel_rows import Side
from storage.engine.database import Database
from storage.engine.schema import (
    absent,
    account,
    claim,
    duel,
    follow,
    handle,
    link,
    member,
    player,
    snapshot,
    vote,
)

_log = logging.getLogger(__name__)

_MOST: Final = 300
"""Accounts that one choice looks at; the most recently read ones."""

WELL_KNOWN: Final = 50.0
"""Points from which an account that no person here follows may be in a duel."""


class Pair(NamedTuple):
    """Two accounts, the lower number first."""

    low: int
    high: int


class DuelPool:
    """Finds accounts for duels."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def followed(self, chat_id: int, since: datetime) -> list[Side]:
        """Return the accounts that a chat follows and that were read since a moment."""
        keys = select(follow.c.key).where(follow.c.chat_id == chat_id)
        ids = select(handle.c.account_id).where(handle.c.key.in_(keys))
        return await self._sides(account.c.id.in_(ids), since)

    async def of_players(self, chat_id: int, since: datetime) -> list[Side]:
        """Return the accounts that a group's players proved and that were read since a moment."""
        ids = (
            select(handle.c.account_id)
            .join(member, member.c.key == handle.c.key)
            .join(
                player,
                and_(
                    player.c.chat_id == member.c.chat_id, player.c.person_id == member.c.person_id
                ),
            )
            .join(
                claim,
                and_(
                    claim.c.account_id == handle.c.account_id,
                    claim.c.person_id == player.c.person_id,
                ),
            )
            .where(player.c.chat_id == chat_id, claim.c.proved_at.is_not(None))
        )
        return await self._sides(account.c.id.in_(ids), since)

    async def well_known(self, since: datetime) -> list[Side]:
        """Return accounts of `WELL_KNOWN` points or more that were read since a moment."""
        return await self._sides(snapshot.c.score >= WELL_KNOWN, since)

    async def owned(self, accounts: Iterable[int]) -> set[int]:
        """Return those of some accounts that a person on Telegram said, or proved, are theirs."""
        keys = select(handle.c.key, handle.c.account_id).where(
            handle.c.account_id.in_(sorted(accounts))
        )
        async with self._database.reading() as connection:
            named = {row.key: row.account_id for row in await connection.execute(keys)}
            theirs = union(
                select(member.c.key).where(member.c.key.in_(sorted(named))),
                select(func.lower(link.c.handle)).where(
                    func.lower(link.c.handle).in_(sorted(named))
                ),
            )
            found = {named[name] for name in await connection.scalars(theirs)}
            proved = select(claim.c.account_id).where(
                claim.c.account_id.in_(sorted(set(named.values()))),
                claim.c.proved_at.is_not(None),
            )
            return found | set(await connection.scalars(proved))

    async def judged(self, chat_id: int, voter: str) -> set[Pair]:
        """Return the pairs that a chat was shown, and those that a person or its voters judged."""
        here = select(duel.c.id).where(duel.c.chat_id == chat_id)
        voters = select(vote.c.voter).where(vote.c.duel_id.in_(here))
        async with self._database.reading() as connection:
            shown = await connection.execute(
                select(duel.c.left_id, duel.c.right_id).where(duel.c.chat_id == chat_id)
            )
            pairs = {Pair(min(row), max(row)) for row in shown}
            said = await connection.execute(
                select(vote.c.low_id, vote.c.high_id).where(
                    or_(vote.c.voter == voter, vote.c.voter.in_(voters))
                )
            )
            return pairs | {Pair(*row) for row in said}

    async def _sides(self, which: ColumnElement[bool], since: datetime) -> list[Side]:
        async with self._database.reading() as connection:
            rows: Sequence[Any] = (await connection.execute(_fresh(which, since))).all()
        sides = {}
        for row in rows:
            if row.id not in sides and (side := _side(row)):
                sides[row.id] = side
        return list(sides.values())


def _fresh(which: ColumnElement[bool], since: datetime) -> Select[Any]:
    """Select readings of accounts that may be shown to everyone, the newest first."""
    refused = exists().where(absent.c.key == func.lower(account.c.handle))
    return (
        select(
            account.c.id,
            account.c.handle,
            account.c.name,
            account.c.external_id,
            snapshot.c.receipt,
        )
        .select_from(snapshot)
        .join(account, account.c.id == snapshot.c.account_id)
        .where(
            snapshot.c.as_of >= since,
            account.c.hidden_by.is_(None),
            not_(account.c.protected),
            not_(refused),
            which,
        )
        .order_by(snapshot.c.as_of.desc(), snapshot.c.id.desc())
        .limit(_MOST)
    )


def _side(row: Row[*tuple[Any, ...]]) -> Side | None:
    try:
        score = Score.from_json(json.loads(row.receipt))
    except Exception as error:  # noqa: BLE001 - a damaged reading must not stop the others
        found = {"account_id": row.id, "error": type(error).__name__}
        _log.warning("a stored reading cannot be understood", extra=found)
        return None
    external = row.external_id if row.external_id != str(row.id) else ""
    return Side(
        account_id=row.id,
        handle=row.handle,
        name=row.name,
        score=score,
        external_id=external or "",
    )
