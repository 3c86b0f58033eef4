"""What accounts like one usually draw, from what this bot has read itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from scoring.peers.usual import Usual, band, usual
from services.visibility import Visible
from storage.accounts.peer_counts import PeerCounts

_RECENT: Final = timedelta(days=56)
"""Readings of the last weeks: habits of a network change."""

_MOST: Final = 300
"""Accounts from which a median is taken: more would hardly move it."""


class Peers:
    """Compares an account with others of its network that have about as many followers."""

    def __init__(self, counts: PeerCounts, clock: Callable[[], datetime]) -> None:
        self._counts = counts
        self._clock = clock

    async def usual(self, reading: Visible) -> Usual:
        """Return what is usual: as read, or the formula's typical values where too few were."""
        followers = band(reading.score.facts.followers)
        others = await self._counts.seen(
            reading.network, followers, self._clock() - _RECENT, _MOST, without=reading.account_id
        )
        return usual(reading.score, others)
