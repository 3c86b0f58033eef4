"""How the networks answered lately, as this process saw it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from scoring.reading.names import Network


@dataclass(frozen=True, slots=True)
class NetworkState:
    """How one network answered.

    Attributes:
        network: the network.
        answered_at: when it last answered (aware, UTC); None before the first time.
        failed_at: when it last gave no usable answer; None without.
    """

    network: Network
    answered_at: datetime | None = None
    failed_at: datetime | None = None

    @property
    def failing(self) -> bool:
        """Whether the last request brought no usable answer."""
        if self.failed_at is None:
            return False
        return self.answered_at is None or self.answered_at < self.failed_at


class NetworkStates:
    """Keeps how each network answered last.

    Args:
        networks: those that are read.
        clock: the time, aware, UTC.
    """

    def __init__(self, networks: Iterable[Network], clock: Callable[[], datetime]) -> None:
        self._states = {network: NetworkState(network) for network in networks}
        self._clock = clock

    def note(self, network: Network, *, answered: bool) -> None:
        """Note the outcome of a request."""
        state = self._states.get(network, NetworkState(network))
        now = self._clock()
        self._states[network] = (
            NetworkState(network, now, state.failed_at)
            if answered
            else NetworkState(network, state.answered_at, now)
        )

    def all(self) -> tuple[NetworkState, ...]:
        """Return the state of every network that is read."""
        return tuple(self._states.values())
