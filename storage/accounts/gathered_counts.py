"""The posts and counts of mentions that readings gathered of an account, as rows.

`scoring.reading.gathering` joins them. All functions are called in the caller's transaction.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Select,
    String,
    Table,
    bindparam,
    delete,
    literal_column,
    select,
    tuple_,
    union_all,
)

from scoring.reading.gathering import Gathered, KeptPost
from scoring.reading.sources import MentionCount, SeenPost
from scoring.reading.windows import Span
from storage.engine.dialects import upsert
from storage.engine.schema import mention_count, post, post_span
from storage.engine.transaction import Connection, Transaction

_REACTIONS: Final = ("likes", "replies", "reposts", "quotes")
_POSTS: Final = ("id", "created_at", *_REACTIONS, "read_at")
_SPANS: Final[tuple[str, str]] = ("begins", "ends")
_COUNTS: Final = ("begins", "ends", "mentions")

_Rows = set[tuple[Any, ...]]

_AT_ONCE: Final = 500
"""Rows in one statement: two parameters each, of 32,766 (SQLite) or 32,767 (asyncpg)."""


_NONE: Final = literal_column("0", BigInteger)


def _part(
    kind: str, table: Table, ends: str, moments: tuple[str, str], *numbers: str
) -> Select[*tuple[Any, ...]]:
    """Return one table's rows in the columns that all three share."""
    columns = [table.c[name] for name in numbers] + [_NONE] * (_NUMBERS - len(numbers))
    return select(
        literal_column(f"'{kind}'", String).label("kind"),
        *(table.c[name] for name in moments),
        *(column.label(f"n{place}") for place, column in enumerate(columns)),
    ).where(
        table.c.account_id == bindparam("account"),
        table.c[ends] >= bindparam("since"),
        table.c[moments[0]] <= bindparam("until"),
    )


_NUMBERS: Final = 5
_GATHERED: Final = union_all(
    _part("post", post, "created_at", ("created_at", "read_at"), "id", *_REACTIONS),
    _part("span", post_span, "ends", _SPANS),
    _part("mentions", mention_count, "ends", _SPANS, "mentions"),
)
"""One statement: what it takes is mostly the way to the database."""


async def of(connection: Connection, account_id: int, since: datetime, until: datetime) -> Gathered:
    """Return what is kept of an account and lies in a period, if only in part."""
    posts: dict[int, KeptPost] = {}
    spans: list[Span] = []
    mentions: list[MentionCount] = []
    found = await connection.execute(
        _GATHERED, {"account": account_id, "since": since, "until": until}
    )
    for kind, begins, ends, number, *counts in found:
        if kind == "post":
            posts[number] = KeptPost(SeenPost(number, begins, *counts), ends)
        elif kind == "span":
            spans.append(Span(begins, ends))
        else:
            mentions.append(MentionCount(begins, ends, number))
    return Gathered(posts, tuple(sorted(spans)), tuple(sorted(mentions)))


async def store(tx: Transaction, account_id: int, before: Gathered, after: Gathered) -> None:
    """Store the difference between what was kept before a reading and after it."""
    rows: list[tuple[Table, tuple[str, ...], _Rows, _Rows]] = [
        (post, _POSTS, _post_rows(before), _post_rows(after)),
        (post_span, _SPANS, set(before.spans), set(after.spans)),
        (mention_count, _COUNTS, set(before.mentions), set(after.mentions)),
    ]
    for table, names, old, new in rows:
        key = [column.name for column in table.primary_key.columns][1:]
        places = [names.index(name) for name in key]
        added = new - old
        kept = {tuple(row[place] for place in places) for row in new}
        gone = {tuple(row[place] for place in places) for row in old} - kept
        await _delete(tx, table, account_id, key, gone)
        await _add(tx, table, account_id, names, added)


def _post_rows(gathered: Gathered) -> _Rows:
    return {
        (*(getattr(kept.post, name) for name in _POSTS[:-1]), kept.read_at)
        for kept in gathered.posts.values()
    }


async def _delete(
    tx: Transaction,
    table: Table,
    account_id: int,
    key: list[str],
    gone: _Rows,
) -> None:
    columns = tuple_(*(table.c[name] for name in key))
    ordered = sorted(gone)
    for start in range(0, len(ordered), _AT_ONCE):
        some = columns.in_(ordered[start : start + _AT_ONCE])
        await tx.execute(delete(table).where(table.c.account_id == account_id, some))


async def _add(
    tx: Transaction,
    table: Table,
    account_id: int,
    names: tuple[str, ...],
    added: _Rows,
) -> None:
    if not added:
        return
    row = upsert(tx, table)
    keys = [column.name for column in table.primary_key.columns]
    changed = {name: row.excluded[name] for name in names if name not in keys}
    # sorted: all processes write rows in one order, so that no two wait for each other
    rows = [
        {"account_id": account_id, **dict(zip(names, each, strict=True))} for each in sorted(added)
    ]
    await tx.execute(row.on_conflict_do_update(index_elements=keys, set_=changed), rows)
