"""The source fediverse: each account is asked for at its own server, without a login.

* The server's name comes from a stranger: all requests go through
  `scoring.reading.strangers.servers`.
* A server that answers 401, 403 or 422 shows strangers nothing: that is its word, and no other
  way is tried (GoToSocial and Pixelfed always, Mastodon where it is set so).
* Mastodon's API is asked for first; Misskey's where the server says that it is a Misskey.
* A server may claim anything of its accounts: impossible claims are refused, and every account
  carries the name of the server that makes them.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from scoring.reading.errors import (
    AccountError,
    AccountUnreadable,
    HandleNotFound,
    ItemError,
    ItemRefused,
)
from scoring.reading.network_errors import BridgedCopy, ServerRefuses, ServerUnreachable
from scoring.reading.networks.bridges import original
from scoring.reading.networks.identifiers import fediverse_address
from scoring.reading.sources import mastodon_items, misskey_items
from scoring.reading.sources.json_items import OddFieldError
from scoring.reading.sources.public_accounts import (
    OwnPosts,
    PublicAccount,
    Result,
    earliest,
    own_posts,
)
from scoring.reading.sources.webfinger import REFUSALS, Home, Homes
from scoring.reading.strangers.limits import NewServers
from scoring.reading.strangers.server_names import server_url
from scoring.reading.strangers.servers import Answer, StrangersServers

_log = logging.getLogger(__name__)

Software = Literal["mastodon", "misskey"]

_OK: Final = 200
_BAD_REQUEST: Final = 400
_MISSING: Final = frozenset((404, 410))
_STATUSES: Final = {"exclude_replies": "true", "exclude_reblogs": "true", "limit": "40"}
_NO_SUCH_USER: Final = frozenset(("NO_SUCH_USER", "USER_SUSPENDED"))
_NODEINFO: Final = "http://nodeinfo.diaspora.software/ns/schema/2."
_MISSKEYS: Final = frozenset(
    ("cherrypick", "firefish", "foundkey", "iceshrimp", "misskey", "sharkey")
)
_MOST_KNOWN: Final = 10_000


class FediverseSource:
    """Reads accounts of the fediverse.

    Args:
        servers: what asks.
        clock: gives the time, aware, UTC.
        new_servers: how many servers one person may have asked that never answered.

    Attributes:
        most_profiles: names in one call of `profiles`.

    Every method raises `SourceError`: `ServerUnreachable`, `RateLimited` or `QuotaSpent`.
    """

    most_profiles: Final = 1

    def __init__(
        self,
        servers: StrangersServers,
        clock: Callable[[], datetime],
        new_servers: NewServers,
    ) -> None:
        self._servers = servers
        self._clock = clock
        self._new_servers = new_servers
        self._homes = Homes(servers, clock)
        self._software: dict[str, Software] = {}

    async def profiles(
        self, names: Sequence[str], person: int | None = None
    ) -> Mapping[str, Result]:
        """Look up one account by its address, in two requests, or more where servers differ.

        Args:
            names: one address, `user@host`.
            person: Telegram's number of the person who asks; None where no person waits.

        Returns:
            For the name in lower case: its account, or why not.
        """
        if len(names) > self.most_profiles:
            raise ValueError("profiles takes one name")
        found: dict[str, Result] = {}
        for name in names:
            try:
                found[name.lower()] = await self._profile(name, person)
            except (AccountError, ItemError) as error:
                found[name.lower()] = error
        return found

    async def recent_posts(
        self, account: PublicAccount, now: datetime, since: datetime | None = None
    ) -> OwnPosts:
        """Read the newest own posts, in one request.

        Args:
            account: whose posts.
            now: the moment of reading, aware.
            since: older posts do not count; None for as far back as posts count.

        Raises:
            scoring.reading.errors.ItemError: the posts of this account cannot be read.
        """
        host, _, number = account.id.partition("/")
        is_misskey = await self._is_misskey(host)
        if is_misskey:
            question = {
                "userId": number,
                "withReplies": False,
                "withRenotes": False,
                "limit": misskey_items.NOTES,
            }
            answer = await self._servers.post(host, "/api/users/notes", question)
        else:
            path = f"/api/v1/accounts/{number}/statuses"
            answer = await self._servers.get(host, path, _STATUSES)
        if answer.status in REFUSALS | _MISSING | {_BAD_REQUEST}:
            raise ItemRefused(account.handle, status=answer.status)
        if answer.status != _OK:
            raise ServerUnreachable(host, "no posts", status=answer.status)
        page_of = misskey_items.page_of if is_misskey else mastodon_items.page_of
        try:
            page = page_of(answer.body, account, now)
        except OddFieldError as error:
            raise ServerUnreachable(host, f"odd {error.field}", status=_OK) from error
        if page.odd:
            _log.warning("A server's posts are odd in part: %s", ", ".join(sorted(set(page.odd))))
        return own_posts(page, account, now, earliest(now, since))

    async def _profile(self, name: str, person: int | None) -> PublicAccount:
        address = fediverse_address(name)
        if address is None:
            raise HandleNotFound(name)
        copied = original(str(address))
        if copied is not None:
            raise BridgedCopy(str(address), copied)
        # each server on the way counts: the first names the next
        home = await self._homes.find(address, lambda host: self._new_servers.admit(host, person))
        account = await self._at_home(home)
        for host in {address.host, home.address.host, home.host}:
            self._new_servers.note_answer(host)
        return account

    async def _at_home(self, home: Home) -> PublicAccount:
        """Ask an account's server about it.

        Raises:
            scoring.reading.errors.AccountError: there is no such account, or it is not shown.
            scoring.reading.errors.AccountUnreadable: the server claims the impossible.
        """
        if self._software.get(home.host) != "misskey":
            query = {"acct": home.address.user}
            answer = await self._servers.get(home.host, "/api/v1/accounts/lookup", query)
            _raise_refusal(answer, home)
            if answer.status == _OK and isinstance(answer.body, dict):
                self._note(home.host, "mastodon")
                return _read(mastodon_items.account_of, answer, home, self._clock())
            if answer.status in _MISSING and _is_mastodons(answer.body):
                raise HandleNotFound(str(home.address))
            if not await self._is_misskey(home.host):
                raise ServerUnreachable(home.host, "speaks another language", status=answer.status)
        question = {"username": home.address.user, "host": None}
        answer = await self._servers.post(home.host, "/api/users/show", question)
        _raise_refusal(answer, home)
        if answer.status == _OK and isinstance(answer.body, dict):
            self._note(home.host, "misskey")
            return _read(misskey_items.account_of, answer, home, self._clock())
        if _error_code(answer.body) in _NO_SUCH_USER:
            raise HandleNotFound(str(home.address))
        raise ServerUnreachable(home.host, "no account", status=answer.status)

    async def _is_misskey(self, host: str) -> bool:
        """Whether a server is asked as a Misskey; it is known but after a restart."""
        if host not in self._software:
            named = await self._software_of(host)
            self._note(host, "misskey" if named in _MISSKEYS else "mastodon")
        return self._software[host] == "misskey"

    async def _software_of(self, host: str) -> str:
        """Return what a server says it runs (NodeInfo), in lower case; "" where it does not."""
        links = (await self._servers.get(host, "/.well-known/nodeinfo")).body
        listed = links.get("links") if isinstance(links, dict) else None
        for link in listed if isinstance(listed, list) else []:
            rel, href = (link.get("rel"), link.get("href")) if isinstance(link, dict) else ("", "")
            url = server_url(href) if isinstance(href, str) else None
            if isinstance(rel, str) and rel.startswith(_NODEINFO) and url and url.host == host:
                body = (await self._servers.get(host, url.path)).body
                software = body.get("software") if isinstance(body, dict) else None
                name = software.get("name") if isinstance(software, dict) else None
                return name.lower() if isinstance(name, str) else ""
        return ""

    def _note(self, host: str, software: Software) -> None:
        self._software.pop(host, None)
        self._software[host] = software
        if len(self._software) > _MOST_KNOWN:
            del self._software[next(iter(self._software))]


def _read(
    account_of: Callable[[object, Home, datetime], PublicAccount],
    answer: Answer,
    home: Home,
    now: datetime,
) -> PublicAccount:
    try:
        return account_of(answer.body, home, now)
    except OddFieldError as error:
        _log.warning("A server's account cannot be read: %s", error.field)
        raise AccountUnreadable(str(home.address), (error.field,)) from error


def _raise_refusal(answer: Answer, home: Home) -> None:
    if answer.status in REFUSALS:
        raise ServerRefuses(str(home.address), home.host, answer.status)


def _is_mastodons(body: object) -> bool:
    """Whether an error is in Mastodon's words: Misskey, too, answers 404 to what it lacks."""
    return isinstance(body, dict) and isinstance(body.get("error"), str)


def _error_code(body: object) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("code")) if isinstance(error, dict) else ""
