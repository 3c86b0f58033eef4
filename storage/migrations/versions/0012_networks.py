"""Accounts of several networks: whose they are there, longer handles, and why one has no score.

SQLite enforces no length of a text: only PostgreSQL's columns are widened, which rewrites no row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_HANDLES = (
    ("account", "handle"),
    ("handle", "key"),
    ("link", "handle"),
    ("absent", "key"),
    ("follow", "key"),
    ("follow", "handle"),
    ("alert", "key"),
    ("alert", "handle"),
    ("member", "key"),
    ("member", "handle"),
)


def upgrade() -> None:
    """Add the columns; all accounts so far are X's."""
    op.add_column("account", sa.Column("external_id", sa.String(320)))
    op.add_column(
        "account", sa.Column("network", sa.String(16), nullable=False, server_default="x")
    )
    op.execute("UPDATE account SET external_id = CAST(id AS VARCHAR(20))")
    op.add_column("handle", sa.Column("code", sa.String(24)))
    op.add_column("absent", sa.Column("why", sa.Text))
    op.create_index(
        "ix_account_network_external_id", "account", ["network", "external_id"], unique=True
    )
    op.create_index("ix_handle_code", "handle", ["code"])
    if op.get_context().dialect.name == "postgresql":
        for table, column in _HANDLES:
            op.alter_column(table, column, type_=sa.String(320), existing_type=sa.String(15))


def downgrade() -> None:
    """Drop the columns again. Handles stay as wide as they are: longer ones would not fit."""
    op.drop_index("ix_handle_code", "handle")
    op.drop_index("ix_account_network_external_id", "account")
    op.drop_column("absent", "why")
    op.drop_column("handle", "code")
    op.drop_column("account", "network")
    op.drop_column("account", "external_id")
