"""From a handle to a reading: what is stored if it is of today, else one shared, paid read.

An account that was read on the same UTC day costs nothing, and everything else is asked for
once, however many people wait for it: handles that arrive within a moment share one profile
request, and people who ask for the same handle share one flight.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from scoring import windows
from scoring.asking import Asker, Quotas
from scoring.batch import ProfileBatch
from scoring.budget import Ledger
from scoring.change import Change, change
from scoring.errors import AccountError, Interrupted, SourceError
from scoring.fetching import Fetching
from scoring.formula import CURRENT
from scoring.handles import key
from scoring.progress import Point
from scoring.reading import Reading, ReadingStore
from scoring.score import score
from scoring.sources import Profile, Source

_log = logging.getLogger(__name__)

_INSTANT = timedelta(microseconds=1)  # what a moment is stored to


class Reader:
    """The one way to a score.

    Args:
        source: the network.
        store: what was read before.
        ledger: what may still be spent.
        quotas: how much of that one person, or one chat, may have read.
        clock: the time, aware, UTC.
        batch_window: how long a look-up waits for others to share its request, in seconds.
    """

    def __init__(
        self,
        source: Source,
        store: ReadingStore,
        ledger: Ledger,
        quotas: Quotas,
        clock: Callable[[], datetime],
        *,
        batch_window: float = 0.2,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._quotas = quotas
        self._clock = clock
        self._profiles = ProfileBatch(source, ledger, clock, batch_window)
        self._fetching = Fetching(source, self._profiles, ledger, clock)
        self._flights: dict[str, asyncio.Task[Reading]] = {}

    async def current(self, handles: Sequence[str], asker: Asker) -> list[Reading] | None:
        """Today's readings, if all are stored and whole: asking X again could not better them."""
        found = await asyncio.gather(*map(self._latest, handles))
        current = [reading for reading in found if reading and self._is_current(reading)]
        if len(current) < len(handles):
            return None
        for _ in current:
            self._ledger.served(asker, self._clock())
        return current

    async def read(self, handle: str, asker: Asker) -> Reading:
        """The reading of a valid handle: today's if there is one, else read now.

        Whoever asks first for what has to be read pays for it: it counts towards their quota, and
        is booked under their command.

        When the network cannot be read, an older reading is given with its `problem`.

        Raises:
            scoring.errors.AccountError: the account has no score.
            scoring.errors.SourceError: the network cannot be read and nothing is stored.
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
        """The newest stored reading, however old; the network is never asked."""
        return await self._latest(handle)

    async def starting_with(self, beginning: str, viewer: int | None, most: int) -> list[Reading]:
        """Stored readings of accounts whose handles begin so, by handle; nothing is read.

        Args:
            viewer: a person's number, who alone sees what that person hides; None for many.
            most: how many at most.
        """
        found = await self._store.starting_with(beginning, viewer, most)
        return [_by_current_formula(reading) for reading in found]

    async def history(self, reading: Reading, since: datetime) -> Sequence[Point]:
        """What an account scored since a moment, oldest first, as it was told then."""
        return await self._store.history(reading.account_id, since)

    async def profile(self, handle: str, asker: Asker) -> Profile:
        """An account's profile as it is at this moment: always read, always paid for, by quota too.

        Raises:
            scoring.errors.AccountError: there is no such account.
            scoring.errors.SourceError: the network cannot be read.
        """
        async with self._of_quota(asker, self._clock()):
            return await self._profiles.get(handle, asker)

    async def recall(self, handle: str, moment: datetime) -> Reading | None:
        """What was known of a handle at a moment; the network is never asked."""
        latest = await self._store.latest(handle)
        if latest is None or latest.score.facts.as_of <= moment:
            return latest
        return await self._store.before(latest.account_id, moment + _INSTANT)

    async def change(self, reading: Reading, since: datetime | None = None) -> Change | None:
        """What became of the score since an earlier reading; the network is never asked.

        Args:
            reading: the later one.
            since: the earlier is the newest of this moment or before; without it, of an earlier
                UTC day. None is returned when there is none.
        """
        as_of = reading.score.facts.as_of
        midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
        until = midnight if since is None else min(as_of, since + _INSTANT)
        earlier = await self._store.before(reading.account_id, until)
        if earlier is None:
            return None
        before, after = earlier.score, reading.score
        left = windows.left(before.facts, earlier.posts or (), after.facts, reading.posts or ())
        return change(before, after, left)

    async def close(self) -> None:
        """Stop reading at once; whoever waits gets `Interrupted`."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await self._profiles.close()

    async def _latest(self, handle: str) -> Reading | None:
        """The newest stored reading, by the formula in use; the stored one stays as it is."""
        stored = await self._store.latest(handle)
        return _by_current_formula(stored) if stored else None

    def _landed(self, handle_key: str, flight: asyncio.Task[Reading]) -> None:
        del self._flights[handle_key]
        if not flight.cancelled():
            flight.exception()  # everyone who waited may have left; then nobody else would ask

    def _is_current(self, reading: Reading) -> bool:
        """Whether reading again could add nothing: of today, and no half is missing."""
        mentions = windows.mentions_of(reading.score.facts)
        complete = reading.posts is not None and mentions is not None
        return self._fetching.is_of_today(reading) and (reading.protected or complete)

    async def _fly(self, handle: str, asker: Asker) -> Reading:
        stored = await self._latest(handle)
        if stored and self._is_current(stored):
            self._ledger.served(asker, self._clock())
            return stored
        if absent := await self._store.absent(handle, self._clock()):
            raise absent
        try:
            reading = await self._afresh(handle, stored, asker)
        except AccountError as error:
            await _kept(self._store.note_absent(error, self._clock()))
            raise
        except SourceError as problem:
            if stored is None:
                raise
            return replace(stored, problem=problem)
        if stored is None or not _same_facts(stored, reading):
            await _kept(self._store.add(reading, handle))
        return reading

    async def _afresh(self, handle: str, stored: Reading | None, asker: Asker) -> Reading:
        """Read, within what whoever asks may have read."""
        now = self._clock()
        known = stored is not None and self._fetching.is_of_today(stored)
        await self._ledger.check("mention_count" if known else "user", now)
        async with self._of_quota(asker, now):
            reading = await self._fetching.fetch(handle, stored, asker)
        return replace(reading, hidden_by=await self._store.hidden_by(reading.account_id))

    @asynccontextmanager
    async def _of_quota(self, asker: Asker, now: datetime) -> AsyncIterator[None]:
        """Around one account's reading; what costs nothing does not count."""
        await self._quotas.take(asker, now)
        try:
            yield
        except SourceError as problem:
            if not problem.may_be_billed:
                await self._quotas.give_back(asker, now)
            raise


async def _kept(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - logged, and not worth an answer that was paid for
        _log.exception("what was read could not be stored")


def _by_current_formula(stored: Reading) -> Reading:
    if stored.score.formula == CURRENT.name:
        return stored
    return replace(stored, score=score(stored.score.facts))


def _same_facts(one: Reading, other: Reading) -> bool:
    """Whether a second look on the same day brought nothing worth another row."""
    facts, again = one.score.facts, other.score.facts
    return facts.as_of.date() == again.as_of.date() and facts.recent == again.recent
