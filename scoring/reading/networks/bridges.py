"""Bridged copies: accounts that a bridge keeps of accounts of other networks (Bridgy Fed)."""

from typing import Final

from scoring.reading.networks.identifiers import bluesky_handle, fediverse_address
from scoring.reading.strangers.server_names import server_name

LABEL: Final = "bridged-from-bridgy-fed-"
"""How the label begins that the bridge gives its copies on Bluesky."""

_FROM_FEDIVERSE: Final = ".ap.brid.gy"
_FROM_WEB: Final = ".web.brid.gy"
_TO_FEDIVERSE: Final = frozenset(("bsky.brid.gy", "web.brid.gy"))


def original(name: str) -> str | None:
    """Return whose copy an account is; None where its name is not a bridge's.

    Args:
        name: A handle of Bluesky, or `user@host`.

    Returns:
        `user@host` of the fediverse, a handle of Bluesky, or a web site's name; "" where the
        bridge's name for it cannot be read back.
    """
    user, _, host = name.lower().partition("@")
    if host in _TO_FEDIVERSE:
        return (server_name if host.startswith("web.") else bluesky_handle)(user) or ""
    if host:
        return None
    if user.endswith(_FROM_FEDIVERSE):  # the bridge writes "_" and the like as "-"
        named, _, server = user.removesuffix(_FROM_FEDIVERSE).partition(".")
        return str(fediverse_address(f"{named}@{server}") or "")
    if user.endswith(_FROM_WEB):
        return server_name(user.removesuffix(_FROM_WEB)) or ""
    return None
