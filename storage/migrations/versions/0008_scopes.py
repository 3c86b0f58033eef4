"""What X may have charged for on a day, and what it said of each endpoint."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "booking",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("resource", sa.String(16), primary_key=True),
        sa.Column("item", sa.String(24), primary_key=True),
        sa.Column("reserved", sa.Integer, nullable=False),
        sa.Column("spent", sa.Integer, nullable=False),
        sa.Column("holders", sa.Integer, nullable=False),
        sa.Column("refused_until", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "endpoint",
        sa.Column("resource", sa.String(16), primary_key=True),
        sa.Column("limited_at", sa.DateTime(timezone=True)),
        sa.Column("limited_until", sa.DateTime(timezone=True)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("refused", sa.Text),
        sa.Column("refused_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(8)),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("endpoint")
    op.drop_table("booking")
