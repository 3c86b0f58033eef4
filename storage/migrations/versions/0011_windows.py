"""The gathered windows: posts, the periods in which all are known, and counts of mentions.

They begin with what the readings of the last weeks hold; one that cannot be understood is left out.
The column comes last: on PostgreSQL it locks its table until the migration ends.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_KEPT = timedelta(days=146)
_DAY = timedelta(days=1)
_AT_ONCE = 500

_moment = sa.DateTime(timezone=True)
_snapshot = sa.table(
    "snapshot",
    sa.column("id", sa.Integer),
    sa.column("account_id", sa.BigInteger),
    sa.column("as_of", _moment),
    sa.column("receipt", sa.Text),
    sa.column("posts", sa.Text),
)
_OPEN = sa.table("account", sa.column("id", sa.BigInteger), sa.column("protected", sa.Boolean))


def upgrade() -> None:
    """Create the tables, fill them from the readings, and add the column."""
    account = sa.ForeignKey("account.id", name="fk_post_account_id")
    post = op.create_table(
        "post",
        sa.Column("account_id", sa.BigInteger, account, primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("likes", sa.BigInteger, nullable=False),
        sa.Column("replies", sa.BigInteger, nullable=False),
        sa.Column("reposts", sa.BigInteger, nullable=False),
        sa.Column("quotes", sa.BigInteger, nullable=False),
        sa.Column("read_at", _moment, nullable=False),
    )
    account = sa.ForeignKey("account.id", name="fk_post_span_account_id")
    span = op.create_table(
        "post_span",
        sa.Column("account_id", sa.BigInteger, account, primary_key=True),
        sa.Column("begins", _moment, primary_key=True),
        sa.Column("ends", _moment, nullable=False),
    )
    account = sa.ForeignKey("account.id", name="fk_mention_count_account_id")
    count = op.create_table(
        "mention_count",
        sa.Column("account_id", sa.BigInteger, account, primary_key=True),
        sa.Column("begins", _moment, primary_key=True),
        sa.Column("ends", _moment, primary_key=True),
        sa.Column("mentions", sa.BigInteger, nullable=False),
    )
    _fill(op.get_bind(), post, span, count)
    op.create_index("ix_post_created_at", "post", ["created_at"])
    op.create_index("ix_post_span_ends", "post_span", ["ends"])
    op.create_index("ix_mention_count_ends", "mention_count", ["ends"])
    op.add_column("snapshot", sa.Column("unread", sa.String(32)))


def downgrade() -> None:
    """Drop them again; the readings keep what they held."""
    op.drop_column("snapshot", "unread")
    for table in ("mention_count", "post_span", "post"):
        op.drop_table(table)


def _fill(connection: sa.Connection, post: sa.Table, span: sa.Table, count: sa.Table) -> None:
    newest = connection.scalar(sa.select(sa.func.max(_snapshot.c.as_of)))
    if newest is None:
        return
    # by ranges of accounts: PostgreSQL alters no table that a cursor of the same session reads
    ids = connection.scalars(sa.select(_OPEN.c.id).where(sa.not_(_OPEN.c.protected)))
    open_ids = sorted(ids)
    for start in range(0, len(open_ids), _AT_ONCE):
        some = open_ids[start : start + _AT_ONCE]
        found = connection.execute(
            sa.select(_snapshot)
            .where(_snapshot.c.account_id.in_(some), _snapshot.c.as_of >= newest - _KEPT)
            .order_by(_snapshot.c.account_id, _snapshot.c.as_of, _snapshot.c.id)
        )
        rows: dict[sa.Table, list[dict[str, Any]]] = {post: [], span: [], count: []}
        for account_id, readings in groupby(found, key=lambda row: row.account_id):
            posts, spans, counts = _window(readings)
            rows[post] += [{"account_id": account_id, **row} for row in posts]
            rows[span] += [
                {"account_id": account_id, "begins": begins, "ends": ends} for begins, ends in spans
            ]
            rows[count] += [
                {"account_id": account_id, "begins": begins, "ends": ends, "mentions": mentions}
                for (begins, ends), mentions in counts.items()
            ]
        for table, new in rows.items():
            if new:
                connection.execute(sa.insert(table), new)


def _window(
    readings: Iterable[sa.Row[Any]],
) -> tuple[
    Iterable[dict[str, Any]],
    list[tuple[datetime, datetime]],
    dict[tuple[datetime, datetime], int],
]:
    """Return an account's posts with their newest counts, the periods, and the counts."""
    posts: dict[int, dict[str, Any]] = {}
    spans: list[tuple[datetime, datetime]] = []
    counts: dict[tuple[datetime, datetime], int] = {}
    for row in readings:
        as_of = row.as_of if row.as_of.tzinfo else row.as_of.replace(tzinfo=UTC)
        try:
            seen = list(_posts(row.posts, as_of))
            recent = json.loads(row.receipt)["facts"]["recent"] or {}
            days, named, over = (recent.get(name) for name in ("days", "mentions", "mention_days"))
            covered = None if days is None or row.posts is None else as_of - days * _DAY
            counted = None if named is None or over is None else (as_of - over * _DAY, as_of)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            continue
        if covered is not None:
            for post in seen:
                earlier = posts.get(post["id"])
                # the same counts may be those of an earlier reading, which were not read again
                if earlier is None or {**earlier, "read_at": as_of} != post:
                    posts[post["id"]] = post
            _cover(spans, covered, as_of)
        if counted is not None:
            counts[counted] = int(named or 0)
    return posts.values(), spans, counts


def _posts(text: str | None, as_of: datetime) -> Iterator[dict[str, Any]]:
    for number, second, likes, replies, reposts, quotes in json.loads(text or "[]"):
        yield {
            "id": number,
            "created_at": datetime.fromtimestamp(second, UTC),
            "likes": likes,
            "replies": replies,
            "reposts": reposts,
            "quotes": quotes,
            "read_at": as_of,
        }


def _cover(spans: list[tuple[datetime, datetime]], begins: datetime, ends: datetime) -> None:
    """Add a period that ends last, and join it with those that it overlaps."""
    while spans and begins <= spans[-1][1]:
        begins = min(begins, spans.pop()[0])
    spans.append((begins, ends))
