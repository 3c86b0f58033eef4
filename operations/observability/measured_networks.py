"""Wrappers that measure the networks without a key."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from operations.observability.metrics import Metrics
from scoring.reading.errors import ItemError, RateLimited, SourceError
from scoring.reading.names import Network
from scoring.reading.public_fetching import PublicSource
from scoring.reading.sources.public_accounts import OwnPosts, PublicAccount, Result
from services.network_states import NetworkStates


class MeasuredNetwork:
    """A network that counts its requests by page and outcome.

    Args:
        network: which one.
        source: reads it.
        states: keeps how it answered last.
        metrics: counts requests; None where nothing is measured.
    """

    def __init__(
        self,
        network: Network,
        source: PublicSource,
        states: NetworkStates,
        metrics: Metrics | None,
    ) -> None:
        self._network = network
        self._source = source
        self._states = states
        self._metrics = metrics

    @property
    def most_profiles(self) -> int:
        """Return how many names one call of `profiles` takes."""
        return self._source.most_profiles

    async def profiles(
        self, names: Sequence[str], person: int | None = None
    ) -> Mapping[str, Result]:
        """Look up names, and count the request."""
        with self._measured("profiles"):
            return await self._source.profiles(names, person)

    async def recent_posts(
        self, account: PublicAccount, now: datetime, since: datetime | None = None
    ) -> OwnPosts:
        """Read the newest own posts, and count the request."""
        with self._measured("posts"):
            return await self._source.recent_posts(account, now, since)

    @contextmanager
    def _measured(self, page: str) -> Iterator[None]:
        outcome, begun = "cancelled", time.perf_counter()
        try:
            yield
            outcome = "ok"
        except SourceError as error:
            outcome = _outcome(error)
            raise
        finally:
            if outcome != "cancelled":
                self._states.note(self._network, answered=outcome in {"ok", "item"})
            if self._metrics:
                self._metrics.network_requests.labels(self._network, page, outcome).inc()
                self._metrics.network_seconds.labels(self._network, page).observe(
                    time.perf_counter() - begun
                )


def _outcome(error: SourceError) -> str:
    """Return why a request brought nothing; `item`: the network answered, of one account."""
    if isinstance(error, RateLimited):
        return "too_many_requests"
    return "item" if isinstance(error, ItemError) else "unreachable"
