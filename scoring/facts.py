"""The facts about an account: the only input of a score."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii
from typing import Any, Self

# The largest whole number that every JSON reader keeps exactly (RFC 8259 §6): 2^53.
MOST = 2**53
LONGEST_HANDLE = 320  # `name@host` of the fediverse: 64 characters, the sign, a host of 255
MOST_DAYS = 1_000_000
SECONDS_A_DAY = 86_400.0

# Names a network may come under, and the one we keep. The weights were fitted on X alone.
NETWORKS = {"x": "x", "twitter": "x", "bluesky": "bluesky", "fediverse": "fediverse"}


class FactsError(ValueError):
    """Facts are impossible: the message is one sentence that begins with the field's name."""


@dataclass(frozen=True, slots=True)
class Recent:
    """Counts of a few recent days: a sample of own posts, a count of mentions, or both.

    The two halves come from two reads and either may be missing. The posts' half (`days` to
    `quotes`) is given whole or is None throughout. The mentions' half is `mentions` over
    `mention_days`; a count without `mention_days` is taken over `days`.

    Attributes:
        days: The span that the posts cover, in days, above 0.
        posts: Own posts in it; neither replies to others nor reposts of others.
        likes: Likes that these posts received, summed.
        replies: Replies that they received.
        reposts: Reposts that they received.
        quotes: Quotes that they received.
        mentions: Posts by other accounts that name this one, None when not counted.
        mention_days: The days over which mentions were counted, above 0.
    """

    days: float | None
    posts: int | None
    likes: int | None
    replies: int | None
    reposts: int | None
    quotes: int | None
    mentions: int | None
    mention_days: float | None

    def __post_init__(self) -> None:
        days, sums = self.days, (self.posts, self.likes, self.replies, self.reposts, self.quotes)
        if days is None and sums == _UNREAD:
            if self.mentions is not None and self.mention_days is None:
                raise FactsError("recent.mention_days is missing: mentions over how many days?")
        else:
            _counts("recent.", _SUMS, sums)
            if days is None:
                raise FactsError("recent.days is missing: posts over how many days?")
        if self.mentions is not None:
            _counts("recent.", ("mentions",), (self.mentions,))
        _days("recent.days", self.days)
        _days("recent.mention_days", self.mention_days)

    @property
    def known(self) -> bool:
        """Whether either half was read."""
        return self.posts is not None or self.mentions is not None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the `recent` object of a facts line; keys it does not know are ignored.

        Raises:
            FactsError: A field is missing or impossible; the message names it.
        """
        try:
            return cls(
                value["days"],
                value["posts"],
                value["likes"],
                value["replies"],
                value["reposts"],
                value["quotes"],
                value["mentions"],
                value["mention_days"],
            )
        except KeyError as missing:
            raise FactsError(f"recent.{missing.args[0]} is missing.") from None

    def to_json(self) -> dict[str, Any]:
        """Return the fields under their own names, ready for `json.dumps`."""
        return {
            "days": self.days,
            "posts": self.posts,
            "likes": self.likes,
            "replies": self.replies,
            "reposts": self.reposts,
            "quotes": self.quotes,
            "mentions": self.mentions,
            "mention_days": self.mention_days,
        }

    def to_line(self) -> str:
        """Return `json.dumps(self.to_json())`, in a third of the time."""
        if self.days is None:
            return json.dumps(self.to_json())
        mentions = "null" if self.mentions is None else self.mentions
        mention_days = "null" if self.mention_days is None else repr(self.mention_days)
        return (
            f'{{"days": {self.days!r}, "posts": {self.posts}, "likes": {self.likes}, '
            f'"replies": {self.replies}, "reposts": {self.reposts}, "quotes": {self.quotes}, '
            f'"mentions": {mentions}, "mention_days": {mention_days}}}'
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """The counts of one account at one moment.

    Attributes:
        handle: Its name, for people to read; it has no effect on the score.
        network: The network where the account is: "x", "bluesky" or "fediverse".
        followers: Accounts that follow it.
        following: Accounts that it follows.
        listed: Lists that others put it on; None where the network has no lists.
        posts: All posts over the account's life.
        created_at: When it was opened (aware).
        as_of: When these counts were read (aware), not before `created_at`.
        recent: Counts of the last days; None when only the profile was read.
    """

    handle: str
    network: str
    followers: int
    following: int
    listed: int | None
    posts: int
    created_at: datetime
    as_of: datetime
    recent: Recent | None

    def __post_init__(self) -> None:
        if type(self.handle) is not str or len(self.handle) > LONGEST_HANDLE:
            raise FactsError(f"handle must be text of at most {LONGEST_HANDLE} characters.")
        if type(self.network) is not str or self.network not in NETWORKS.values():
            raise FactsError(f"network must be one of {', '.join(sorted(NETWORKS))}.")
        lists = 0 if self.listed is None else self.listed
        _counts("", _COUNTS, (self.followers, self.following, lists, self.posts))
        _moment("created_at", self.created_at)
        _moment("as_of", self.as_of)
        if self.as_of < self.created_at:
            raise FactsError("as_of must not be before created_at.")
        if self.recent is not None and type(self.recent) is not Recent:
            raise FactsError("recent must be null or an object.")

    @property
    def age_days(self) -> float:
        """Days since the account was opened, >= 0."""
        return (self.as_of - self.created_at).total_seconds() / SECONDS_A_DAY

    @property
    def posts_per_day(self) -> float:
        """Posts a day over the account's whole life; its first day counts as a whole one.

        17,000 posts in five years are 9.3 a day.
        """
        return self.posts / max(1.0, self.age_days)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read one facts line of `python -m scoring`; keys it does not know are ignored.

        Args:
            value: The decoded object. Moments are ISO 8601 with a zone.

        Raises:
            FactsError: A field is missing or impossible; the message names it.
        """
        try:
            network, recent = value["network"], value["recent"]
            return cls(
                value["handle"],
                NETWORKS.get(network.lower(), network) if type(network) is str else network,
                value["followers"],
                value["following"],
                value["listed"],
                value["posts"],
                _read_moment("created_at", value["created_at"]),
                _read_moment("as_of", value["as_of"]),
                Recent.from_json(recent) if isinstance(recent, dict) else recent,
            )
        except KeyError as missing:
            raise FactsError(f"{missing.args[0]} is missing.") from None

    def to_json(self) -> dict[str, Any]:
        """Return the facts as `from_json` reads them; moments in UTC, ending in Z."""
        return {
            "handle": self.handle,
            "network": self.network,
            "followers": self.followers,
            "following": self.following,
            "listed": self.listed,
            "posts": self.posts,
            "created_at": _write_moment(self.created_at),
            "as_of": _write_moment(self.as_of),
            "recent": None if self.recent is None else self.recent.to_json(),
        }

    def to_line(self) -> str:
        """Return `json.dumps(self.to_json())`, in a third of the time."""
        return (
            f'{{"handle": {encode_basestring_ascii(self.handle)}, "network": "{self.network}", '
            f'"followers": {self.followers}, "following": {self.following}, '
            f'"listed": {"null" if self.listed is None else self.listed}, "posts": {self.posts}, '
            f'"created_at": "{_write_moment(self.created_at)}", '
            f'"as_of": "{_write_moment(self.as_of)}", '
            f'"recent": {"null" if self.recent is None else self.recent.to_line()}}}'
        )


_COUNTS = ("followers", "following", "listed", "posts")
_SUMS = ("posts", "likes", "replies", "reposts", "quotes")
_UNREAD = (None,) * len(_SUMS)


def _counts(where: str, names: tuple[str, ...], values: tuple[object, ...]) -> None:
    for value in values:
        # bool is an int to isinstance, and True is no number of followers
        if type(value) is not int or not 0 <= value <= MOST:
            name = names[[given is value for given in values].index(True)]
            raise FactsError(f"{where}{name} must be a whole number from 0 to {MOST}.")


def _days(name: str, value: float | None) -> None:
    # a NaN fails the comparison too
    if value is not None and (type(value) not in (int, float) or not 0 < value <= MOST_DAYS):
        raise FactsError(f"{name} must be a number of days above 0, at most {MOST_DAYS}.")


def _moment(name: str, value: object) -> None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise FactsError(f"{name} must be a moment with a time zone.")


def _read_moment(name: str, text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text)  # type: ignore[arg-type]  # a TypeError says so
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # the zone may carry it out of the calendar
        pass
    raise FactsError(
        f"{name} must be an ISO 8601 moment with a zone, such as 2026-01-31T08:00:00Z."
    )


def _write_moment(moment: datetime) -> str:
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat()[:-6] + "Z"  # for +00:00
