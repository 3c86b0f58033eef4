"""An index of handles by their bytes: PostgreSQL's order may be that of a language."""

from alembic import op

revision = "0017"
down_revision = "0016"

_NAME = "ix_handle_key_bytes"


def upgrade() -> None:
    """Create it, where `storage.engine.indexing` has not made it already."""
    op.create_index(
        _NAME,
        "handle",
        ["key"],
        if_not_exists=True,
        postgresql_ops={"key": "varchar_pattern_ops"},
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_index(_NAME, "handle")
