"""The two halves of `Recent`, read apart, and when a half need not be read again."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Final

from scoring.facts import Facts, Recent
from scoring.sources import MentionWindow, PostWindow, Profile

LONGEST: Final = timedelta(days=90)
"""Older posts say nothing about today (Klout's own window, support.klout.com, 2016-04)."""

SHORTEST: Final = timedelta(hours=1)
"""A burst of posts is not a rate: no window is taken for shorter than this."""

_DAY: Final = timedelta(days=1)


def recent(posts: PostWindow | None, mentions: MentionWindow | None) -> Recent | None:
    """Join what was read; None when nothing was."""
    if posts is None and mentions is None:
        return None
    nothing = dict.fromkeys(("days", "posts", "likes", "replies", "reposts", "quotes"))
    return Recent(
        **(asdict(posts) if posts else nothing),
        mentions=mentions.mentions if mentions else None,
        mention_days=mentions.days if mentions else None,
    )


def posts_of(facts: Facts) -> PostWindow | None:
    """The half that a read of posts gave; None when it was not read."""
    seen = facts.recent
    if seen is None or seen.days is None:
        return None
    counts = (seen.posts, seen.likes, seen.replies, seen.reposts, seen.quotes)
    return PostWindow(seen.days, *(count or 0 for count in counts))


def mentions_of(facts: Facts) -> MentionWindow | None:
    """The half that a count of mentions gave; None when it was not read."""
    seen = facts.recent
    if seen is None or seen.mentions is None or seen.mention_days is None:
        return None
    return MentionWindow(seen.mention_days, seen.mentions)


def without_posts(profile: Profile, now: datetime) -> PostWindow:
    """The window of an account that never posted: nothing, for as long as it could have."""
    days = min(max(now - profile.created_at, SHORTEST), LONGEST) / _DAY
    return PostWindow(days, posts=0, likes=0, replies=0, reposts=0, quotes=0)


def still_true(profile: Profile, earlier: Facts, now: datetime) -> PostWindow | None:
    """The earlier window, grown by the silence since, when nothing was posted after it.

    None when there was no earlier window, something was posted, or posts left `LONGEST`.
    """
    window = posts_of(earlier)
    if window is None or earlier.posts != profile.posts:
        return None
    days = window.days + (now - earlier.as_of) / _DAY
    return replace(window, days=days) if days * _DAY <= LONGEST else None
