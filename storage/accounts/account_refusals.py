"""Why accounts have no score, as rows of `absent`: for a day nothing more is asked."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import delete, select

from scoring.reading.errors import AccountError, AccountSuspended, HandleNotFound
from scoring.reading.handles import key
from scoring.reading.network_errors import (
    AccountDeactivated,
    AccountMoved,
    BridgedCopy,
    CountsHidden,
    HandleInvalid,
    NotForStrangers,
    ServerRefuses,
)
from scoring.reading.networks.consent import Reason
from storage.engine.dialects import upsert
from storage.engine.schema import absent, account, handle
from storage.engine.transaction import Connection, Transaction

ABSENT: Final = timedelta(hours=24)
"""How long an answer is kept that a handle has no account, or one without a score."""

_Made = Callable[[str, Mapping[str, Any]], AccountError]

_KINDS: Final[Mapping[str, _Made]] = MappingProxyType(
    {
        "AccountDeactivated": lambda handle, _: AccountDeactivated(handle),
        "HandleInvalid": lambda handle, _: HandleInvalid(handle),
        "CountsHidden": lambda handle, _: CountsHidden(handle),
        "AccountMoved": lambda handle, told: AccountMoved(handle, told["moved_to"]),
        "BridgedCopy": lambda handle, told: BridgedCopy(handle, told["original"]),
        "NotForStrangers": lambda handle, told: NotForStrangers(
            handle, [Reason(each) for each in told["reasons"]]
        ),
        "ServerRefuses": lambda handle, told: ServerRefuses(handle, told["server"], told["status"]),
    }
)


async def of(connection: Connection, handle: str, now: datetime) -> AccountError | None:
    """Return the error of the last day for a handle, if there is one."""
    found = await connection.execute(
        select(absent.c.suspended, absent.c.seen_at, absent.c.why).where(
            absent.c.key == key(handle), absent.c.seen_at.between(now - ABSENT, now)
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    error = _error(handle, suspended=row.suspended, why=row.why)
    error.again_at = row.seen_at + ABSENT
    return error


async def opt_out(
    tx: Transaction, keys: Iterable[str], read_at: datetime
) -> NotForStrangers | None:
    """Return the opt-out of an account, stored under any of its names in the day before a read."""
    rows = await tx.execute(
        select(absent.c.key, absent.c.why).where(
            absent.c.key.in_(list(keys)), absent.c.seen_at > read_at - ABSENT
        )
    )
    errors = [_error(row.key, suspended=False, why=row.why) for row in rows]
    return next((error for error in errors if isinstance(error, NotForStrangers)), None)


async def withdraw(tx: Transaction, account_id: int, now: datetime) -> bool:
    """Delete an account's stored refusals, since its owner decides; return whether one opts out."""
    led = (await tx.scalars(select(handle.c.key).where(handle.c.account_id == account_id))).all()
    own = (await tx.scalars(select(account.c.handle).where(account.c.id == account_id))).all()
    keys = {*led, *map(key, own)}
    opted_out = await opt_out(tx, keys, now) is not None
    await tx.execute(delete(absent).where(absent.c.key.in_(sorted(keys))))
    return opted_out


async def note(tx: Transaction, error: AccountError, asked: str, now: datetime) -> None:
    """Store an error for a day, under the account's name and the one that was asked for."""
    suspended = isinstance(error, AccountSuspended)
    seen = {"suspended": suspended, "seen_at": now, "why": _why(error)}
    rows = upsert(tx, absent).values(
        [{"key": name, **seen} for name in sorted({key(error.handle), key(asked)})]
    )
    await tx.execute(rows.on_conflict_do_update(index_elements=["key"], set_=seen))


def _error(handle: str, *, suspended: bool, why: str | None) -> AccountError:
    """Return a row as an error; one that a newer version wrote says only that there is none."""
    try:
        told = json.loads(why) if why else {}
        if made := _KINDS.get(told.get("kind", "")):
            return made(handle, told)
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    return AccountSuspended(handle) if suspended else HandleNotFound(handle)


def _why(error: AccountError) -> str | None:
    told: dict[str, Any] = {}
    match error:
        case AccountMoved():
            told = {"moved_to": error.moved_to}
        case BridgedCopy():
            told = {"original": error.original}
        case NotForStrangers():
            told = {"reasons": [reason.value for reason in error.reasons]}
        case ServerRefuses():
            told = {"server": error.server, "status": error.status}
    kind = type(error).__name__
    return json.dumps({"kind": kind} | told) if kind in _KINDS else None
