"""Where facts come from: what the reader needs of a network, in the reader's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scoring.errors import AccountError


@dataclass(frozen=True, slots=True)
class Profile:
    """One account as its network shows it to everyone.

    Attributes:
        id: the network's number for the account; survives a change of handle.
        handle: as the account spells it, without `@`.
        name: the display name, anything at all: escape it before showing it.
        bio: what the account says of itself, anything at all; never kept.
        protected: only approved followers see the posts.
        followers, following, listed, posts: totals over the account's life.
        created_at: aware, UTC.
    """

    id: int
    handle: str
    name: str
    protected: bool
    followers: int
    following: int
    listed: int
    posts: int
    created_at: datetime
    bio: str = ""


@dataclass(frozen=True, slots=True)
class SeenPost:
    """One post's number, moment (aware, UTC) and what it drew; never its text."""

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
        days: the span the window covers, up to the moment of reading; > 0.
        posts: newest first.
    """

    days: float
    posts: tuple[SeenPost, ...]


@dataclass(frozen=True, slots=True)
class MentionWindow:
    """How often others named the account in the last `days` days."""

    days: float
    mentions: int


class Source(Protocol):
    """A network that can be read. Every method raises `scoring.errors.SourceError`."""

    async def profiles(self, handles: Sequence[str]) -> Mapping[str, Profile | AccountError]:
        """Look up at most `MAX_PROFILES` valid handles at once.

        Returns:
            For the key (`handles.key`) of every handle asked for: its profile, or why not.
        """

    async def profile_by_id(self, account_id: int) -> Profile | None:
        """Look up an account whose handle may have changed; None when it is gone."""

    async def recent_posts(self, profile: Profile, now: datetime) -> PostWindow:
        """Read the newest own posts, at most `MAX_POSTS`; each one in the window is charged."""

    async def mentions(self, profile: Profile) -> MentionWindow:
        """Count the posts by others that name the account."""


MAX_PROFILES = 100
"""Handles in one profile request (X: `GET /2/users/by`)."""

MAX_POSTS = 10
"""Posts in a window: enough to explain a score, and half of what more would cost."""
