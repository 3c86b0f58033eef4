"""Fetching one account from Bluesky or the fediverse: no key, no price, no counts of mentions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, Protocol

from scoring.facts import Facts, FactsError, Recent
from scoring.reading.account import Reading, ReadingStore
from scoring.reading.account_numbers import account_number, post_number
from scoring.reading.batching import Batch
from scoring.reading.errors import AccountUnreadable, HandleNotFound, ScoringError, SourceError
from scoring.reading.fetching import Fetched, ProvedBy
from scoring.reading.gathering import KEPT
from scoring.reading.names import Network
from scoring.reading.network_errors import NotForStrangers
from scoring.reading.networks.consent import owner_may_decide
from scoring.reading.networks.identifiers import did
from scoring.reading.requester import Requester
from scoring.reading.sources import PostWindow, SeenPost
from scoring.reading.sources.public_accounts import (
    OwnPosts,
    PublicAccount,
    Result,
    shown_to_strangers,
)
from scoring.score import score

_BEGINNING: Final = datetime(2016, 10, 6, tzinfo=UTC)
"""The first release of Mastodon: an account whose age is hidden counts as one of no youth."""


class PublicSource(Protocol):
    """A network that is read without a key; its methods raise `SourceError`."""

    @property
    def most_profiles(self) -> int:
        """Return how many names one call of `profiles` takes."""

    async def profiles(
        self, names: Sequence[str], person: int | None = None
    ) -> Mapping[str, Result]:
        """Look up names; return for each, in lower case, its account or why not."""

    async def recent_posts(
        self, account: PublicAccount, now: datetime, since: datetime | None = None
    ) -> OwnPosts:
        """Read the newest own posts."""


class PublicFetching:
    """Reads accounts of one network that costs nothing.

    Args:
        network: which one.
        source: reads it.
        clock: the time, aware, UTC.
        store: what earlier readings gathered.
        batch_window: how long a look-up waits for others to share its request, in seconds, where
            the network takes several names at once.
    """

    def __init__(
        self,
        network: Network,
        source: PublicSource,
        clock: Callable[[], datetime],
        store: ReadingStore,
        batch_window: float,
    ) -> None:
        self._network: Network = network
        self._source = source
        self._clock = clock
        self._store = store
        self._batch: Batch[str, Result] = Batch(
            self._look_up, source.most_profiles, batch_window, f"profiles of {network}"
        )

    async def fetch(self, handle: str, stored: Reading | None, asker: Requester) -> Fetched:
        """Read an account that is not stored, is of an earlier day, or is incomplete.

        What is stored of an account that asks not to be shown any more is deleted, unless its
        proven owner hides it here, or asked that it be shown.

        Raises:
            scoring.reading.errors.AccountError: the account has no score, or asks not to be shown.
            scoring.reading.errors.SourceError: the network cannot be read.
        """
        with self._named():
            return await self._fetch(handle, stored, asker)

    async def check(self, handle: str, stored: Reading | None, now: datetime) -> None:
        """Do nothing: what costs nothing can always be read."""

    async def probe(self, handle: str, refused: Iterable[str | None], asker: Requester) -> None:
        """Read an account, without storing it."""
        del refused
        await self.fetch(handle, None, asker)

    async def look_up(self, handle: str, asker: Requester) -> ProvedBy:
        """Read an account's present description."""
        with self._named():
            account = await self._account(handle, None, asker)
        number = account_number(self._network, account.id)
        return ProvedBy(number, account.handle, account.bio, account.id)

    async def close(self) -> None:
        """Cancel the look-ups that are under way."""
        await self._batch.close()

    async def _fetch(self, handle: str, stored: Reading | None, asker: Requester) -> Fetched:
        account = await self._account(handle, stored, asker)
        number = account_number(self._network, account.id)
        try:
            shown_to_strangers(account)
        except NotForStrangers as opt_out:
            if not await self._is_owners_wish(number, opt_out):
                await self._store.forget(number, opt_out, self._clock())
                raise
        _facts(self._network, account, self._clock(), None)  # before anything more is asked for
        begun = self._clock()
        before = await self._store.gathered(number, begun - KEPT, begun)
        after, problem = before, None
        try:
            own = await self._source.recent_posts(account, begun, before.unread_since(begun))
        except SourceError as error:
            error.network = self._network
            problem = error
        else:
            after = before.with_posts(_window(own))
        now = self._clock()
        facts = _facts(self._network, account, now, after.recent(now, mentions=False))
        reading = Reading(
            account_id=number,
            handle=account.handle,
            name=account.name,
            protected=False,
            score=score(facts),
            unread=("post",) if problem else (),
            problem=problem,
            external_id=account.id,
            notes=account.notes,
        )
        return Fetched(reading, before, after)

    async def _is_owners_wish(self, number: int, opt_out: NotForStrangers) -> bool:
        """Whether the account's owner decided otherwise than its profile says."""
        return owner_may_decide(opt_out.reasons) and await self._store.owner_decided(number)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Note on an error of the source which network it is of."""
        try:
            yield
        except SourceError as error:
            error.network = self._network
            raise

    async def _account(
        self, handle: str, stored: Reading | None, asker: Requester
    ) -> PublicAccount:
        """Look up an account; on Bluesky by its DID where the stored handle leads nowhere."""
        found = await self._found(handle, asker)
        if isinstance(found, HandleNotFound) and stored and (known := did(stored.external_id)):
            found = await self._found(known, asker)
            if isinstance(found, HandleNotFound):
                found = HandleNotFound(handle)
        if isinstance(found, ScoringError):
            raise found
        return found

    async def _found(self, name: str, asker: Requester) -> Result:
        """Look up one name, with others where the network takes several at once."""
        if self._source.most_profiles > 1:
            return await self._batch.get(name.lower(), name)
        return (await self._source.profiles([name], asker.person_id))[name.lower()]

    async def _look_up(self, names: Sequence[str]) -> Sequence[Result]:
        found = await self._source.profiles(names)
        return [found[name.lower()] for name in names]


def _facts(network: Network, account: PublicAccount, now: datetime, recent: Recent | None) -> Facts:
    """Return what was read as facts; raise `AccountUnreadable` where a value is impossible."""
    try:
        return Facts(
            handle=account.handle,
            network=network,
            followers=account.followers or 0,
            following=account.following or 0,
            listed=None,
            posts=account.posts,
            created_at=min(account.created_at or _BEGINNING, now),
            as_of=now,
            recent=recent,
        )
    except FactsError as error:
        raise AccountUnreadable(account.handle, (str(error),)) from error


def _window(own: OwnPosts) -> PostWindow:
    posts = tuple(
        SeenPost(
            id=post_number(post.id),
            created_at=post.created_at,
            likes=post.likes,
            replies=post.replies,
            reposts=post.reposts,
            quotes=post.quotes,
        )
        for post in own.posts
    )
    return PostWindow(own.begins, own.ends, posts, own.left_out, own.more)
