"""Reads many accounts, a hundred to a request, and stops once no read can be bought.

When X did not answer last time, one handle probes it before a hundred are asked for. When X answers
other requests but not a request of a hundred, that request is halved until the one handle that X
does not answer for is alone, and delays no other.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from scoring.reading.errors import (
    AccountError,
    BudgetSpent,
    CreditsDepleted,
    EndpointRefused,
    ItemError,
    NetworkNotRead,
    QuotaSpent,
    RateLimited,
    ScoringError,
    SourceError,
    SourceUnreachable,
    TakesLonger,
    TokenRefused,
)
from scoring.reading.handles import key
from scoring.reading.names import Network, network_of
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester

_TOGETHER: Final = 100
"""Handles to a request: as many as X looks up in one."""

_OF_BLUESKY: Final = 25
"""Accounts to a request of Bluesky."""

_SIDE_BY_SIDE: Final = 10
"""Accounts of the fediverse read at once, each in requests of its own."""

PATIENCE: Final = 60.0
"""Seconds that servers of the fediverse may hold up a batch: what is left over is read later."""

_REFUSED: Final = (CreditsDepleted, TokenRefused)
"""X refuses every request, or did until just now."""

_FINAL: Final = (BudgetSpent, QuotaSpent, ItemError, EndpointRefused, NetworkNotRead, *_REFUSED)
"""Problems that do not pass within minutes."""

_IN_A_ROW: Final = 3
"""Requests or accounts in a row without an answer, after which X as a whole counts as silent."""


@dataclass(slots=True)
class BatchResult:
    """Result of reading many handles.

    Attributes:
        problems: by key, why a handle has no reading or no fresh one.
        unread: keys of handles left for later, because X asks to wait or does not answer.
        refused: keys of handles that X refused together with all others.
        again_at: when X may be asked again.
        silent: X answers no look-up.
    """

    problems: dict[str, ScoringError] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    again_at: datetime | None = None
    silent: bool = False

    def join(self, other: "BatchResult") -> None:
        """Add the result of other handles."""
        self.problems |= other.problems
        self.unread |= other.unread
        self.refused |= other.refused
        moments = [moment for moment in (self.again_at, other.again_at) if moment]
        self.again_at = max(moments, default=None)
        self.silent = self.silent or other.silent

    def leave(self, handle: str, problem: ScoringError, *, wait: bool = True) -> None:
        """Note why a handle is not fresh; with `wait`, leave it for later if that may help."""
        self.problems[key(handle)] = problem
        if isinstance(problem, TokenRefused):
            self.refused.add(key(handle))
        if wait and isinstance(problem, SourceError) and not isinstance(problem, _FINAL):
            self.unread.add(key(handle))
            if isinstance(problem, RateLimited):
                self.again_at = max(self.again_at or problem.until, problem.until)


class _Result(NamedTuple):
    """Result of one handle.

    Attributes:
        problem: why the reading is missing, incomplete or not fresh.
        fresh: the account was looked up on this UTC day.
        answered: X answered the look-up just now.
    """

    problem: ScoringError | None
    fresh: bool
    answered: bool

    @property
    def is_unanswered(self) -> bool:
        """Return whether X was asked and gave no answer, to the look-up or to the rest."""
        return isinstance(self.problem, SourceUnreachable)

    @property
    def was_asked(self) -> bool:
        """Return whether X was asked just now; a stored reading says nothing about X."""
        return self.answered or self.is_unanswered

    @property
    def stops(self) -> bool:
        """Return whether asking for further handles is useless."""
        limited = isinstance(self.problem, RateLimited) and not self.fresh
        return limited or isinstance(self.problem, (BudgetSpent, *_REFUSED))


async def read_batch(
    reader: Reader,
    handles: Iterable[str],
    who: Requester,
    *,
    resting: bool = False,
    patience: float = PATIENCE,
) -> BatchResult:
    """Read handles, a hundred to a request; stop asking once no read can be bought.

    Each account costs one read a UTC day at most: `Reader` shares reads between requesters.

    Args:
        handles: in order of importance.
        who: the requester.
        resting: do not ask X, which gave no answer a while ago; use stored readings.
        patience: seconds that the servers of the fediverse may take together.
    """
    names: dict[Network, list[str]] = {}
    for handle in handles:
        names.setdefault(network_of(handle), []).append(handle)
    reads = [
        _of_network(network, reader, some, who, resting=resting, patience=patience)
        for network, some in names.items()
    ]
    result = BatchResult()
    for collected in await asyncio.gather(*reads):
        result.join(collected)
    return result


async def _of_network(
    network: Network,
    reader: Reader,
    names: list[str],
    who: Requester,
    *,
    resting: bool,
    patience: float,
) -> BatchResult:
    """Read the accounts of one network: what it does stops no other."""
    if network == "fediverse":  # each server is one by itself
        return await _each(reader, names, who, patience)
    if network != "x":
        collecting = _Collecting(reader, who, names, doubted=False, together=_OF_BLUESKY)
        collected = await collecting.run()
        collected.silent = False
        return collected
    if resting:
        return await _stored(reader, names, who)
    doubted = bool(await reader.silence())
    return await _Collecting(reader, who, names, doubted=doubted, together=_TOGETHER).run()


async def _each(
    reader: Reader, names: Sequence[str], who: Requester, patience: float
) -> BatchResult:
    """Read accounts that have nothing to do with each other, as many as the time allows.

    A read that takes longer goes on by itself: its reading is there for the next batch.
    """
    collected, places = BatchResult(), asyncio.Semaphore(_SIDE_BY_SIDE)

    async def read(name: str) -> ScoringError | None:
        async with places:
            try:
                return (await reader.read(name, who)).problem
            except ScoringError as error:
                return error

    reads = {asyncio.create_task(read(name)): name for name in names}
    done, late = await asyncio.wait(reads, timeout=patience) if reads else (set(), set())
    for task in late:
        task.cancel()
        collected.leave(reads[task], TakesLonger())
    for task in done:
        if problem := task.result():
            collected.leave(reads[task], problem)
    return collected


class _Collecting:
    """One batch under way.

    Args:
        names: handles that are still to be asked for.
        doubted: the network did not answer the last request.
        together: how many are asked for at once.
    """

    def __init__(
        self,
        reader: Reader,
        who: Requester,
        names: list[str],
        *,
        doubted: bool,
        together: int,
    ) -> None:
        self._together = together
        self._reader = reader
        self._who = who
        self._names = names
        self._doubted = doubted
        self._begun = reader.now
        self._suspects: deque[list[str]] = deque()  # one of each may be why X did not answer
        self._results: dict[str, _Result] = {}
        self._answers = False  # X has answered a look-up in this batch
        self._in_a_row = 0

    async def run(self) -> BatchResult:
        collected, stop = BatchResult(), None
        while stop is None and (some := self._next()):
            results = await self._ask(some)
            stop = self._stop(results)
            self._suspects += _halves(results)
            if asked := [each.is_unanswered for each in results.values() if each.was_asked]:
                self._doubted = 2 * sum(asked) > len(asked)
        if stop is not None:
            for name in self._names:  # suspects already have a result
                self._results[name] = _Result(stop, fresh=False, answered=False)
        collected.silent = isinstance(stop, SourceUnreachable) and not self._answers
        odd = await self._odd() if stop is None else set()
        for name, result in self._results.items():
            if result.problem is not None:
                collected.leave(name, result.problem, wait=name not in odd)
        return collected

    def _next(self) -> list[str]:
        """Return the handles for the next request."""
        if self._suspects:
            return self._suspects.popleft()
        size = 1 if self._doubted else self._together
        some, self._names = self._names[:size], self._names[size:]
        return some

    async def _ask(self, some: Sequence[str]) -> dict[str, _Result]:
        """Read handles; read those again that X refused until it answered one of them."""
        results = await self._read_all(some)
        refused = [name for name, each in results.items() if isinstance(each.problem, _REFUSED)]
        if 0 < len(refused) < len(some):  # one handle went alone, as the probe
            results |= await self._read_all(refused)
        self._results |= results
        return results

    def _stop(self, results: dict[str, _Result]) -> ScoringError | None:
        """Return why no more may be asked, or None."""
        for each in results.values():
            if each.stops:
                return each.problem
        answered = any(each.answered for each in results.values())
        self._answers = self._answers or answered
        silent = [each for each in results.values() if _is_silent(each)]
        if silent and not answered:
            self._in_a_row += 1
            if not self._answers or self._in_a_row >= _IN_A_ROW:
                return silent[0].problem
        elif self._doubted and any(each.is_unanswered for each in results.values()):
            self._in_a_row += 1  # posts or mentions failed: another account may do better
            if self._in_a_row >= _IN_A_ROW:
                return next(iter(results.values())).problem
        else:
            self._in_a_row = 0
        return None

    async def _odd(self) -> set[str]:
        """Ask again for the few handles without an answer; return those that still have none."""
        unanswered = [name for name, each in self._results.items() if each.is_unanswered]
        others = len(self._results) - len(unanswered)
        if not unanswered or len(unanswered) > others:
            return set()
        self._results |= await self._read_all(unanswered)
        return {name for name in unanswered if self._results[name].is_unanswered}

    async def _read_all(self, names: Sequence[str]) -> dict[str, _Result]:
        results = await asyncio.gather(*map(self._read, names))
        return dict(zip(names, results, strict=True))

    async def _read(self, name: str) -> _Result:
        try:
            reading = await self._reader.read(name, self._who)
        except AccountError as error:
            return _Result(error, fresh=True, answered=error.again_at is None)
        except ItemError as error:
            return _Result(error, fresh=False, answered=True)
        except ScoringError as error:
            return _Result(error, fresh=False, answered=False)
        fresh = self._reader.is_of_today(reading)
        answered = fresh and reading.score.facts.as_of >= self._begun
        return _Result(reading.problem, fresh, answered)


def _is_silent(result: _Result) -> bool:
    """Return whether X gave no answer to the look-up."""
    return result.is_unanswered and not result.fresh


def _halves(results: dict[str, _Result]) -> list[list[str]]:
    """Return two halves of the handles without an answer, one of which may be the cause."""
    names = [name for name, each in results.items() if _is_silent(each)]
    half = len(names) // 2
    return [names[:half], names[half:]] if half else []


async def _stored(reader: Reader, names: Sequence[str], who: Requester) -> BatchResult:
    """Return what is stored, without asking X."""
    collected = BatchResult(silent=True)
    for start in range(0, len(names), _TOGETHER):
        some = names[start : start + _TOGETHER]
        found = await asyncio.gather(*(reader.current([name], who) for name in some))
        for name, current in zip(some, found, strict=True):
            if current is None:
                collected.leave(name, SourceUnreachable("no answer a while ago"))
    return collected
