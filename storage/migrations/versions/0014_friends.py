"""Boards name people and can be switched on again; pictures are shared; peers are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("member", sa.Column("name", sa.Text))
    op.add_column("board", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.add_column("picture", sa.Column("handles", sa.Text))
    op.add_column("picture", sa.Column("caption", sa.Text))
    op.add_column("picture", sa.Column("chat_id", sa.BigInteger))
    op.add_column("account", sa.Column("followers", sa.BigInteger))
    op.add_column("account", sa.Column("reactions", sa.Float))
    op.add_column("account", sa.Column("mentions", sa.Float))
    op.add_column("account", sa.Column("read_at", sa.DateTime(timezone=True)))
    op.create_index("ix_account_network_followers", "account", ["network", "followers"])
    op.create_index("ix_board_closed_at", "board", ["closed_at"])


def downgrade() -> None:
    """Drop the columns again; boards that were switched off lose who stood on them."""
    closed = "SELECT chat_id FROM board WHERE closed_at IS NOT NULL"
    op.execute(f"DELETE FROM member WHERE chat_id IN ({closed})")  # noqa: S608 - fixed text
    op.drop_index("ix_board_closed_at", "board")
    op.drop_index("ix_account_network_followers", "account")
    for name in ("read_at", "mentions", "reactions", "followers"):
        op.drop_column("account", name)
    op.drop_column("picture", "chat_id")
    op.drop_column("picture", "caption")
    op.drop_column("picture", "handles")
    op.drop_column("board", "closed_at")
    op.drop_column("member", "name")
