"""The owner's word on an account that asks not to be shown, and what else is said of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the columns; no owner has said anything yet."""
    op.add_column("account", sa.Column("notes", sa.String(64)))
    op.add_column("claim", sa.Column("shown_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop the columns again."""
    op.drop_column("claim", "shown_at")
    op.drop_column("account", "notes")
