"""What recent days amount to per post and per week; None where it was not read."""

from scoring.facts import Recent

_WEEK = 7


def reactions_per_post(recent: Recent | None) -> float | None:
    """Return the likes, replies, reposts and quotes of an average post; None without posts."""
    if recent is None or not recent.posts:
        return None
    drawn = (recent.likes, recent.replies, recent.reposts, recent.quotes)
    return sum(number or 0 for number in drawn) / recent.posts


def mentions_per_week(recent: Recent | None) -> float | None:
    """Return how often others name the account in a week."""
    days = recent and (recent.mention_days or recent.days)
    if recent is None or recent.mentions is None or not days:
        return None
    return recent.mentions / days * _WEEK


def posts_per_week(recent: Recent | None) -> float | None:
    """Return the account's own posts in a week."""
    if recent is None or recent.posts is None or not recent.days:
        return None
    return recent.posts / recent.days * _WEEK
