"""From a handle to a reading: what is stored if it is of today, else one shared, paid read.

An account that was read on the same UTC day costs nothing, and everything else is asked for
once, however many people wait for it: handles that arrive within a moment share one profile
request, and people who ask for the same handle share one flight.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from scoring import windows
from scoring.batch import ProfileBatch
from scoring.budget import Ledger, paid
from scoring.change import Change, change
from scoring.errors import (
    HandleNotFound,
    Interrupted,
    SourceError,
    SourceUnreachable,
)
from scoring.facts import Facts, FactsError
from scoring.formula import CURRENT
from scoring.handles import key
from scoring.progress import Point
from scoring.reading import Reading, ReadingStore
from scoring.score import score
from scoring.sources import MAX_POSTS, MentionWindow, PostWindow, Profile, Source

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

_INSTANT = timedelta(microseconds=1)  # what a moment is stored to


class Reader:
    """The one way to a score.

    Args:
        source: the network.
        store: what was read before.
        ledger: what may still be spent.
        clock: the time, aware, UTC.
        batch_window: how long a look-up waits for others to share its request, in seconds.
    """

    def __init__(
        self,
        source: Source,
        store: ReadingStore,
        ledger: Ledger,
        clock: Callable[[], datetime],
        *,
        batch_window: float = 0.2,
    ) -> None:
        self._source = source
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._profiles = ProfileBatch(source, ledger, clock, batch_window)
        self._flights: dict[str, asyncio.Task[Reading]] = {}

    async def current(self, handle: str) -> Reading | None:
        """Today's reading if it is stored and whole, which asking X again could not better."""
        stored = await self._latest(handle)
        return stored if stored and self._is_current(stored) else None

    async def read(self, handle: str) -> Reading:
        """The reading of a valid handle: today's if there is one, else read now.

        When the network cannot be read, an older reading is given with its `problem`.

        Raises:
            scoring.errors.AccountError: the account has no score.
            scoring.errors.SourceError: the network cannot be read and nothing is stored.
        """
        flight = self._flights.get(key(handle))
        if flight is None:
            flight = asyncio.create_task(self._fly(handle), name=f"read {handle}")
            self._flights[key(handle)] = flight
            flight.add_done_callback(partial(self._landed, key(handle)))
        try:
            return await asyncio.shield(flight)
        except asyncio.CancelledError:
            if flight.cancelled():
                raise Interrupted from None
            raise

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

    async def profile(self, handle: str) -> Profile:
        """An account's profile as it is at this moment: always read, always paid for.

        Raises:
            scoring.errors.AccountError: there is no such account.
            scoring.errors.SourceError: the network cannot be read.
        """
        return await self._profiles.get(handle)

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

    def _is_of_today(self, reading: Reading) -> bool:
        return reading.score.facts.as_of.date() == self._clock().date()

    def _is_current(self, reading: Reading) -> bool:
        """Whether reading again could add nothing: of today, and no half is missing."""
        mentions = windows.mentions_of(reading.score.facts)
        complete = reading.posts is not None and mentions is not None
        return self._is_of_today(reading) and (reading.protected or complete)

    async def _fly(self, handle: str) -> Reading:
        stored = await self._latest(handle)
        if stored and self._is_current(stored):
            return stored
        try:
            if stored and self._is_of_today(stored):
                profile = _profile_of(stored)
            else:
                profile = await self._profile(handle, stored)
            reading = await self._read_window(profile, stored)
        except SourceError as problem:
            if stored is None:
                raise
            return replace(stored, problem=problem)
        if stored is None or not _same_facts(stored, reading):
            try:
                await self._store.add(reading, handle)
            except Exception:  # noqa: BLE001 - logged, and not worth an answer that was paid for
                _log.exception("a reading could not be stored")
        return reading

    async def _profile(self, handle: str, stored: Reading | None) -> Profile:
        try:
            return await self._profiles.get(handle)
        except HandleNotFound:
            if stored is None:
                raise
        # An account was known by this handle: it may go by another one now.
        account_id = stored.account_id

        async def by_id() -> tuple[Profile | None, int]:
            found = await self._source.profile_by_id(account_id)
            return found, int(found is not None)

        profile = await paid(self._ledger, "user", 1, self._clock(), by_id)
        if profile is None:
            raise HandleNotFound(handle)
        return profile

    async def _read_window(self, profile: Profile, stored: Reading | None) -> Reading:
        """Read what is missing of the recent window; what fails leaves the reading shallower."""
        if stored and stored.account_id != profile.id:  # the handle has another owner now
            stored = None
        window: PostWindow | None = None
        counted: MentionWindow | None = None
        problem: SourceError | None = None
        if not profile.protected:
            posts, mentions = await asyncio.gather(
                _caught(self._posts(profile, stored)), _caught(self._mentions(profile, stored))
            )
            window, counted = posts[0], mentions[0]
            problem = posts[1] or mentions[1]
        now = self._clock()
        try:
            facts = Facts(
                handle=profile.handle,
                network="x",
                followers=profile.followers,
                following=profile.following,
                listed=profile.listed,
                posts=profile.posts,
                created_at=min(profile.created_at, now),  # X's clock may be ahead of ours
                as_of=now,
                recent=windows.recent(window, counted),
            )
        except FactsError as error:
            raise SourceUnreachable(str(error), may_be_billed=True) from error
        return Reading(
            account_id=profile.id,
            handle=profile.handle,
            name=profile.name,
            protected=profile.protected,
            score=score(facts),
            posts=window.posts if window else None,
            problem=problem,
            hidden_by=await self._store.hidden_by(profile.id),
        )

    async def _posts(self, profile: Profile, stored: Reading | None) -> PostWindow:
        now = self._clock()
        if profile.posts == 0:
            return windows.without_posts(profile, now)
        if stored:
            earlier = stored.score.facts
            known = windows.posts_of(earlier, stored.posts)
            if known and self._is_of_today(stored):
                return known
            if unchanged := windows.still_true(profile, earlier, stored.posts, now):
                return unchanged

        async def read() -> tuple[PostWindow, int]:
            window = await self._source.recent_posts(profile, now)
            return window, len(window.posts)

        return await paid(self._ledger, "post", MAX_POSTS, now, read)

    async def _mentions(self, profile: Profile, stored: Reading | None) -> MentionWindow:
        if stored and self._is_of_today(stored):
            known = windows.mentions_of(stored.score.facts)
            if known:
                return known

        async def count() -> tuple[MentionWindow, int]:
            return await self._source.mentions(profile), 1

        return await paid(self._ledger, "mention_count", 1, self._clock(), count)


async def _caught(half: Awaitable[_T]) -> tuple[_T | None, SourceError | None]:
    try:
        return await half, None
    except SourceError as problem:
        return None, problem


def _by_current_formula(stored: Reading) -> Reading:
    if stored.score.formula == CURRENT.name:
        return stored
    return replace(stored, score=score(stored.score.facts))


def _profile_of(reading: Reading) -> Profile:
    facts = reading.score.facts
    return Profile(
        id=reading.account_id,
        handle=reading.handle,
        name=reading.name,
        protected=reading.protected,
        followers=facts.followers,
        following=facts.following,
        listed=facts.listed,
        posts=facts.posts,
        created_at=facts.created_at,
    )


def _same_facts(one: Reading, other: Reading) -> bool:
    """Whether a second look on the same day brought nothing worth another row."""
    facts, again = one.score.facts, other.score.facts
    return facts.as_of.date() == again.as_of.date() and facts.recent == again.recent
