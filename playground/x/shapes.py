"""The JSON shapes of X's accounts, posts and counts, in the old and the new spelling."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import EllipsisType
from typing import Any, Final

from playground.x.accounts import Account, Post

Json = dict[str, Any]

_RENAMED: Final = {
    "tweet_count": "post_count",
    "retweet_count": "repost_count",
    "total_tweet_count": "total_post_count",
}
"""The new names (X's OpenAPI 2.167) of fields by the old ones."""


class Shapes:
    """Writes the objects of an answer.

    Args:
        new_names: spell fields as X's OpenAPI 2.167 does.
        omit_zeros: leave out counts of zero, as X's own simulator does.

    Attributes:
        odd: changes of fields, as `spoilt` takes them, by handle in lower case or by a post's
            number.
    """

    def __init__(self, *, new_names: bool, omit_zeros: bool) -> None:
        self.odd: dict[str | int, Mapping[str, object]] = {}
        self._new_names = new_names
        self._omit_zeros = omit_zeros

    def user(self, account: Account, fields: Sequence[str]) -> Json:
        """Return an account with the fields asked for, and those that X always gives."""
        metrics = {
            "followers_count": account.followers,
            "following_count": account.following,
            "listed_count": account.listed,
            "tweet_count": account.posts,
        }
        shown = {
            "protected": account.protected,
            "description": account.bio,
            "created_at": written(account.created_at),
            "public_metrics": self.counted(metrics),
        }
        always = {"id": str(account.id), "username": account.handle, "name": account.name}
        user = always | {name: value for name, value in shown.items() if name in fields}
        return spoilt(user, self.odd.get(account.handle.lower()))

    def post(self, post: Post, fields: Sequence[str]) -> Json:
        """Return a post with the fields asked for, and those that X always gives."""
        metrics = {
            "like_count": post.likes,
            "reply_count": post.replies,
            "retweet_count": post.reposts,
            "quote_count": post.quotes,
            "bookmark_count": 0,
            "impression_count": 0,
        }
        shown = {"created_at": written(post.created_at), "public_metrics": self.counted(metrics)}
        always = {"id": str(post.id), "text": "…"}
        given = always | {name: value for name, value in shown.items() if name in fields}
        return spoilt(given, self.odd.get(post.id))

    def day(self, begins: datetime, ends: datetime, mentions: int) -> Json:
        """Return a day of a count, or a part of one."""
        period = {"start": written(begins), "end": written(ends)}
        return period | self.counted({"tweet_count": mentions})

    def counted(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return counts under X's names."""
        return {
            _RENAMED.get(name, name) if self._new_names else name: count
            for name, count in counts.items()
            if count or not self._omit_zeros
        }


def spoilt(item: Json, changes: Mapping[str, object] | None) -> Json:
    """Return an item with some fields changed; `...` removes one, a mapping goes deeper."""
    changed = dict(item)
    for name, value in (changes or {}).items():
        if isinstance(value, EllipsisType):
            changed.pop(name, None)
        elif value and isinstance(value, dict) and isinstance(changed.get(name), dict):
            changed[name] = spoilt(changed[name], value)
        else:
            changed[name] = value
    return changed


def written(moment: datetime) -> str:
    """Return a moment as X writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
