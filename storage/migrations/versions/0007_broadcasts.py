"""What operators tell every chat, and which chats are told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create what a broadcast needs."""
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("by", sa.BigInteger, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("cursor", sa.BigInteger),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_broadcast_state", "broadcast", ["state"])
    op.add_column("outbox", sa.Column("broadcast_id", sa.Integer))
    op.create_index("ix_outbox_broadcast_id", "outbox", ["broadcast_id"])
    op.add_column("chat", sa.Column("news", sa.Boolean))
    op.add_column("chat", sa.Column("gone_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("chat", "gone_at")
    op.drop_column("chat", "news")
    op.drop_index("ix_outbox_broadcast_id", "outbox")
    op.drop_column("outbox", "broadcast_id")
    op.drop_table("broadcast")
