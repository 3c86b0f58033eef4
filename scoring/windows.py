"""The two halves of `Recent`, read apart, and when a half need not be read again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from scoring.facts import Facts, Recent
from scoring.sources import MentionWindow, PostWindow, Profile, SeenPost

LONGEST: Final = timedelta(days=90)
"""Older posts say nothing about today (Klout's own window, support.klout.com, 2016-04)."""

SHORTEST: Final = timedelta(hours=1)
"""A burst of posts is not a rate: no window is taken for shorter than this."""

_DAY: Final = timedelta(days=1)


def recent(posts: PostWindow | None, mentions: MentionWindow | None) -> Recent | None:
    """Join what was read; None when nothing was."""
    if posts is None and mentions is None:
        return None
    return Recent(
        **(_sums(posts.days, posts.posts) if posts else _UNREAD),
        mentions=mentions.mentions if mentions else None,
        mention_days=mentions.days if mentions else None,
    )


def mentions_of(facts: Facts) -> MentionWindow | None:
    """The half that a count of mentions gave; None when it was not read."""
    seen = facts.recent
    if seen is None or seen.mentions is None or seen.mention_days is None:
        return None
    return MentionWindow(seen.mention_days, seen.mentions)


def posts_of(facts: Facts, posts: tuple[SeenPost, ...] | None) -> PostWindow | None:
    """The half that a read of posts gave, from the sums and the posts that were kept."""
    days = facts.recent.days if facts.recent else None
    return PostWindow(days, posts) if days is not None and posts is not None else None


def without_posts(profile: Profile, now: datetime) -> PostWindow:
    """The window of an account that never posted: nothing, for as long as it could have."""
    return PostWindow(min(max(now - profile.created_at, SHORTEST), LONGEST) / _DAY, ())


def still_true(
    profile: Profile, earlier: Facts, posts: tuple[SeenPost, ...] | None, now: datetime
) -> PostWindow | None:
    """The earlier window, grown by the silence since, when nothing was posted after it.

    None when there was no earlier window, something was posted, or posts left `LONGEST`.
    """
    window = posts_of(earlier, posts)
    if window is None or earlier.posts != profile.posts:
        return None
    days = window.days + (now - earlier.as_of) / _DAY
    return replace(window, days=days) if days * _DAY <= LONGEST else None


def left(
    before: Facts, old: tuple[SeenPost, ...], after: Facts, new: tuple[SeenPost, ...]
) -> Recent | None:
    """Sum up the posts that the earlier window held and the later one does not.

    Its `days` are by how much the earlier window reached back further; None when nothing left.
    """
    spans = [facts.recent.days if facts.recent else None for facts in (before, after)]
    kept = {post.id for post in new}
    gone = tuple(post for post in old if post.id not in kept)
    if not gone or spans[0] is None or spans[1] is None:
        return None
    further = spans[0] + (after.as_of - before.as_of) / _DAY - spans[1]
    return Recent(**_sums(max(further, SHORTEST / _DAY), gone), mentions=None, mention_days=None)


def _sums(days: float, posts: tuple[SeenPost, ...]) -> dict[str, Any]:
    names = ("likes", "replies", "reposts", "quotes")
    sums = {name: sum(getattr(post, name) for post in posts) for name in names}
    return {"days": days, "posts": len(posts)} | sums


_UNREAD: Final = dict.fromkeys(("days", "posts", "likes", "replies", "reposts", "quotes"))
