"""Indexes behind every foreign key, and behind whatever upkeep, delivery and people look for.

On PostgreSQL `storage.engine.indexing` has made them by now, without holding up who writes; what is
made here is for a database without rows. SQLite knows no such way: its one writer waits once, about
a second for each million rows of the outbox.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_NEW = {
    "account": [["hidden_by"]],
    "digest": [["state", "not_before", "id"], ["state", "due_at"]],
    "link": [["person_id"]],
    "member": [["key"], ["person_id"]],
    "outbox": [["state", "not_before", "id"], ["digest_id"]],
}
_OF_BROADCASTS = [["broadcast_id", "state"], ["broadcast_id", "chat_id"]]

# A new one begins with the columns of each of these.
_OLD = {"digest": [["state", "not_before"]], "outbox": [["state", "not_before"], ["broadcast_id"]]}


def upgrade() -> None:
    """Create the new ones, and drop those that they stand in for."""
    for table, indexes in _NEW.items():
        for columns in indexes:
            op.create_index(_name(table, columns), table, columns, if_not_exists=True)
    some = sa.text("broadcast_id IS NOT NULL")
    for columns in _OF_BROADCASTS:
        op.create_index(
            _name("outbox", columns),
            "outbox",
            columns,
            if_not_exists=True,
            sqlite_where=some,
            postgresql_where=some,
        )
    for table, indexes in _OLD.items():
        for columns in indexes:
            op.drop_index(_name(table, columns), table)


def downgrade() -> None:
    """The other way round."""
    for table, indexes in _OLD.items():
        for columns in indexes:
            op.create_index(_name(table, columns), table, columns)
    for table, indexes in {**_NEW, "outbox": _NEW["outbox"] + _OF_BROADCASTS}.items():
        for columns in indexes:
            op.drop_index(_name(table, columns), table)


def _name(table: str, columns: list[str]) -> str:
    return "_".join(["ix", table, *columns])
