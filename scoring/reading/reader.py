"""The reader: from a handle to a reading, stored if it is of today, else read with single flight.

An account that was read on the same UTC day costs nothing. Everything else is asked for once,
however many people wait for it: handles that arrive within a moment share one profile request (a
batch), and people who ask for the same handle share one read (single flight).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Final

from scoring.change import Change, change
from scoring.facts import Recent
from scoring.formulas import CURRENT
from scoring.progress import Point
from scoring.reading.account import Reading, ReadingStore
from scoring.reading.budget import Ledger, Resource
from scoring.reading.errors import AccountError, Interrupted, NetworkNotRead, SourceError
from scoring.reading.fetching import Fetched, Fetches, Fetching, ProvedBy, is_of_day
from scoring.reading.gathering import left_between
from scoring.reading.handles import key
from scoring.reading.names import Network, network_of
from scoring.reading.profile_batch import ProfileBatch
from scoring.reading.public_fetching import PublicFetching, PublicSource
from scoring.reading.requester import Quotas, Requester
from scoring.reading.sources import Source
from scoring.score import score

_log = logging.getLogger(__name__)

BATCH_WINDOW: Final = 0.2
"""Seconds that a look-up waits for others to share its request."""

NOWHERE: Final[Mapping[Network, PublicSource]] = MappingProxyType({})
"""No network but X."""

_AGAIN: Final = timedelta(hours=1)
"""How long the posts of an account are not asked for again that its network did not give."""

_AHEAD: Final = timedelta(hours=1)
"""By how much the clock of another process may be ahead."""

_INSTANT = timedelta(microseconds=1)  # the resolution of stored moments


class Reader:
    """Reads accounts: the one entry point to a score.

    Args:
        source: X; None where it is not read.
        store: earlier readings.
        ledger: what may still be spent.
        quotas: how many accounts one person, or one chat, may have read.
        clock: the time, aware, UTC.
        batch_window: how long a look-up waits for others to share its request, in seconds.
        public: the networks that need no key and cost nothing.
    """

    def __init__(
        self,
        source: Source | None,
        store: ReadingStore,
        ledger: Ledger,
        quotas: Quotas,
        clock: Callable[[], datetime],
        *,
        batch_window: float = BATCH_WINDOW,
        public: Mapping[Network, PublicSource] = NOWHERE,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._quotas = quotas
        self._clock = clock
        self._networks: dict[Network, Fetches] = {}
        if source is not None:
            self._profiles = ProfileBatch(source, ledger, clock, batch_window)
            self._networks["x"] = Fetching(source, self._profiles, ledger, clock, store)
        for network, free in public.items():
            self._networks[network] = PublicFetching(network, free, clock, store, batch_window)
        self._flights: dict[str, asyncio.Task[Reading]] = {}

    async def current(self, handles: Sequence[str], asker: Requester) -> list[Reading] | None:
        """Return today's readings if all are stored and complete, else None."""
        found = await asyncio.gather(*map(self._latest, handles))
        current = [reading for reading in found if reading and self._is_current(reading)]
        if len(current) < len(handles):
            return None
        for _ in current:
            self._ledger.served(asker, self._clock())
        return current

    async def read(self, handle: str, asker: Requester) -> Reading:
        """Return the reading of a valid handle: today's if there is one, else read now.

        The first requester of a read pays for it: the read counts towards their quota and is
        booked under their command.

        When the network cannot be read, an older reading is given with its `problem`.

        Raises:
            scoring.reading.errors.AccountError: the account has no score.
            scoring.reading.errors.SourceError: the network cannot be read and nothing is stored.
        """
        flight = self._flights.get(key(handle))
        joined = flight is not None
        if flight is None:
            flight = asyncio.create_task(self._fly(handle, asker), name=f"read {handle}")
            self._flights[key(handle)] = flight
            flight.add_done_callback(partial(self._landed, key(handle)))
        try:
            reading = await asyncio.shield(flight)
        except asyncio.CancelledError:
            if flight.cancelled():
                raise Interrupted from None
            raise
        if joined and reading.problem is None:
            self._ledger.served(asker, self._clock())
        return reading

    async def stored(self, handle: str) -> Reading | None:
        """Return the newest stored reading, however old; the network is never asked."""
        return await self._latest(handle)

    async def offered(self, handle: str) -> Reading | None:
        """Return the newest stored reading, unless the network said today that there is none."""
        if await self._store.absent(handle, self._clock()):
            return None
        return await self._latest(handle)

    async def starting_with(self, beginning: str, most: int) -> list[Reading]:
        """Return stored readings of accounts whose handles begin so, sorted by handle.

        Args:
            beginning: the first letters of the handles.
            most: how many readings at most; hidden accounts do not count.
        """
        found = await self._store.starting_with(beginning, most)
        return [_by_current_formula(reading) for reading in found]

    async def history(self, reading: Reading, since: datetime) -> Sequence[Point]:
        """Return an account's scores since a moment, oldest first, as they were shown then."""
        return await self._store.history(reading.account_id, since)

    async def posted(self, reading: Reading, since: datetime) -> list[datetime]:
        """Return the moments of an account's own posts since a moment that are known, in order."""
        until = reading.score.facts.as_of
        gathered = await self._store.gathered(reading.account_id, since, until)
        return sorted(kept.post.created_at for kept in gathered.posts.values())

    async def look_up(self, handle: str, asker: Requester) -> ProvedBy:
        """Read an account's present description: each call is paid for and counts to the quota.

        Raises:
            scoring.reading.errors.AccountError: there is no such account.
            scoring.reading.errors.SourceError: the network cannot be read.
        """
        fetching = self._of(handle)
        async with self._of_quota(handle, asker, self._clock()):
            return await fetching.look_up(handle, asker)

    @property
    def now(self) -> datetime:
        """Return the time by the clock that dates readings."""
        return self._clock()

    async def silence(self) -> Mapping[Resource, datetime]:
        """Return the resources whose last request X did not answer, and when each is retried."""
        return await self._ledger.silence()

    def is_of_today(self, reading: Reading) -> bool:
        """Whether the account was looked up on this UTC day."""
        return is_of_day(reading, self._clock())

    async def probe(self, handle: str, refused: Iterable[str | None], asker: Requester) -> None:
        """Ask the network, within the budget, for what it refused; the answer is not stored.

        Args:
            handle: the account to look up.
            refused: further resources to read of it; None stands for the look-up.

        Raises:
            scoring.reading.errors.AccountError: the network answered that there is no such account.
            scoring.reading.errors.SourceError: the network cannot be read.
        """
        await self._of(handle).probe(handle, refused, asker)

    async def recall(self, handle: str, moment: datetime) -> Reading | None:
        """Return the reading of a handle as of a moment; the network is never asked."""
        latest = await self._store.latest(handle)
        if latest is None or latest.score.facts.as_of <= moment:
            return latest
        return await self._store.before(latest.account_id, moment + _INSTANT)

    async def change(self, reading: Reading, since: datetime | None = None) -> Change | None:
        """Explain a score's change since an earlier reading; the network is never asked.

        Args:
            reading: the later reading.
            since: the earlier reading is the newest one up to this moment; without it, the newest
                one of an earlier UTC day.

        Returns:
            The change; None when there is no earlier reading.
        """
        as_of = reading.score.facts.as_of
        midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
        until = midnight if since is None else min(as_of, since + _INSTANT)
        earlier = await self._store.before(reading.account_id, until)
        if earlier is None:
            return None
        before, after = earlier.score, reading.score
        left: Recent | None = None
        if period := left_between(before.facts, after.facts):
            gathered = await self._store.gathered(reading.account_id, *period)
            left = gathered.left(before.facts, after.facts)
        return change(before, after, left)

    async def close(self) -> None:
        """Stop reading at once; calls that wait raise `Interrupted`."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        for fetching in self._networks.values():
            await fetching.close()

    async def _latest(self, handle: str) -> Reading | None:
        """Return the newest stored reading, scored by the formula in use.

        One that a wrong clock dated in the future is no newest one: each question would be paid
        for until then.
        """
        stored = await self._store.latest(handle)
        now = self._clock()
        if stored and stored.score.facts.as_of > now + _AHEAD:
            stored = await self._store.before(stored.account_id, now + _INSTANT)
        return _by_current_formula(stored) if stored else None

    def _landed(self, handle_key: str, flight: asyncio.Task[Reading]) -> None:
        del self._flights[handle_key]
        if not flight.cancelled():
            flight.exception()  # marks it as retrieved: all waiting tasks may be gone

    def _is_current(self, reading: Reading) -> bool:
        """Whether another read would add nothing: the reading is of today, and is complete.

        Where no ledger holds back requests for what was refused, an hour does.
        """
        complete = not reading.unread
        if reading.network != "x" and not complete:
            complete = self._clock() - reading.score.facts.as_of < _AGAIN
        return self.is_of_today(reading) and complete

    def _of(self, handle: str) -> Fetches:
        """Return what reads the network of a handle."""
        network = network_of(handle)
        fetching = self._networks.get(network)
        if fetching is None:
            raise NetworkNotRead(handle, network, tuple(self._networks))
        return fetching

    async def _fly(self, handle: str, asker: Requester) -> Reading:
        stored = await self._latest(handle)
        if stored and self._is_current(stored):
            self._ledger.served(asker, self._clock())
            return stored
        if absent := await self._store.absent(handle, self._clock()):
            raise absent
        try:
            fetched = await self._afresh(handle, stored, asker)
        except AccountError as error:
            await _kept(self._store.note_absent(error, handle, self._clock()))
            raise
        except SourceError as problem:
            if stored is None:
                raise
            # The network may have taken long to refuse: the account may be hidden by now.
            return await self._as_hidden_now(replace(stored, problem=problem))
        if stored is None or not _adds_nothing(stored, fetched):
            reading, before, after = fetched
            await _kept(self._store.add(reading, handle, before, after))
        return fetched.reading

    async def _afresh(self, handle: str, stored: Reading | None, asker: Requester) -> Fetched:
        """Read within the requester's quota."""
        now, fetching = self._clock(), self._of(handle)
        await fetching.check(handle, stored, now)
        async with self._of_quota(handle, asker, now):
            fetched = await fetching.fetch(handle, stored, asker)
        return fetched._replace(reading=await self._as_hidden_now(fetched.reading))

    async def _as_hidden_now(self, reading: Reading) -> Reading:
        return replace(reading, hidden_by=await self._store.hidden_by(reading.account_id))

    @asynccontextmanager
    async def _of_quota(self, handle: str, asker: Requester, now: datetime) -> AsyncIterator[None]:
        """Take one account from the quota; give it back if the read cost nothing."""
        try:
            await self._quotas.take(asker, now)
        except SourceError as problem:
            problem.network = network_of(handle)
            raise
        try:
            yield
        except SourceError as problem:
            if not problem.may_be_billed:
                await self._quotas.give_back(asker, now)
            raise


async def _kept(work: Awaitable[None]) -> None:
    try:
        await work
    except AccountError:
        raise  # the account asked meanwhile not to be shown
    except Exception:  # noqa: BLE001 - logged: the answer is paid for and must still be given
        _log.exception("what was read could not be stored")


def _by_current_formula(stored: Reading) -> Reading:
    if stored.score.formula == CURRENT.name:
        return stored
    return replace(stored, score=score(stored.score.facts))


def _adds_nothing(stored: Reading, fetched: Fetched) -> bool:
    """Whether a second reading of one day brought nothing, so that one row is enough."""
    again, before, after = fetched
    alike = stored.unread == again.unread and before == after
    return stored.score.facts.as_of.date() == again.score.facts.as_of.date() and alike
