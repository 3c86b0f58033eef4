"""What reading X is for, and who may have how much of it read."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create usage, outages, quotas, and handles that have no score."""
    op.create_table(
        "usage",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("command", sa.String(16), primary_key=True),
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("spent", sa.BigInteger, nullable=False),
        sa.Column("profiles", sa.BigInteger, nullable=False),
        sa.Column("served", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_usage_chat_id", "usage", ["chat_id"])
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reason", sa.String(8), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "quota",
        sa.Column("kind", sa.String(6), primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_quota_full_at", "quota", ["full_at"])
    op.create_table(
        "absent",
        sa.Column("key", sa.String(15), primary_key=True),
        sa.Column("suspended", sa.Boolean, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_absent_seen_at", "absent", ["seen_at"])


def downgrade() -> None:
    """Drop them again."""
    for table in ("absent", "quota", "outage", "usage"):
        op.drop_table(table)
