"""What places were last told of accounts; pictures of messages; when alerts were looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table and the columns; what digests have told so far is the first content."""
    op.create_table(
        "telling",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("topic_id", sa.BigInteger, nullable=False),
        sa.Column("account_id", sa.BigInteger, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("since", _MOMENT),
        sa.Column("by", sa.String(8), nullable=False),
        sa.Column("told_at", _MOMENT, nullable=False),
        sa.Column("outbox_key", sa.String(80)),
    )
    op.create_index(
        "ix_telling_chat_id_topic_id_account_id", "telling", ["chat_id", "topic_id", "account_id"]
    )
    op.create_index("ix_telling_account_id", "telling", ["account_id"])
    op.create_index("ix_telling_told_at", "telling", ["told_at"])
    under_way = sa.text("outbox_key IS NOT NULL")
    op.create_index(
        "ix_telling_outbox_key",
        "telling",
        ["outbox_key"],
        sqlite_where=under_way,
        postgresql_where=under_way,
    )
    op.execute(
        "INSERT INTO telling (chat_id, topic_id, account_id, as_of, by, told_at)"
        " SELECT follow.chat_id, follow.topic_id, handle.account_id, follow.told_at, 'digest',"
        " follow.told_at FROM follow JOIN handle ON handle.key = follow.key"
        " WHERE follow.told_at IS NOT NULL"
    )
    op.add_column("alert", sa.Column("looked_at", _MOMENT))
    op.add_column("outbox", sa.Column("picture", sa.Text))


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("outbox", "picture")
    op.drop_column("alert", "looked_at")
    op.drop_table("telling")
