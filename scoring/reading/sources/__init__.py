"""Sources of facts: the interface that the reader needs of a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from scoring.reading.errors import AccountError, ItemError


@dataclass(frozen=True, slots=True)
class Profile:
    """One account as its network shows it to everyone.

    Attributes:
        id: the network's number for the account; survives a change of handle.
        handle: as the account spells it, without `@`.
        name: the display name, untrusted text: escape it before showing it.
        bio: the account's description, untrusted text; never stored.
        protected: only approved followers see the posts.
        followers, following, listed, posts: totals over the account's life; `listed` is None where
            the network has no lists.
        created_at: aware, UTC.
    """

    id: int
    handle: str
    name: str
    protected: bool
    followers: int
    following: int
    listed: int | None
    posts: int
    created_at: datetime
    bio: str = ""


@dataclass(frozen=True, slots=True)
class SeenPost:
    """One post's number, moment (aware, UTC) and counts of reactions; never its text."""

    id: int
    created_at: datetime
    likes: int
    replies: int
    reposts: int
    quotes: int


@dataclass(frozen=True, slots=True)
class PostWindow:
    """The newest own posts: no reposts, no replies.

    Attributes:
        begins, ends: the period that it covers; `ends` is the moment of reading.
        posts: newest first.
        left_out: posts that X returned and charges for, but that could not be read.
        results: all that X returned and charges for, by `scoring.reading.budget.result_item`, with
            the moment at which each was made (aware, UTC), where it is known.
        more: X has older posts of the period that was asked for.
    """

    begins: datetime
    ends: datetime
    posts: tuple[SeenPost, ...]
    left_out: int = 0
    more: bool = False
    results: Mapping[str, datetime | None] = field(default_factory=dict, compare=False)

    @property
    def days(self) -> float:
        """Return the length of the period in days, > 0."""
        return (self.ends - self.begins) / timedelta(days=1)


class MentionCount(NamedTuple):
    """How often others named the account from `begins` to `ends` (aware, UTC)."""

    begins: datetime
    ends: datetime
    mentions: int


@dataclass(frozen=True, slots=True)
class MentionWindow:
    """How often others named the account in the last `days` days.

    Attributes:
        by_day: the same count by UTC day, oldest first; empty where the network gives only a sum.
    """

    days: float
    mentions: int
    by_day: tuple[MentionCount, ...] = ()


Found = Profile | AccountError | ItemError
"""The result of looking up one handle; an odd one does not affect the others."""


class Source(Protocol):
    """A network that can be read. Every method raises `scoring.reading.errors.SourceError`."""

    async def profiles(self, handles: Sequence[str]) -> Mapping[str, Found]:
        """Look up at most `MAX_PROFILES` valid handles at once.

        Returns:
            For the key (`handles.key`) of every handle asked for: its profile, or why not.
        """

    async def profile_by_id(self, account_id: int) -> Profile | None:
        """Look up an account whose handle may have changed; None when it is gone."""

    async def recent_posts(
        self, profile: Profile, now: datetime, since: datetime | None = None
    ) -> PostWindow:
        """Read the newest own posts, at most `MAX_POSTS`; each one in the window is charged.

        Args:
            since: older posts are neither read nor charged (aware); None for as far back as
                posts count.
        """

    async def mentions(self, profile: Profile) -> MentionWindow:
        """Count the posts by others that name the account."""


MAX_PROFILES = 100
"""Handles in one profile request (X: `GET /2/users/by`)."""

MAX_POSTS = 10
"""Posts in one reading: enough to explain a score, and half of what more would cost."""
