"""Names of accounts on X and links to them, and what another network's names need to be read.

The names of Bluesky and the fediverse are in `scoring.reading.networks.typed_names`.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

Network = Literal["x", "bluesky", "fediverse"]
"""A network. A new one is added here, and to `scoring.reading.networks.typed_names`."""

_HANDLE: Final = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)
"""X's own rule for a username (OpenAPI, `GET /2/users/by`)."""

_HOSTS: Final[Mapping[str, Network]] = {
    f"{variety}{host}": "x"
    for host in ("x.com", "twitter.com")
    for variety in ("", "www.", "mobile.", "m.")
}
"""Hosts whose first path segment is an account, each in full: subdomains are not implied."""

_ABSOLUTE: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)

_PORTS: Final = frozenset((None, 80, 443))

_PAGES: Final = frozenset(
    (
        *("about", "account", "bookmarks", "communities", "compose", "connect_people", "download"),
        *("en", "explore", "followers", "following", "hashtag", "help", "home", "i", "intent"),
        *("jobs", "lists", "logged_out", "login", "logout", "mentions", "messages", "moments"),
        *("newsletters", "notifications", "oauth", "personalization", "premium", "privacy"),
        *("rules", "search", "settings", "share", "signup", "spaces", "statuses", "terms", "tos"),
        *("tweet", "welcome", "who_to_follow", "widgets"),
    )
)
"""X's own pages, which stand where a path has an account."""


class Name(NamedTuple):
    """An account, as a user named it.

    Attributes:
        text: without `@` in front: on X as typed; on Bluesky a handle or DID, in the fediverse
            `user@host`, in lower case and ASCII.
        network: where it is.
    """

    text: str
    network: Network = "x"


class Naming(Protocol):
    """How texts name accounts, on the networks that are read."""

    def behind_at(self, text: str) -> Name | None:
        """Return the account called `text` behind an `@`; None when it names none."""

    def behind_link(self, link: str) -> Name | None:
        """Return the account that a link leads to; None for other links."""

    def whole(self, text: str) -> Name | None:
        """Return the account that a word names without an `@` in front, whatever is beside it."""

    def bare(self, text: str) -> Name | None:
        """Return the account that a word may name where it stands alone."""

    def is_known_host(self, link: str) -> bool:
        """Whether a link leads to any page of a network that is read."""


def network_of(handle: str) -> Network:
    """Return the network that a handle is of, which its form says.

    Args:
        handle: without an `@` in front. X's have neither a dot nor an `@`, the fediverse's have an
            `@`, and Bluesky's a dot; a DID is Bluesky's.
    """
    if "@" in handle:
        return "fediverse"
    return "bluesky" if "." in handle or handle.startswith("did:") else "x"


def is_handle(text: str) -> bool:
    """Whether a name (no `@`) follows X's rule for handles."""
    return _HANDLE.fullmatch(text) is not None


def key(handle: str) -> str:
    """Return the form that is equal for all spellings of a handle."""
    return handle.lower()


def behind_at(text: str) -> Name | None:
    """Return X's account called `text` behind an `@`; None when it names none.

    Names of other networks (`alice.bsky.social`, `user@example.com`) come here in one piece.
    """
    return Name(text) if is_handle(text) else None


def behind_link(link: str) -> Name | None:
    """Return X's account that a link leads to, with or without a scheme; None for other links.

    Every page of an account counts, a post of its own included. Links with a user name before the
    host or with an unusual port are refused: links to profiles do not look like that.
    """
    try:
        parts = _split(link)
        usual = parts.scheme in {"http", "https"} and parts.port in _PORTS
    except ValueError:  # a port that is no number, brackets without an address
        return None
    network = _HOSTS.get(_host(parts))
    if network is None or not usual or "@" in parts.netloc:
        return None
    name = _on_x(parts)
    return Name(name, network) if is_handle(name) else None


def is_known_host(link: str) -> bool:
    """Whether a link leads to any page of X."""
    try:
        return _host(_split(link)) in _HOSTS
    except ValueError:
        return False


def _split(link: str) -> SplitResult:
    return urlsplit(link if _ABSOLUTE.match(link) else f"//{link}", "https")


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removesuffix(".")


def _on_x(parts: SplitResult) -> str:
    """Return the first segment of the path, X's place for the account; "" for X's own pages."""
    path = parts.path
    if path in {"", "/"} and parts.fragment.startswith("!/"):  # twitter.com/#!/nasa, until 2012
        path = parts.fragment[1:]
    first, _, rest = path.lstrip("/").partition("/")
    if first.lower() == "intent" and rest.strip("/") in {"user", "follow"}:
        return parse_qs(parts.query).get("screen_name", [""])[0].removeprefix("@")
    name = unquote(first).removeprefix("@")
    return "" if name.lower() in _PAGES else name
