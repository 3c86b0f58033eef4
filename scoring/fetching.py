"""One account as X shows it now: as few paid reads as will do, each for whoever asked."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from scoring import windows
from scoring.asking import Asker
from scoring.batch import ProfileBatch
from scoring.budget import Bill, Ledger, paid
from scoring.errors import HandleNotFound, SourceError, SourceUnreachable
from scoring.facts import Facts, FactsError
from scoring.reading import Reading
from scoring.score import score
from scoring.sources import MAX_POSTS, MentionWindow, PostWindow, Profile, Source

_T = TypeVar("_T")


class Fetching:
    """Profiles, posts and counts of mentions, through the ledger.

    Args:
        source: the network.
        profiles: look-ups that share a request.
        ledger: what may still be spent.
        clock: the time, aware, UTC.
    """

    def __init__(
        self,
        source: Source,
        profiles: ProfileBatch,
        ledger: Ledger,
        clock: Callable[[], datetime],
    ) -> None:
        self._source = source
        self._profiles = profiles
        self._ledger = ledger
        self._clock = clock

    async def fetch(self, handle: str, stored: Reading | None, asker: Asker) -> Reading:
        """Read what is stored of no account, of an earlier day, or of today but in part.

        Raises:
            scoring.errors.AccountError: the account has no score.
            scoring.errors.SourceError: the network cannot be read.
        """
        if stored and self.is_of_today(stored):
            profile = _profile_of(stored)
        else:
            profile = await self._profile(handle, stored, asker)
        return await self._window(profile, stored, asker)

    def is_of_today(self, reading: Reading) -> bool:
        """Whether a reading is of this UTC day, in which nothing is charged for twice."""
        return reading.score.facts.as_of.date() == self._clock().date()

    async def _profile(self, handle: str, stored: Reading | None, asker: Asker) -> Profile:
        try:
            return await self._profiles.get(handle, asker)
        except HandleNotFound:
            if stored is None:
                raise
        # An account was known by this handle: it may go by another one now.
        account_id = stored.account_id

        async def by_id() -> tuple[Profile | None, Bill]:
            found = await self._source.profile_by_id(account_id)
            return found, {asker: int(found is not None)}

        profile = await paid(self._ledger, "user", {asker: 1}, self._clock(), by_id)
        if profile is None:
            raise HandleNotFound(handle)
        return profile

    async def _window(self, profile: Profile, stored: Reading | None, asker: Asker) -> Reading:
        """Read what is missing of the recent window; what fails leaves the reading shallower."""
        if stored and stored.account_id != profile.id:  # the handle has another owner now
            stored = None
        window: PostWindow | None = None
        counted: MentionWindow | None = None
        problem: SourceError | None = None
        if not profile.protected:
            posts, mentions = await asyncio.gather(
                _caught(self._posts(profile, stored, asker)),
                _caught(self._mentions(profile, stored, asker)),
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
        )

    async def _posts(self, profile: Profile, stored: Reading | None, asker: Asker) -> PostWindow:
        now = self._clock()
        if profile.posts == 0:
            return windows.without_posts(profile, now)
        if stored:
            earlier = stored.score.facts
            known = windows.posts_of(earlier, stored.posts)
            if known and self.is_of_today(stored):
                return known
            if unchanged := windows.still_true(profile, earlier, stored.posts, now):
                return unchanged

        async def read() -> tuple[PostWindow, Bill]:
            window = await self._source.recent_posts(profile, now)
            return window, {asker: len(window.posts)}

        return await paid(self._ledger, "post", {asker: MAX_POSTS}, now, read)

    async def _mentions(
        self, profile: Profile, stored: Reading | None, asker: Asker
    ) -> MentionWindow:
        if stored and self.is_of_today(stored):
            known = windows.mentions_of(stored.score.facts)
            if known:
                return known

        async def count() -> tuple[MentionWindow, Bill]:
            return await self._source.mentions(profile), {asker: 1}

        return await paid(self._ledger, "mention_count", {asker: 1}, self._clock(), count)


async def _caught(half: Awaitable[_T]) -> tuple[_T | None, SourceError | None]:
    try:
        return await half, None
    except SourceError as problem:
        return None, problem


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
