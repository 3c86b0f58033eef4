"""Follows, schedules, digests, the outbox, alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_PLACE = ("chat_id", "topic_id")


def upgrade() -> None:
    """Create what following needs."""
    with op.batch_alter_table("chat") as chat:
        chat.add_column(sa.Column("spoken", sa.String(8)))
        chat.add_column(sa.Column("zone", sa.String(64)))
    op.create_table(
        "follow",
        *_place(primary_key=True),
        sa.Column("key", sa.String(15), primary_key=True),
        sa.Column("handle", sa.String(15), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.Column("offered_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_follow_key", "follow", ["key"])
    op.create_table(
        "schedule",
        *_place(primary_key=True),
        sa.Column("weekday", sa.Integer, nullable=False),
        sa.Column("minute", sa.Integer, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("last_period", sa.String(8)),
        sa.Column("least", sa.Float),
        sa.Column("silent", sa.Boolean, nullable=False),
    )
    op.create_index("ix_schedule_next_run_at", "schedule", ["next_run_at"])
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer, primary_key=True),
        *_place(),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contents", sa.Text),
        sa.UniqueConstraint(*_PLACE, "period", name="uq_digest_chat_id_topic_id_period"),
    )
    op.create_index("ix_digest_state_not_before", "digest", ["state", "not_before"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("digest_id", sa.Integer, sa.ForeignKey("digest.id")),
        *_place(),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("markup", sa.Text),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(32)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("error", sa.Text),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("mentioned_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_state_not_before", "outbox", ["state", "not_before"])
    op.create_index("ix_outbox_chat_id_state", "outbox", ["chat_id", "state"])
    op.create_index("ix_outbox_settled_at", "outbox", ["settled_at"])
    op.create_table(
        "alert",
        *_place(primary_key=True),
        sa.Column("key", sa.String(15), primary_key=True),
        sa.Column("handle", sa.String(15), nullable=False),
        sa.Column("threshold", sa.Float),
        sa.Column("above", sa.Boolean),
        sa.Column("step", sa.Float),
        sa.Column("base", sa.Float),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "control",
        sa.Column("key", sa.String(16), primary_key=True),
        sa.Column("value", sa.String(32)),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )


def _place(*, primary_key: bool = False) -> list[sa.Column[int]]:
    return [
        sa.Column(name, sa.BigInteger, nullable=False, primary_key=primary_key, autoincrement=False)
        for name in _PLACE
    ]


def downgrade() -> None:
    """Drop them again."""
    for table in ("control", "alert", "outbox", "digest", "schedule", "follow"):
        op.drop_table(table)
    with op.batch_alter_table("chat") as chat:
        chat.drop_column("zone")
        chat.drop_column("spoken")
