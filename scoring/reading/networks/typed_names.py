"""What people type and paste for accounts on several networks: `(network, name)`, or why none.

A name says by its form which network it is of: X's have neither a dot nor an inner `@`, Bluesky's
a dot or `did:` in front, the fediverse's an inner `@`.
"""

import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from scoring.reading import names
from scoring.reading.names import Name, Network
from scoring.reading.networks.identifiers import actor, bluesky_handle, fediverse_address
from scoring.reading.networks.known_hosts import (
    BLUESKY_APPS,
    FEDIVERSE_SERVERS,
    FILE_ENDINGS,
    is_mail,
    is_other_network,
)
from scoring.reading.strangers.server_names import server_name

Why = Literal["mail", "server", "elsewhere", "too_long", "nothing"]
"""Why a text names no account: a mail address; a server alone; a network that is not read; longer
than X's handles, without a domain; anything else."""


class Misnamed(NamedTuple):
    """A text that names no account that is read."""

    text: str
    why: Why


_AT_URI: Final = "at://"
_ACCT: Final = "acct:"
_DID: Final = "did:"
_ABSOLUTE: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_POSSESSIVE: Final = re.compile(r"['’‘`´]s?$", re.IGNORECASE)
_TOO_LONG: Final = re.compile(r"\w{16,30}", re.ASCII)
_PORTS: Final = frozenset((None, 80, 443))
_APP_PATHS: Final = frozenset(("deck", "web"))
"""First segments by which Mastodon's own app shows the page that comes after them."""

_SHORTEST_ENDING: Final = 2


def named(text: str) -> Name | Misnamed:
    """Return the account that a whole text names, on any network; never raises.

    Args:
        text: One name or link, with nothing around it.
    """
    if text.startswith("@"):
        return _behind_at(text.removeprefix("@"))
    if _is_link(text):
        return _behind_link(text)
    return _whole(text) or _bare(text)


def is_name(text: str) -> bool:
    """Whether a text, without an `@` in front, is the handle or DID of an account as we write it.

    X's handles in any case; the others in lower case and ASCII.
    """
    if names.is_handle(text):
        return True
    address = fediverse_address(text) if "@" in text else None
    return text in {actor(text), str(address) if address else None}


class SeveralNetworks:
    """How texts name accounts on some networks; a `scoring.reading.names.Naming`.

    Args:
        networks: those that are read; names of others are none.
    """

    def __init__(self, networks: Iterable[Network]) -> None:
        self._networks = frozenset(networks)

    def behind_at(self, text: str) -> Name | None:
        """Return the account called `text` behind an `@`."""
        return self._read(_behind_at(_POSSESSIVE.sub("", text)))

    def behind_link(self, link: str) -> Name | None:
        """Return the account that a link leads to; a domain alone is no link."""
        return self._read(_behind_link(link)) if _is_link(link) else None

    def whole(self, text: str) -> Name | None:
        """Return the account that a word names without an `@` in front, whatever is beside it."""
        return self._read(_whole(_POSSESSIVE.sub("", text)))

    def bare(self, text: str) -> Name | None:
        """Return the account that a word may name where it stands alone."""
        return self._read(_bare(text))

    def is_known_host(self, link: str) -> bool:
        """Whether a link leads to any page of X or of an app of Bluesky."""
        if names.is_known_host(link):
            return True
        parts = _split(link)
        return parts is not None and (parts.hostname or "") in BLUESKY_APPS

    def _read(self, found: Name | Misnamed | None) -> Name | None:
        return found if isinstance(found, Name) and found.network in self._networks else None


def _behind_at(text: str) -> Name | Misnamed:
    if "@" in text:
        return _address(text)
    if "." in text:
        return _handle(text)
    return _on_x(text)


def _whole(text: str) -> Name | Misnamed | None:
    """Judge a word that can only be meant as a name; None for any other."""
    if text.startswith(_DID):
        return _actor(text)
    if text.lower().startswith(_ACCT):
        return _address(text[len(_ACCT) :])
    return _address(text) if "@" in text else None


def _bare(text: str) -> Name | Misnamed:
    """Judge a word that may be meant otherwise: `e.g`, `node.js`, the name of a server or site."""
    if "." not in text:
        return _on_x(text)
    ending = text.lower().rpartition(".")[2]
    found = _handle(text)
    if len(ending) < _SHORTEST_ENDING or ending in FILE_ENDINGS or isinstance(found, Misnamed):
        return Misnamed(text, "nothing")
    if found.text in FEDIVERSE_SERVERS:
        return Misnamed(text, "server")
    return Misnamed(text, "elsewhere") if is_other_network(found.text) else found


def _on_x(text: str) -> Name | Misnamed:
    if names.is_handle(text):
        return Name(text)
    return Misnamed(text, "too_long" if _TOO_LONG.fullmatch(text) else "nothing")


def _handle(text: str) -> Name | Misnamed:
    """Judge a domain name that is meant as a handle: a network's or server's own may be one."""
    handle = bluesky_handle(text)
    return Name(handle, "bluesky") if handle else Misnamed(text, "nothing")


def _actor(text: str) -> Name | Misnamed:
    found = actor(text)
    return Name(found, "bluesky") if found else Misnamed(text, "nothing")


def _address(text: str) -> Name | Misnamed:
    address = fediverse_address(text)
    if address is None:
        return Misnamed(text, "nothing")
    if is_mail(address.host):  # asking the host would tell it the address
        return Misnamed(text, "mail")
    if is_other_network(address.host):
        return Misnamed(text, "elsewhere")
    return Name(str(address), "fediverse")


def _is_link(text: str) -> bool:
    return "/" in text


def _behind_link(link: str) -> Name | Misnamed:
    if link.lower().startswith(_AT_URI):
        return _actor(link[len(_AT_URI) :].partition("/")[0])
    if names.is_known_host(link):
        return names.behind_link(link) or Misnamed(link, "nothing")
    parts = _split(link)
    if parts is None:
        return Misnamed(link, "nothing")
    host = server_name(parts.hostname or "")
    path = [unquote(segment) for segment in parts.path.split("/") if segment]
    found = _page(host, path) if host else None
    return found or Misnamed(link, "nothing")


def _page(host: str, path: list[str]) -> Name | Misnamed | None:
    """Judge a page of a server by its path; None where no account has such a page."""
    if host in BLUESKY_APPS:
        return _actor(path[1].removeprefix("@")) if path[:1] == ["profile"] and path[1:] else None
    if host.endswith(".bsky.social") and not path:
        return _handle(host)
    if is_other_network(host):
        return Misnamed(host, "elsewhere")
    if path and path[0] in _APP_PATHS:
        path = path[1:]
    if not path:
        return Misnamed(host, "server") if host in FEDIVERSE_SERVERS else None
    if path[0].startswith("@"):
        user = path[0].removeprefix("@")
        return _address(user if "@" in user else f"{user}@{host}")
    return _address(f"{path[1]}@{host}") if path[0] == "users" and path[1:] else None


def _split(link: str) -> SplitResult | None:
    """Take a link apart; None where it is not one to a page of the web, or carries a user."""
    try:
        parts = urlsplit(link if _ABSOLUTE.match(link) else f"//{link}", "https")
        usual = parts.scheme in {"http", "https"} and parts.port in _PORTS
    except ValueError:  # a port that is no number, brackets without an address
        return None
    return parts if usual and "@" not in parts.netloc else None


EVERYWHERE: Final = SeveralNetworks(("x", "bluesky", "fediverse"))
"""How texts name accounts, whichever networks a bot reads: an account of one that it does not read
gets a sentence that says so."""
