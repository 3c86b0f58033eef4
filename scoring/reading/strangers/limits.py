"""How often strangers' servers are asked: rate limits and a circuit breaker for each host."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from scoring.reading.errors import QuotaSpent

_K = TypeVar("_K")
_V = TypeVar("_V")

_MOST_KEYS: Final = 10_000
"""Hosts or people remembered; beyond it those of least use are forgotten first."""

_FAILURES: Final = 3
_PAUSE: Final = timedelta(minutes=10)
"""Failures in a row after which a host is left alone, and for how long."""

_NEW_SERVERS: Final = 5
_HOUR: Final = timedelta(hours=1)
"""New servers that one person may have asked within an hour."""


class RateLimit:
    """At most `most` takes of each key within any `period`; kept in memory.

    Args:
        most: how many takes; > 0.
        period: the time in which they count.
        clock: gives the time, aware, UTC.
    """

    def __init__(self, most: int, period: timedelta, clock: Callable[[], datetime]) -> None:
        self._most = most
        self._period = period
        self._clock = clock
        self._taken: dict[str, deque[datetime]] = {}

    def take(self, key: str) -> datetime | None:
        """Take one; where there is none left, return when there is one (aware, UTC) instead."""
        now = self._clock()
        taken = self._taken.pop(key, deque[datetime]())
        while taken and taken[0] <= now - self._period:
            taken.popleft()
        _keep(self._taken, key, taken)
        if len(taken) >= self._most:
            return taken[0] + self._period
        taken.append(now)
        return None


class NewServers:
    """How many servers that never showed an account one person may have asked within an hour.

    It keeps the bot from being used to scan the Internet. A server counts once an hour, however
    often it is asked.

    Args:
        clock: gives the time, aware, UTC.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._asked: dict[int, dict[str, datetime]] = {}
        self._known: dict[str, None] = {}

    def admit(self, host: str, person: int | None) -> None:
        """Count a server that is not known against a person's limit.

        Args:
            host: the server's name.
            person: Telegram's number of the person; None for work that no person waits for,
                which asks only servers of accounts that are followed.

        Raises:
            scoring.reading.errors.QuotaSpent: the limit is reached.
        """
        if person is None or host in self._known:
            return
        now = self._clock()
        before = self._asked.pop(person, {})
        asked = {each: moment for each, moment in before.items() if moment > now - _HOUR}
        _keep(self._asked, person, asked)
        if host in asked:
            return
        if len(asked) >= _NEW_SERVERS:
            raise QuotaSpent(min(asked.values()) + _HOUR)
        asked[host] = now

    def note_answer(self, host: str) -> None:
        """Note that a server showed an account: it counts against no limit from now on."""
        self._known.pop(host, None)
        _keep(self._known, host, None)


class Pause(NamedTuple):
    """Until when a host is left alone (aware, UTC), and whether it asked for that itself."""

    until: datetime
    wished: bool


@dataclass(slots=True)
class _Host:
    failures: int = 0
    pause: Pause | None = None


class HostBreaker:
    """A circuit breaker for each host, in memory.

    After `_FAILURES` failures in a row a host is left alone for `_PAUSE`. One request, the probe,
    then finds out whether it answers again; the others wait for its result.

    Args:
        clock: gives the time, aware, UTC.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    def admit(self, host: str) -> Pause | None:
        """Return None where the host may be asked now, else its pause."""
        state = self._hosts.get(host)
        if state is None or state.pause is None:
            return None
        now = self._clock()
        if now < state.pause.until:
            return state.pause
        probes = state.failures >= _FAILURES
        state.pause = Pause(now + _PAUSE, wished=False) if probes else None
        return None

    def note_answer(self, host: str) -> None:
        """Note that a host answered: its failures are forgotten."""
        self._hosts.pop(host, None)

    def note_failure(self, host: str) -> None:
        """Note that a host did not answer, or not in a usable way."""
        state = self._state(host)
        state.failures += 1
        if state.failures >= _FAILURES:
            state.pause = Pause(self._clock() + _PAUSE, wished=False)

    def leave_alone(self, host: str, until: datetime) -> None:
        """Note that a host asked not to be asked before a moment."""
        self._state(host).pause = Pause(until, wished=True)

    def _state(self, host: str) -> _Host:
        state = self._hosts.pop(host, None) or _Host()
        _keep(self._hosts, host, state)
        return state


def _keep(kept: dict[_K, _V], key: _K, value: _V) -> None:
    """Add a key as the one used last; beyond `_MOST_KEYS` the one used first is forgotten."""
    kept[key] = value
    if len(kept) > _MOST_KEYS:
        del kept[next(iter(kept))]
