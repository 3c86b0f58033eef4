"""Names of servers, as strangers write them: which may be asked at all."""

import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}", re.ASCII)
"""A domain name of at least two labels; the last one begins with a letter, as no number does."""

_LONGEST: Final = 253
_LONGEST_URL: Final = 2048

_RESERVED: Final = frozenset(
    (
        *("alt", "arpa", "corp", "example", "home", "i2p", "internal", "intranet", "invalid"),
        *("lan", "local", "localdomain", "localhost", "onion", "private", "test"),
    )
)
"""Top-level domains without public servers (RFC 6761, 6762, 7686, 8375, 9476, and ICANN's list)."""

_AMBIGUOUS: Final = frozenset("ßςẞ\u200c\u200d")
"""Characters that the two versions of IDNA turn into different domains."""

_HTTPS: Final = 443


class ServerUrl(NamedTuple):
    """The server and the path of an https address; the server's name is checked."""

    host: str
    path: str


def ascii_name(text: str) -> str | None:
    """Return a domain name in lower case and ASCII (`xn--…`); None where it is no domain name."""
    if len(text) > _LONGEST:
        return None
    name = text.lower()
    if not name.isascii():
        if not _AMBIGUOUS.isdisjoint(name):
            return None
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return name if len(name) <= _LONGEST and _NAME.fullmatch(name) else None


def server_name(text: str) -> str | None:
    """Return the name of a server that may be asked, in lower case and ASCII; None for others.

    Addresses in any notation, ports, user names, a dot at the end and names that are no public
    domain are refused. Where the name leads is not known here: see `is_public` of
    `scoring.reading.strangers.addresses`.
    """
    name = ascii_name(text)
    if name is None or name.rpartition(".")[2] in _RESERVED:
        return None
    return name


def server_url(text: str) -> ServerUrl | None:
    """Return the server and path of an address that a server gave; None where it is refused.

    It must be absolute, `https`, on the usual port, without a user name, and its server's name
    must pass `server_name`.
    """
    if len(text) > _LONGEST_URL:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = server_name(parts.hostname or "")
    if parts.scheme != "https" or "@" in parts.netloc or port not in {None, _HTTPS} or not host:
        return None
    return ServerUrl(host, parts.path)
