"""What is stored of a person: erased, exported."""

from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    delete,
    exists,
    not_,
    or_,
    select,
    true,
    update,
)

from storage.accounts.hiding import HiddenAccounts
from storage.accounts.present_handles import present, with_account
from storage.accounts.reading_deletion import erase_readings
from storage.duels import votes
from storage.duels.duels import withdraw_account
from storage.duels.voters import VoterKey
from storage.engine.database import Database
from storage.engine.portions import delete_some, in_portions
from storage.engine.schema import (
    account,
    alert,
    broadcast,
    chat,
    claim,
    digest,
    duel,
    follow,
    inbox,
    link,
    member,
    outbox,
    player,
    quota,
    schedule,
    telling,
    usage,
    vote,
)
from storage.engine.transaction import Lock

_SPAN: Final = 20.0
"""Seconds in which many rows of a chat are deleted in portions."""

_DOUBTED: Final = inbox.c.state == "uncertain"


class Forgotten(NamedTuple):
    """What a person had set, by the present handles of the accounts.

    Attributes:
        followed: what the private chat followed.
        boards: the account on each board that the person stood on, one for each group.
    """

    followed: list[str]
    boards: list[str]


class PersonalData:
    """Erases and exports everything that is stored of a person."""

    def __init__(self, database: Database, hidden: HiddenAccounts, voters: VoterKey) -> None:
        self._database = database
        self._hidden = hidden
        self._voters = voters

    async def hides(self, person_id: int) -> list[str]:
        """Return the handles of the accounts that a person hides, which `forget` shows again."""
        async with self._database.reading() as connection:
            theirs = select(account.c.handle).where(account.c.hidden_by == person_id)
            return list(await connection.scalars(theirs.order_by(account.c.handle)))

    async def forget(self, person_id: int) -> Forgotten:
        """Erase a person's handles everywhere and their private chat, with what waits for it.

        What waits for other chats and tells of an account that goes, too, is taken back.

        Tables with many rows go first, in portions; the rest goes in one transaction. The quota
        stays for the five hours that it lasts, since otherwise erasing would buy a new one.
        """
        referred_to = exists().where(outbox.c.digest_id == digest.c.id)
        for table, what in (
            (outbox, outbox.c.settled_at.is_not(None)),
            (digest, and_(digest.c.state != "due", not_(referred_to))),
            (usage, true()),
        ):
            theirs = and_(table.c.chat_id == person_id, what)
            await in_portions(partial(delete_some, self._database, table, theirs), _SPAN)
        async with self._database.transaction() as tx:
            await tx.lock(Lock.DELIVERY)
            forgotten = Forgotten(
                list(dict.fromkeys(await tx.scalars(_named(follow, follow.c.chat_id, person_id)))),
                list(await tx.scalars(_named(member, member.c.person_id, person_id))),
            )
            # Of a free network, an account may be stored because its owner asked for it.
            owned = (
                select(account.c.id)
                .join(claim)
                .where(
                    claim.c.person_id == person_id,
                    claim.c.proved_at.is_not(None),
                    account.c.network != "x",
                )
            )
            gone = (await tx.scalars(owned)).all()
            for number in sorted(gone):
                await self._hidden.retract(tx, number)
                await withdraw_account(tx, number)
            await tx.execute(
                update(account).where(account.c.hidden_by == person_id).values(hidden_by=None)
            )
            await erase_readings(tx, gone)
            for table in (link, member, claim, player):
                await tx.execute(delete(table).where(table.c.person_id == person_id))
            await votes.forget(tx, self._voters.voter(person_id))
            own = select(duel.c.id).where(duel.c.chat_id == person_id)
            await tx.execute(delete(vote).where(vote.c.duel_id.in_(own)))
            await tx.execute(delete(duel).where(duel.c.chat_id == person_id))
            await tx.execute(delete(broadcast).where(broadcast.c.by == person_id))
            for table in (outbox, digest, schedule, follow, alert, link, usage, telling):
                await tx.execute(delete(table).where(table.c.chat_id == person_id))
            # the person's later updates are answered after this one, and their rows deleted
            await tx.execute(delete(inbox).where(_asked_by(person_id), _DOUBTED))
            await tx.execute(delete(chat).where(chat.c.id == person_id))
        return forgotten

    async def export(self, person_id: int) -> dict[str, Any]:
        """Return everything stored of a person: their private chat, and their handles in groups.

        Accounts go by their present handles.
        """
        found: dict[str, Any] = {}
        async with self._database.reading() as connection:
            chats = await connection.execute(select(chat).where(chat.c.id == person_id))
            found["chat"] = [dict(row) for row in chats.mappings()]
            for table, whose in (
                (link, link.c.person_id),
                (member, member.c.person_id),
                (follow, follow.c.chat_id),
                (alert, alert.c.chat_id),
            ):
                rows = await connection.execute(_present_rows(table, whose, person_id))
                found[table.name] = [dict(row) for row in rows.mappings()]
            for table in (claim, player):
                rows = await connection.execute(select(table).where(table.c.person_id == person_id))
                found[table.name] = [dict(row) for row in rows.mappings()]
            for table, theirs in (
                (quota, _bucket(person_id)),
                (broadcast, broadcast.c.by == person_id),
                (vote, vote.c.voter == self._voters.voter(person_id)),
            ):
                rows = await connection.execute(select(table).where(theirs))
                found[table.name] = [dict(row) for row in rows.mappings()]
            for table in (schedule, digest, outbox, usage, duel, telling):
                rows = await connection.execute(select(table).where(table.c.chat_id == person_id))
                found[table.name] = [dict(row) for row in rows.mappings()]
            rows = await connection.execute(select(inbox).where(_asked_by(person_id)))
            found[inbox.name] = [dict(row) for row in rows.mappings()]
        return found


def _asked_by(person_id: int) -> ColumnElement[bool]:
    return or_(inbox.c.lane == person_id, inbox.c.chat_id == person_id)


def _bucket(person_id: int) -> ColumnElement[bool]:
    return and_(quota.c.kind == "person", quota.c.id == person_id)


def _named(table: Table, column: ColumnElement[int], whose: int) -> Select[Any]:
    """Select the present handles of rows that belong to a person or their chat."""
    rows = select(present(table)).select_from(with_account(table))
    return rows.where(column == whose).order_by(table.c.handle)


def _present_rows(table: Table, column: ColumnElement[int], whose: int) -> Select[Any]:
    """Select rows that belong to a person or their chat, with the accounts' present handles."""
    others = [each for each in table.c if each.name != "handle"]
    return select(*others, present(table)).select_from(with_account(table)).where(column == whose)
