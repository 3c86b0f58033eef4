"""When the last request for an item was made of which no answer is known."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column."""
    op.add_column("booking", sa.Column("unanswered_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("booking", "unanswered_at")
