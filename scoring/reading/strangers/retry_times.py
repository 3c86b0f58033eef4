"""When a server may be asked again that said "too many requests" (429)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

_PAUSE: Final = timedelta(minutes=5)
"""The pause where the server names no possible time: the window of Mastodon and Bluesky."""

_LONGEST: Final = timedelta(hours=1)
_SHORTEST: Final = timedelta(seconds=1)
_LONG: Final = 12
"""More digits than a Unix time has."""


def retry_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return when the limit ends (UTC), between a second and an hour from now.

    Read are `Retry-After` in seconds, and `RateLimit-Reset` and `X-RateLimit-Reset`, as a Unix
    time (Bluesky) or in ISO 8601 (Mastodon).
    """
    moments = [
        _after(headers.get("Retry-After", ""), now),
        _at(headers.get("RateLimit-Reset", "")),
        _at(headers.get("X-RateLimit-Reset", "")),
    ]
    possible = [moment for moment in moments if moment and now < moment <= now + _LONGEST]
    return max(min(possible), now + _SHORTEST) if possible else now + _PAUSE


def _after(text: str, now: datetime) -> datetime | None:
    return now + timedelta(seconds=int(text)) if _is_number(text) else None


def _at(text: str) -> datetime | None:
    if _is_number(text):
        return datetime.fromtimestamp(int(text), UTC)
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < _LONG
