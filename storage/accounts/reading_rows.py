"""Rows of accounts with a reading, as readings; one that is damaged stands alone."""

import json
import logging
from typing import Any, Final, get_args

from sqlalchemy import Row

from scoring.facts import Recent
from scoring.reading.account import Note, Reading
from scoring.reading.budget import Resource
from scoring.score import PARTS, Parts, Score

_log = logging.getLogger(__name__)


def parts_of(receipt: str) -> Parts | None:
    """Return the parts that a receipt names; None when it is damaged or a newer version's."""
    try:
        named = json.loads(receipt)["parts"]
        community, activity, reactions = (float(named[name]) for name in PARTS)
    except (ValueError, TypeError, KeyError):
        return None
    return community, activity, reactions


def readable(row: Row[*tuple[Any, ...]]) -> Reading | None:
    """Return a row as a reading; None when it is damaged or a newer version's."""
    try:
        return _reading(row)
    except Exception as error:  # noqa: BLE001 - it must not stop the others
        not_understood(row.id, error)
        return None


def not_understood(account_id: int, error: Exception) -> None:
    """Log a stored reading that cannot be understood, by its account's number."""
    found = {"account_id": account_id, "error": type(error).__name__}
    _log.warning("a stored reading cannot be understood", extra=found)


def _reading(row: Row[*tuple[Any, ...]]) -> Reading:
    score = Score.from_json(json.loads(row.receipt))
    unread = _unread(row.unread, score.facts.recent) if not row.protected else ()
    return Reading(
        row.id,
        row.handle,
        row.name,
        row.protected,
        score,
        unread,
        hidden_by=row.hidden_by,
        external_id=_external_id(row),
        notes=frozenset(note for note in get_args(Note) if note in (row.notes or "").split(",")),
    )


def _external_id(row: Row[*tuple[Any, ...]]) -> str:
    return row.external_id if row.external_id and row.external_id != str(row.id) else ""


def _unread(column: str | None, recent: Recent | None) -> tuple[Resource, ...]:
    """Return what a reading lacks; of an earlier version's, the halves of its window."""
    if column is None:
        posts, mentions = (recent.posts, recent.mentions) if recent else (None, None)
        lacks = {"post": posts is None, "mention_count": mentions is None}
    else:
        names = column.split(",")
        lacks = {resource: resource in names for resource in _HALVES}
    return tuple(resource for resource in _HALVES if lacks[resource])


_HALVES: Final[tuple[Resource, ...]] = ("post", "mention_count")
