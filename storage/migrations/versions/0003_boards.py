"""Boards of groups, and proof that an account is their owner's."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create what boards need."""
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("hidden_by", sa.BigInteger))
    op.create_table(
        "member",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(15), nullable=False),
        sa.Column("handle", sa.String(15), nullable=False),
        sa.UniqueConstraint("chat_id", "key", name="uq_member_chat_id_key"),
    )
    op.create_table(
        "board",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("weekly", sa.Boolean, nullable=False),
    )
    op.create_table(
        "claim",
        sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("account_id", sa.BigInteger, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True)),
        sa.Column("proved_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_claim_account_id", "claim", ["account_id"])


def downgrade() -> None:
    """Drop them again."""
    for table in ("claim", "board", "member"):
        op.drop_table(table)
    with op.batch_alter_table("account") as account:
        account.drop_column("hidden_by")
