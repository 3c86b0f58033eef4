"""Erases what was read of accounts, and keeps who they are."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Select, Table, delete, exists, not_, select

from storage.accounts import picture_cache
from storage.engine.schema import account, handle, mention_count, post, post_span, snapshot, telling
from storage.engine.transaction import Transaction

_READ: Final[tuple[Table, ...]] = (snapshot, post, post_span, mention_count, telling)
"""What holds anything that was read of an account, or told of it."""


async def erase_readings(tx: Transaction, accounts: Collection[int] | Select[tuple[int]]) -> None:
    """Delete the readings of accounts, with their posts, mentions, handles and pictures.

    The handles of a hidden account stay: by them it is kept from boards and lists.

    Args:
        tx: the transaction of the deletion.
        accounts: our numbers of the accounts.
    """
    names = (await tx.scalars(select(handle.c.key).where(handle.c.account_id.in_(accounts)))).all()
    await picture_cache.forget_accounts(tx, names)
    for table in _READ:
        await tx.execute(delete(table).where(table.c.account_id.in_(accounts)))
    hidden = exists().where(account.c.id == handle.c.account_id, account.c.hidden_by.is_not(None))
    await tx.execute(delete(handle).where(handle.c.account_id.in_(accounts), not_(hidden)))
