"""The window of an account: its posts and mentions as several readings gathered them.

A reading brings ten posts and a week's mentions at most. What each brings is kept and joined:
every post counts once, with its newest counts, and rates are over the days that some reading
covered. What no reading covered (weeks without one, more posts than one returns) is not silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from scoring.facts import Facts, Recent
from scoring.reading.sources import MAX_POSTS, MentionCount, MentionWindow, PostWindow, SeenPost
from scoring.reading.windows import DAY, LENGTH, LONGEST, SETTLED, SHORTEST, Span, covered, merged

KEPT: Final = LONGEST + LENGTH
"""How long posts and counts are kept: of readings up to eight weeks apart it is known what left."""

_REACTIONS: Final = ("likes", "replies", "reposts", "quotes")


@dataclass(frozen=True, slots=True)
class KeptPost:
    """A post with its newest counts, and the moment (aware, UTC) at which they were read."""

    post: SeenPost
    read_at: datetime

    @property
    def is_settled(self) -> bool:
        """Whether it was old enough at its last reading that its counts hardly change."""
        return self.read_at - self.post.created_at >= SETTLED


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is kept of one account's posts and mentions; immutable.

    Attributes:
        posts: by number.
        spans: the periods in which all own posts are known, merged, oldest first.
        mentions: counts of mentions; their periods may overlap.
    """

    posts: dict[int, KeptPost] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    mentions: tuple[MentionCount, ...] = ()

    @property
    def covered_until(self) -> datetime | None:
        """Return the end of what is known of the posts; None when they were never read."""
        return self.spans[-1].ends if self.spans else None

    def unread_since(self, now: datetime) -> datetime:
        """Return the moment from which posts have to be read: later ones are new or not settled.

        Posts that the last reading left unsettled are read again. Those of earlier readings are
        not: there are ten newer ones, or they would have been read again since.
        """
        earliest = now - LONGEST
        if self.covered_until is None:
            return earliest
        newest = max((kept.read_at for kept in self.posts.values()), default=earliest)
        fresh = (
            kept.post.created_at
            for kept in self.posts.values()
            if kept.read_at == newest and not kept.is_settled
        )
        return max(earliest, min([self.covered_until, *fresh]))

    def with_posts(self, window: PostWindow) -> "Gathered":
        """Add a reading of posts; a post of the period that it returned no more was deleted."""
        read = {post.id: KeptPost(post, window.ends) for post in window.posts}
        begins: datetime | None = window.begins
        if window.more:  # a short window is stretched to `SHORTEST`: its oldest post counts
            begins = min((post.created_at for post in window.posts), default=None)
        if begins is None or window.left_out:
            posts = self.posts
        else:
            posts = {
                number: kept
                for number, kept in self.posts.items()
                if not begins <= kept.post.created_at <= window.ends
            }
        return replace(self.covering(window.begins, window.ends), posts=posts | read)

    def covering(self, begins: datetime, ends: datetime) -> "Gathered":
        """Add a period whose posts are all known already."""
        return replace(self, spans=tuple(merged([*self.spans, Span(begins, ends)])))

    def with_mentions(self, window: MentionWindow, now: datetime) -> "Gathered":
        """Add a count of mentions; of two counts of a day, the one of the longer part stays."""
        total = MentionCount(now - window.days * DAY, now, window.mentions)
        counts = list(self.mentions)
        for new in window.by_day or (total,):
            if new.ends - new.begins <= DAY:
                counts = [old for old in counts if not _holds(new, old)]
            if not any(_holds(old, new) and old.ends - old.begins <= DAY for old in counts):
                counts.append(new)
        return replace(self, mentions=tuple(sorted(counts)))

    def recent(self, now: datetime, *, mentions: bool = True) -> Recent | None:
        """Join everything into the window that ends now.

        Args:
            mentions: the network counts mentions.

        Returns:
            None when no mentions were counted in it: how many people answer is what tells a crowd
            from a list of followers, so a score without them is one of the profile alone. On a
            network that counts no mentions, None when no posts were read.
        """
        counted, counted_days = self._mentions(Span(now - LENGTH, now))
        if mentions and not counted_days:
            return None
        half = _UNCOUNTED
        if counted_days:
            half = {"mentions": counted, "mention_days": max(counted_days, SHORTEST / DAY)}
        inside = Span(self._begin(now), now)
        days = covered(self.spans, inside)
        if not days:
            return Recent(**(_UNREAD | half)) if counted_days else None
        posts = [
            kept.post
            for kept in self.posts.values()
            if inside.begins <= kept.post.created_at <= inside.ends
        ]
        return Recent(**(_sums(max(days, SHORTEST) / DAY, posts) | half))

    def left(self, before: Facts, after: Facts) -> Recent | None:
        """Sum up the posts that an earlier window held and that are too old for a later one.

        What is kept of the period `left_between` is enough.

        Returns:
            The sums, over the days of them that were covered; None when no post left, or when the
            earlier window was not gathered here, so that it is not known which did.
        """
        old, new = self._begin_of(before), self._begin_of(after)
        there = [
            kept.post for kept in self.posts.values() if old <= kept.post.created_at <= before.as_of
        ]
        gone = [post for post in there if post.created_at < new]
        if not gone or len(there) > _posts_of(before):
            return None
        days = max(covered(self.spans, Span(old, min(new, before.as_of))), SHORTEST)
        return Recent(**(_sums(days / DAY, gone) | _UNCOUNTED))

    def _begin_of(self, facts: Facts) -> datetime:
        if _posts_of(facts) > MAX_POSTS:
            return facts.as_of - LENGTH
        return self._begin(facts.as_of)

    def _begin(self, now: datetime) -> datetime:
        """Return where the window begins: at `LENGTH`, or further back for ten posts."""
        moments = sorted(
            kept.post.created_at
            for kept in self.posts.values()
            if now - LONGEST <= kept.post.created_at <= now
        )
        tenth = moments[-MAX_POSTS] if len(moments) >= MAX_POSTS else now - LONGEST
        return min(tenth, now - LENGTH)

    def _mentions(self, inside: Span) -> tuple[int, float]:
        """Return the mentions of a period, and the days of it that were counted.

        Where counts overlap, the shortest says most exactly when the mentions came, and the newest
        is the most complete; the others stand for the rest of their periods, in proportion.
        """
        total, taken = 0.0, list[Span]()
        order = sorted(
            self.mentions, key=lambda count: (count.ends - count.begins, -count.ends.timestamp())
        )
        for begins, ends, mentions in order:
            part = Span(begins, ends).within(inside)
            if not part.length:
                continue
            rest = part.length - covered(taken, part)
            total += mentions * (rest / (ends - begins))
            taken = merged([*taken, part])
        return round(total), covered(taken, inside) / DAY


def left_between(before: Facts, after: Facts) -> Span | None:
    """Return the period that says which posts left between two readings; None when none did.

    Where both windows hold more than ten posts, they are exactly `LENGTH` long, and the posts from
    between their beginnings are enough.
    """
    posts = (_posts_of(before), _posts_of(after))
    if not all(facts.recent and facts.recent.posts is not None for facts in (before, after)):
        return None
    if min(posts) > MAX_POSTS:
        return Span(before.as_of - LENGTH, after.as_of - LENGTH)
    return Span(before.as_of - LONGEST, after.as_of) if posts[0] else None


def _posts_of(facts: Facts) -> int:
    return (facts.recent.posts if facts.recent else 0) or 0


def _holds(outer: MentionCount, inner: MentionCount) -> bool:
    return outer.begins <= inner.begins and inner.ends <= outer.ends


def _sums(days: float, posts: Iterable[SeenPost]) -> dict[str, Any]:
    counted = list(posts)
    sums = {name: sum(getattr(post, name) for post in counted) for name in _REACTIONS}
    return {"days": days, "posts": len(counted)} | sums


_UNREAD: Final[dict[str, Any]] = dict.fromkeys(("days", "posts", *_REACTIONS))
_UNCOUNTED: Final[dict[str, Any]] = dict.fromkeys(("mentions", "mention_days"))
