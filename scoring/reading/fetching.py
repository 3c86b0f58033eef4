"""Fetching one account from X with as few paid reads as possible, each booked on its requester."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from scoring.facts import Facts, FactsError, Recent
from scoring.reading.account import Reading, ReadingStore
from scoring.reading.budget import Charge, Charges, Ledger, Resource, paid
from scoring.reading.errors import AccountUnreadable, HandleNotFound, ItemError, SourceError
from scoring.reading.gathering import KEPT, Gathered
from scoring.reading.handles import key
from scoring.reading.profile_batch import ProfileBatch
from scoring.reading.requester import Requester
from scoring.reading.sources import MAX_POSTS, MentionWindow, PostWindow, Profile, Source
from scoring.reading.windows import LONGEST, SHORTEST
from scoring.score import score

_T = TypeVar("_T")

_APART: Final = timedelta(minutes=5)
"""How long the requests of one reading may take, all together."""


class Fetched(NamedTuple):
    """A reading, and what was kept of the account's posts and mentions before and after it."""

    reading: Reading
    before: Gathered
    after: Gathered


class ProvedBy(NamedTuple):
    """What proves whose an account is, and its present description.

    Attributes:
        account_id: our number of it.
        handle: its present handle.
        bio: the description, untrusted; never stored.
        external_id: as in `scoring.reading.account.Reading`.
    """

    account_id: int
    handle: str
    bio: str
    external_id: str = ""


class Fetches(Protocol):
    """Reads accounts of one network."""

    async def fetch(self, handle: str, stored: Reading | None, asker: Requester) -> Fetched:
        """Read an account that is not stored, is of an earlier day, or is incomplete."""

    async def check(self, handle: str, stored: Reading | None, now: datetime) -> None:
        """Raise an error if nothing of what is missing can be read."""

    async def probe(self, handle: str, refused: Iterable[str | None], asker: Requester) -> None:
        """Read what the network refused; raise the error if it still refuses."""

    async def look_up(self, handle: str, asker: Requester) -> ProvedBy:
        """Read an account's present description."""

    async def close(self) -> None:
        """Cancel what is under way."""


class Fetching:
    """Reads profiles, posts and counts of mentions, and books each read in the ledger.

    Args:
        source: the network.
        profiles: the batch in which look-ups share a request.
        ledger: what may still be spent.
        clock: the time, aware, UTC.
        store: what earlier readings gathered.
    """

    def __init__(
        self,
        source: Source,
        profiles: ProfileBatch,
        ledger: Ledger,
        clock: Callable[[], datetime],
        store: ReadingStore,
    ) -> None:
        self._store = store
        self._source = source
        self._profiles = profiles
        self._ledger = ledger
        self._clock = clock

    async def fetch(self, handle: str, stored: Reading | None, asker: Requester) -> Fetched:
        """Read an account that is not stored, is of an earlier day, or is incomplete.

        Raises:
            scoring.reading.errors.AccountError: the account has no score.
            scoring.reading.errors.SourceError: the network cannot be read.
        """
        if stored and is_of_day(stored, self._clock()):
            profile = _profile_of(stored)
        else:
            profile = await self._profile(handle, stored, asker)
        return await self._window(profile, stored, asker)

    async def check(self, handle: str, stored: Reading | None, now: datetime) -> None:
        """Raise an error if nothing of what is missing can be bought."""
        problems: list[SourceError] = []
        wanted = self._wanted(handle, stored)
        for resource, item in wanted:
            try:
                await self._ledger.check(resource, item, now)
            except SourceError as problem:
                problems.append(problem)
        if problems and len(problems) == len(wanted):
            raise problems[0]

    async def look_up(self, handle: str, asker: Requester) -> ProvedBy:
        """Read an account's present description: each call is paid for."""
        profile = await self._profiles.get(handle, asker)
        return ProvedBy(profile.id, profile.handle, profile.bio)

    async def close(self) -> None:
        """Cancel the look-ups that are under way."""
        await self._profiles.close()

    def _wanted(self, handle: str, stored: Reading | None) -> list[tuple[Resource, str]]:
        """Return what a reading lacks, each with its item; a look-up comes first."""
        if stored is None or not is_of_day(stored, self._clock()):
            return [("user", key(handle))]
        return [(resource, str(stored.account_id)) for resource in stored.unread]

    async def _profile(self, handle: str, stored: Reading | None, asker: Requester) -> Profile:
        try:
            return await self._profiles.get(handle, asker)
        except AccountUnreadable as error:
            # X may have answered under a handle that the account took on a moment ago.
            known = stored.account_id if stored else None
            if renamed := next((one for one in error.others if one.id == known), None):
                return renamed
            raise
        except HandleNotFound:
            if stored is None:
                raise
        # A stored account had this handle: it may have another one now.
        account_id = stored.account_id

        wanted = {f"#{account_id}": Charge(asker, 1)}  # a handle may be nothing but digits

        async def by_id() -> tuple[Profile | None, Charges]:
            found = await self._source.profile_by_id(account_id)
            return found, wanted if found else {}

        profile = await paid(self._ledger, "user", wanted, self._clock, by_id)
        if profile is None:
            raise HandleNotFound(handle)
        return profile

    async def probe(self, handle: str, refused: Iterable[str | None], asker: Requester) -> None:
        """Look an account up, and read what the network refused of it."""
        profile = await self._profiles.get(handle, asker)
        for resource in refused:
            if resource == "post":
                await self._posts(profile, None, asker)
            elif resource == "mention_count":
                await self._mentions(profile, asker)

    async def _window(self, profile: Profile, stored: Reading | None, asker: Requester) -> Fetched:
        """Read what the window lacks; what fails is as earlier readings left it."""
        if stored and stored.account_id != profile.id:  # the handle has another owner now
            stored = None
        self._facts(profile, None)  # before anything more is paid for
        begun = self._clock()
        before = await self._store.gathered(profile.id, begun - KEPT, begun)
        after, problem = Gathered(), None
        unread: list[Resource] = []
        if not profile.protected:  # else what was gathered is not public any more
            today = stored is not None and is_of_day(stored, begun)
            known = _known_posts(profile, stored, before, begun, today=today)
            counted = today and stored is not None and "mention_count" not in stored.unread
            posts, mentions = await asyncio.gather(
                _caught(None if known else self._posts(profile, before.unread_since(begun), asker)),
                _caught(None if counted else self._mentions(profile, asker)),
            )
            after = known or before
            if posts.result:
                after = after.with_posts(posts.result)
            if mentions.result:
                after = after.with_mentions(mentions.result, self._clock())
            unread += ["post"] if posts.problem else []
            unread += ["mention_count"] if mentions.problem else []
            problem = posts.problem or mentions.problem
        now = self._clock()
        reading = Reading(
            account_id=profile.id,
            handle=profile.handle,
            name=profile.name,
            protected=profile.protected,
            score=score(self._facts(profile, after.recent(now))),
            unread=tuple(unread),
            problem=problem,
        )
        return Fetched(reading, before, after)

    def _facts(self, profile: Profile, recent: Recent | None) -> Facts:
        """Return what was read as facts; raise `AccountUnreadable` where a value is impossible."""
        now = self._clock()
        try:
            return Facts(
                handle=profile.handle,
                network="x",
                followers=profile.followers,
                following=profile.following,
                listed=profile.listed,
                posts=profile.posts,
                created_at=min(profile.created_at, now),  # X's clock may be ahead of ours
                as_of=now,
                recent=recent,
            )
        except FactsError as error:
            what = (str(error),)
            raise AccountUnreadable(profile.handle, what, may_be_billed=True) from error

    async def _posts(
        self, profile: Profile, since: datetime | None, asker: Requester
    ) -> PostWindow:
        now = self._clock()

        async def read() -> tuple[PostWindow | ItemError, Charges]:
            answer: PostWindow | AccountUnreadable
            try:
                answer = await self._source.recent_posts(profile, now, since)
            except AccountUnreadable as error:
                if error.results is None:
                    raise
                answer = error
            results = answer.results or {}
            return answer, {item: Charge(asker, 1, made) for item, made in results.items()}

        wanted = {str(profile.id): Charge(asker, MAX_POSTS)}
        return await paid(self._ledger, "post", wanted, self._clock, read)

    async def _mentions(self, profile: Profile, asker: Requester) -> MentionWindow:
        wanted = {str(profile.id): Charge(asker, 1)}

        async def count() -> tuple[MentionWindow, Charges]:
            return await self._source.mentions(profile), wanted

        return await paid(self._ledger, "mention_count", wanted, self._clock, count)


def is_of_day(reading: Reading, now: datetime) -> bool:
    """Whether a reading is of this UTC day, on which X charges for an item only once."""
    return reading.score.facts.as_of.date() == now.date()


class _Half(NamedTuple, Generic[_T]):
    """One of the two reads of a window: its result, or why there is none; neither if not tried."""

    result: _T | None
    problem: SourceError | None


async def _caught(half: Awaitable[_T] | None) -> _Half[_T]:
    try:
        return _Half(None if half is None else await half, None)
    except SourceError as problem:
        return _Half(None, problem)


def _known_posts(
    profile: Profile, stored: Reading | None, before: Gathered, now: datetime, *, today: bool
) -> Gathered | None:
    """Return what is known of the posts up to now, where the timeline need not be read for it."""
    until = before.covered_until
    is_known = (
        stored is not None
        and "post" not in stored.unread
        and until is not None
        # else an earlier version read it, which gathered nothing
        and until >= stored.score.facts.as_of - _APART
    )
    if is_known and today:
        return before
    if profile.posts == 0:
        begins = max(min(profile.created_at, now - SHORTEST), now - LONGEST)
        return before.covering(begins, now)
    if is_known and until and stored and stored.score.facts.posts == profile.posts:
        return before.covering(until, now)
    return None


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
