"""Present handles of accounts: what a chat stored under an earlier handle goes by the new one."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Label, Table, and_, func, or_, select

from scoring.reading.handles import key
from storage.engine.schema import account, handle


def with_account(table: Table) -> FromClause:
    """Return a table of handles, each row joined with the account that its handle leads to.

    A hidden account is left out: its new handle is hidden, too.
    """
    visible = and_(account.c.id == handle.c.account_id, account.c.hidden_by.is_(None))
    named = table.c.key if "key" in table.c else func.lower(table.c.handle)
    return table.outerjoin(handle, handle.c.key == named).outerjoin(account, visible)


def present(table: Table) -> Label[Any]:
    """Return the account's present handle, else the one that was stored, as `handle`.

    To be selected from `with_account`.
    """
    return func.coalesce(account.c.handle, table.c.handle).label("handle")


def names_of(table: Table, handles: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a row has one of these handles, or another of the same account."""
    keys = [key(each) for each in handles]
    other = handle.alias()
    accounts = select(other.c.account_id).where(other.c.key.in_(keys))
    same = select(handle.c.key).where(handle.c.account_id.in_(accounts))
    return or_(table.c.key.in_(keys), table.c.key.in_(same))
