"""Voters as keyed hashes: who voted cannot be told from the database without the key."""

import hmac
from typing import Final

_LENGTH: Final = 32
"""Hexadecimal digits that are kept: 128 bits, so that two people never share them."""


class VoterKey:
    """Turns people into voters.

    Args:
        key: the operator's secret. Another key makes other voters of the same people.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def voter(self, person_id: int) -> str:
        """Return the voter that a person is: HMAC-SHA-256 of the user id, in 32 digits."""
        return hmac.new(self._key, f"voter {person_id}".encode(), "sha256").hexdigest()[:_LENGTH]
