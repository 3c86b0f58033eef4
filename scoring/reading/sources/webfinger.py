"""Which server to ask about an account of the fediverse (WebFinger, RFC 7033).

`user@example.org` may live on `social.example.org`. Both servers have to say so: else one could
pass another's account off as its own.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from scoring.reading.errors import AccountUnreadable, HandleNotFound
from scoring.reading.network_errors import ServerRefuses
from scoring.reading.networks.identifiers import Address, fediverse_address
from scoring.reading.strangers.server_names import server_url
from scoring.reading.strangers.servers import StrangersServers

_PATH: Final = "/.well-known/webfinger"
_OK: Final = 200
REFUSALS: Final = frozenset((401, 403, 422))
"""Statuses by which a server says "not to strangers" (Mastodon: 401, older versions: 422)."""

_KEPT: Final = timedelta(weeks=2)
_MOST_KEPT: Final = 10_000


class Home(NamedTuple):
    """Where an account lives.

    Attributes:
        address: its canonical name.
        host: the server that is asked about it.
        actor: the address of the account itself, by which that server calls it.
    """

    address: Address
    host: str
    actor: str


class _Finger(NamedTuple):
    """A server's word about an account, and which server gave it."""

    subject: Address
    host: str
    actor: str
    said_by: str


class Homes:
    """Finds the home of accounts, and remembers it for two weeks.

    Args:
        servers: what asks.
        clock: gives the time, aware, UTC.
    """

    def __init__(self, servers: StrangersServers, clock: Callable[[], datetime]) -> None:
        self._servers = servers
        self._clock = clock
        self._homes: OrderedDict[Address, tuple[datetime, Home]] = OrderedDict()

    async def find(self, address: Address, admit: Callable[[str], None]) -> Home:
        """Return where an account lives: in one request, or two or three where names differ.

        Args:
            admit: is called with each server before it is asked; what it raises is passed on.

        Raises:
            scoring.reading.errors.HandleNotFound: there is no such account.
            scoring.reading.errors.AccountUnreadable: servers contradict each other.
            scoring.reading.network_errors.ServerRefuses: the server tells strangers nothing.
            scoring.reading.errors.SourceError: no server gave a usable answer.
        """
        known = self._homes.get(address)
        if known and self._clock() - known[0] < _KEPT:
            return known[1]
        home = await self._ask(address, admit)
        self._homes[address] = self._clock(), home
        self._homes.move_to_end(address)
        if len(self._homes) > _MOST_KEPT:
            self._homes.popitem(last=False)
        return home

    async def _ask(self, address: Address, admit: Callable[[str], None]) -> Home:
        finger = await self._finger(address, address.host, admit)
        if finger.subject != address:  # the server has another name for it, which has to agree
            other = await self._finger(finger.subject, finger.subject.host, admit)
            if (other.subject, other.actor) != (finger.subject, finger.actor):
                raise AccountUnreadable(str(address), ("subject",))
            finger = other
        if finger.said_by != finger.host:  # the server where it lives has to agree
            there = await self._finger(finger.subject, finger.host, admit)
            if (there.subject, there.actor) != (finger.subject, finger.actor):
                raise AccountUnreadable(str(address), ("self",))
        return Home(finger.subject, finger.host, finger.actor)

    async def _finger(self, address: Address, host: str, admit: Callable[[str], None]) -> _Finger:
        """Ask one server about an account."""
        admit(host)
        resource = {"resource": f"acct:{address}"}
        answer = await self._servers.get(
            host, _PATH, resource, accept="application/jrd+json, application/json", admit_hop=admit
        )
        if answer.status in REFUSALS:
            raise ServerRefuses(str(address), host, answer.status)
        body = answer.body
        if answer.status != _OK or not isinstance(body, dict):
            raise HandleNotFound(str(address))
        actor = _actor(body.get("links"))
        url = server_url(actor)
        if url is None:
            raise HandleNotFound(str(address))
        subject = body.get("subject")
        named = subject.removeprefix("acct:") if isinstance(subject, str) else str(address)
        canonical = fediverse_address(named)
        if canonical is None:
            raise AccountUnreadable(str(address), ("subject",))
        return _Finger(canonical, url.host, actor, answer.host)


def _actor(links: object) -> str:
    """Return the account's own address among the links; "" without one."""
    for link in links if isinstance(links, list) else []:
        if not isinstance(link, dict) or link.get("rel") != "self":
            continue
        kind, href = link.get("type"), link.get("href")
        if isinstance(kind, str) and isinstance(href, str) and _is_activity(kind):
            return href
    return ""


def _is_activity(kind: str) -> bool:
    return kind == "application/activity+json" or kind.startswith("application/ld+json")
