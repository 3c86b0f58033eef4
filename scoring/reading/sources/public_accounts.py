"""Accounts and posts of the networks that need no key: Bluesky and the fediverse."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scoring.reading.account import Note
from scoring.reading.errors import AccountError, AccountUnreadable, ItemError
from scoring.reading.network_errors import BridgedCopy, CountsHidden, NotForStrangers
from scoring.reading.networks.bridges import original
from scoring.reading.networks.consent import Consent, Reason, Verdict
from scoring.reading.sources import MAX_POSTS
from scoring.reading.sources.json_items import OddFieldError
from scoring.reading.windows import LONGEST, SHORTEST


@dataclass(frozen=True, slots=True)
class PublicAccount:
    """One account as its network, or its own server, shows it to everyone.

    Attributes:
        id: a DID, or `server/number`; survives a change of handle.
        handle: in lower case, without `@` in front: `alice.bsky.social`, `user@host`.
        name: the display name, untrusted text: escape it before showing it.
        followers, following, posts: totals over the account's life; None where they are hidden.
        created_at: aware, UTC; None where the network does not know it.
        consent: whether the account may be shown.
        claimed_by: the server that says all this, and could say anything; "" where it is the
            network that counts.
        notes: what is said of it beside its score.
        bio: the description as plain text, untrusted; never stored.
    """

    id: str
    handle: str
    name: str
    followers: int | None
    following: int | None
    posts: int
    created_at: datetime | None
    consent: Verdict
    claimed_by: str = ""
    notes: frozenset[Note] = frozenset()
    bio: str = ""


@dataclass(frozen=True, slots=True)
class PublicPost:
    """One post's name, moment (aware, UTC) and counts of reactions; never its text."""

    id: str
    created_at: datetime
    likes: int
    replies: int
    reposts: int
    quotes: int


@dataclass(frozen=True, slots=True)
class OwnPosts:
    """The newest own posts: no reposts, no replies.

    Attributes:
        begins, ends: the period that it covers; `ends` is the moment of reading.
        posts: newest first.
        left_out: own posts that could not be read.
        more: there are older posts of the period that was asked for.
    """

    begins: datetime
    ends: datetime
    posts: tuple[PublicPost, ...]
    left_out: int = 0
    more: bool = False

    @property
    def days(self) -> float:
        """Return the length of the period in days, > 0."""
        return (self.ends - self.begins) / timedelta(days=1)


Result = PublicAccount | AccountError | ItemError
"""What looking up one name gave; an odd account does not affect the others."""


@dataclass(slots=True)
class Page:
    """A page of an account's posts, as it was read.

    Attributes:
        posts: the own posts among them, in any order.
        reach: the moments of all items, own or not: the page covers the time back to the oldest.
        is_last: there are no older items.
        odd: the fields that could not be read, one for each own post that was left out.
    """

    posts: list[PublicPost] = field(default_factory=list)
    reach: list[datetime] = field(default_factory=list)
    is_last: bool = True
    odd: list[str] = field(default_factory=list)


def read_page(
    items: Iterable[object],
    moment: Callable[[object], datetime],
    own_post: Callable[[object], PublicPost | None],
    now: datetime,
    *,
    is_last: bool,
) -> Page:
    """Read the items of a page one by one: an odd one costs only itself.

    Args:
        items: as the network wrote them, decoded from JSON.
        moment: returns how far back an item reaches; raises `OddFieldError` where it is odd.
        own_post: returns an item as a post, or None where it is no own post; raises the same.
        now: the moment of reading: no item reaches further.
        is_last: there are no older items.
    """
    page = Page(is_last=is_last)
    for each in items:
        with suppress(OddFieldError):
            page.reach.append(min(moment(each), now))
        try:
            post = own_post(each)
        except OddFieldError as error:
            page.odd.append(error.field)
        else:
            page.posts += [post] if post else []
    return page


def own_posts(page: Page, account: PublicAccount, now: datetime, since: datetime) -> OwnPosts:
    """Choose the newest own posts of a page, and say which period they cover.

    Args:
        page: what was read.
        account: whose posts these are.
        now: the moment of reading, aware.
        since: older posts do not count, aware.

    Returns:
        At most `MAX_POSTS` posts. The period ends now. It begins at the oldest of them when there
        are more, at the oldest item of the page when the page was not the last, else at `since`
        or when the account was opened. It is never shorter than `SHORTEST`.

    Raises:
        scoring.reading.errors.AccountUnreadable: most posts cannot be read.
    """
    if len(page.odd) > len(page.posts):
        raise AccountUnreadable(account.handle, sorted(set(page.odd)))
    distinct = {post.id: post for post in page.posts if since <= post.created_at}
    newest = sorted(distinct.values(), key=lambda post: (post.created_at, post.id), reverse=True)
    chosen = tuple(newest[:MAX_POSTS])
    cut = len(newest) > MAX_POSTS
    begins = max(since, account.created_at or since)
    reach = min(page.reach, default=now)
    if cut:
        begins = chosen[-1].created_at
    elif not page.is_last and reach > since:
        begins = reach
    return OwnPosts(
        begins=min(begins, now - SHORTEST),
        ends=now,
        posts=chosen,
        left_out=len(page.odd),
        more=cut or (not page.is_last and reach > since),
    )


def earliest(now: datetime, since: datetime | None) -> datetime:
    """Return from when on posts count: from `since`, at the earliest `LONGEST` before now."""
    return max(now - LONGEST, since or now - LONGEST)


def shown_to_strangers(account: PublicAccount) -> PublicAccount:
    """Return an account that may be shown to everyone, with the counts that a score needs.

    Raises:
        scoring.reading.network_errors.BridgedCopy: a bridge's copy of another account.
        scoring.reading.network_errors.NotForStrangers: the account asks not to be shown, or never
            said that it may be.
        scoring.reading.network_errors.CountsHidden: it does not say how many follow it.
    """
    consent, reasons = account.consent
    if Reason.BRIDGED in reasons:
        raise BridgedCopy(account.handle, original(account.handle) or "")
    if consent is not Consent.SHOWN:
        raise NotForStrangers(account.handle, reasons)
    if account.followers is None:
        raise CountsHidden(account.handle)
    return account
