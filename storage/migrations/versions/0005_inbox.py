"""Updates that are stored before Telegram is told that we have them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create what waits for an answer, and the numbers of what came lately."""
    op.create_table(
        "inbox",
        sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("lane", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger),
        sa.Column("topic_id", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("overflow", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("not_before", _MOMENT, nullable=False),
        sa.Column("owner", sa.String(32)),
        sa.Column("lease_until", _MOMENT),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_inbox_lane_update_id", "inbox", ["lane", "update_id"])
    op.create_index("ix_inbox_state_update_id", "inbox", ["state", "update_id"])
    op.create_table(
        "received",
        sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("received_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_received_received_at", "received", ["received_at"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("received")
    op.drop_table("inbox")
