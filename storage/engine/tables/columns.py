"""The types of columns, and the registry of all tables."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import DateTime, Dialect, MetaData, String, Text, TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware moment, in UTC on both sides."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Convert to the database's value; a naive moment is ambiguous and refused."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert from the database's value."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class ForeignText(TypeDecorator[str]):
    """Text from outside, without what PostgreSQL cannot store: NUL and lone surrogates."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Convert to the database's value."""
        if value is None:
            return None
        return value.replace("\0", "").encode(errors="replace").decode()


HANDLE: Final = String(320).with_variant(String(15), "sqlite")
"""A handle of any network (`scoring.facts.LONGEST_HANDLE`). SQLite enforces no length: its columns
keep what the first migration declared, as a table would have to be rebuilt for another."""


metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)
