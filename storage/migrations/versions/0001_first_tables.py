"""Accounts, handles, snapshots, chats, links, spending."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("handle", sa.String(15), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("protected", sa.Boolean, nullable=False),
    )
    op.create_table(
        "handle",
        sa.Column("key", sa.String(15), primary_key=True),
        sa.Column("account_id", sa.BigInteger, sa.ForeignKey("account.id"), nullable=False),
    )
    op.create_index("ix_handle_account_id", "handle", ["account_id"])
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.BigInteger, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("formula", sa.String(16), nullable=False),
        sa.Column("depth", sa.String(16), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("margin", sa.Float, nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("posts", sa.Text),
    )
    op.create_index("ix_snapshot_account_id_as_of", "snapshot", ["account_id", "as_of"])
    op.create_table(
        "chat",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("language", sa.String(8)),
    )
    op.create_table(
        "link",
        sa.Column("chat_id", sa.BigInteger, sa.ForeignKey("chat.id"), primary_key=True),
        sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("handle", sa.String(15), nullable=False),
    )
    op.create_table(
        "spending",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("resource", sa.String(16), primary_key=True),
        sa.Column("reserved", sa.BigInteger, nullable=False),
        sa.Column("spent", sa.BigInteger, nullable=False),
        sa.Column("units", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("spending", "link", "chat", "snapshot", "handle", "account"):
        op.drop_table(table)
