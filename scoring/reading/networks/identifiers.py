"""The grammar of names: Bluesky's handles, DIDs and at-URIs, and addresses of the fediverse.

Bluesky's are those of the AT Protocol's specification; what it leaves to applications (which
methods of DIDs there are, which domains no handle may have) is decided here.
"""

import re
from typing import Final, NamedTuple

from scoring.reading.strangers.server_names import ascii_name, server_name

LONGEST_HANDLE: Final = 253
LONGEST_DID: Final = 2048

_LABEL: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_TOP_LABEL: Final = r"[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_HANDLE: Final = re.compile(rf"(?:{_LABEL}\.)+{_TOP_LABEL}", re.ASCII)
_DID: Final = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]", re.ASCII)
_PLC: Final = re.compile(r"did:plc:[a-z2-7]{24}", re.ASCII)
_WEB: Final = "did:web:"

_NO_HANDLES: Final = frozenset(
    ("alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion")
)
"""Top-level domains that no handle has in practice (AT Protocol, "Handle": disallowed TLDs)."""

_USER: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?", re.ASCII)
"""A user's name in the fediverse: what Mastodon takes of other servers, and 64 characters."""


class Address(NamedTuple):
    """An account of the fediverse: `user` at the server `host`, in lower case and ASCII."""

    user: str
    host: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"


def is_handle_syntax(text: str) -> bool:
    """Whether a text follows the specification's grammar of handles."""
    return len(text) <= LONGEST_HANDLE and _HANDLE.fullmatch(text) is not None


def is_did_syntax(text: str) -> bool:
    """Whether a text follows the specification's grammar of DIDs, of any method."""
    return len(text) <= LONGEST_DID and _DID.fullmatch(text) is not None


def bluesky_handle(text: str) -> str | None:
    """Return a handle of Bluesky in lower case and ASCII; None where it can be none.

    Args:
        text: Without the `@`.
    """
    name = ascii_name(text)
    if name is None or not is_handle_syntax(name) or name.rpartition(".")[2] in _NO_HANDLES:
        return None
    return name


def did(text: str) -> str | None:
    """Return a DID of a method that Bluesky uses, `did:plc` or `did:web`; None for others."""
    if _PLC.fullmatch(text):
        return text
    if text.startswith(_WEB) and (name := server_name(text.removeprefix(_WEB))):
        return f"{_WEB}{name}"
    return None


def actor(text: str) -> str | None:
    """Return what Bluesky's methods take for an account, a handle or a DID; None for others."""
    return did(text) if text.startswith("did:") else bluesky_handle(text)


def fediverse_address(text: str) -> Address | None:
    """Return an address of the fediverse; None where it can be none.

    Args:
        text: `user@host`, with or without an `@` in front.
    """
    user, _, host = text.removeprefix("@").partition("@")
    name = server_name(host)
    return Address(user.lower(), name) if name and _USER.fullmatch(user) else None
