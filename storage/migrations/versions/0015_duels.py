"""Duels: pairs of accounts that people judge, their votes, and who plays."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_MOMENT = sa.DateTime(timezone=True)
_UNSHOWN = sa.text("shown < version")


def upgrade() -> None:
    """Create the tables, and an index that finds fresh readings of any account."""
    op.create_table(
        "duel",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("topic_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("network", sa.String(16), nullable=False),
        sa.Column("left_id", sa.BigInteger, nullable=False),
        sa.Column("right_id", sa.BigInteger, nullable=False),
        sa.Column("left_receipt", sa.Text, nullable=False),
        sa.Column("right_receipt", sa.Text, nullable=False),
        sa.Column("formula", sa.String(16), nullable=False),
        sa.Column("claim", sa.Float, nullable=False),
        sa.Column("of_members", sa.Boolean, nullable=False),
        sa.Column("enough", sa.Integer, nullable=False),
        sa.Column("votes", sa.Integer, nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("closes_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("edit_until", _MOMENT),
        sa.Column("edit_after", _MOMENT, nullable=False),
    )
    op.create_index("ix_duel_chat_id_made_at", "duel", ["chat_id", "made_at"])
    op.create_index("ix_duel_state_closes_at", "duel", ["state", "closes_at"])
    op.create_index("ix_duel_votes_closes_at", "duel", ["votes", "closes_at"])
    op.create_index("ix_duel_left_id", "duel", ["left_id"])
    op.create_index("ix_duel_right_id", "duel", ["right_id"])
    op.create_index(
        "ix_duel_unshown", "duel", ["id"], sqlite_where=_UNSHOWN, postgresql_where=_UNSHOWN
    )
    op.create_table(
        "vote",
        sa.Column("voter", sa.String(32), primary_key=True),
        sa.Column("low_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("high_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column(
            "duel_id", sa.Integer, sa.ForeignKey("duel.id", name="fk_vote_duel_id"), nullable=False
        ),
        sa.Column("choice", sa.String(5), nullable=False),
        sa.Column("cast_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_vote_duel_id", "vote", ["duel_id"])
    op.create_table(
        "player",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("joined_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_player_person_id", "player", ["person_id"])
    op.create_index("ix_snapshot_as_of", "snapshot", ["as_of"], if_not_exists=True)


def downgrade() -> None:
    """Drop it all again."""
    op.drop_index("ix_snapshot_as_of", "snapshot")
    op.drop_table("player")
    op.drop_table("vote")
    op.drop_table("duel")
