"""Pictures that Telegram has already."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create what re-sending a picture needs."""
    op.create_table(
        "picture",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("file_id", sa.Text, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_picture_sent_at", "picture", ["sent_at"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("picture")
