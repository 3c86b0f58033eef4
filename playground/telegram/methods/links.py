"""The addresses that Telegram takes for links, and how it writes them."""

import re
from typing import Final

_HTTP: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>(?:[^\s/?#:@]+\.)+[^\s/?#:@.]{2,}|localhost|[\d.]+|\[[\da-f:]+\])"
    r"(?P<port>:\d+)?(?P<rest>[/?#]\S*)?",
    re.IGNORECASE,
)
_INTERNAL: Final = re.compile(r"(?:tg|ton|tonsite)://?\S+", re.IGNORECASE)
_PROTOCOL: Final = re.compile(r"(?P<protocol>[a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_USER: Final = re.compile(r"tg://user\?id=(\d+)", re.IGNORECASE)


def checked_url(url: str) -> str | None:
    """Return an address as Telegram stores it, or None when it is not an address.

    A bare domain gets `http://`, an empty path a slash; hosts become lower case.
    """
    url = url.strip()
    if _INTERNAL.fullmatch(url):
        return url
    match = _HTTP.fullmatch(url if _PROTOCOL.match(url) else f"http://{url}")
    if match is None or (match["host"].lower() == "localhost" and not _PROTOCOL.match(url)):
        return None
    rest = match["rest"] or ""
    path = rest if rest.startswith("/") else f"/{rest}"
    return f"{match['scheme'].lower()}://{match['host'].lower()}{match['port'] or ''}{path}"


def url_fault(url: str) -> str | None:
    """Return Telegram's words of refusal for a button's address; None when it is accepted."""
    if not url:
        return "URL host is empty"
    protocol = _PROTOCOL.match(url)
    if protocol and protocol["protocol"].lower() not in {"http", "https", "tg", "ton", "tonsite"}:
        return "Unsupported URL protocol"
    return None if checked_url(url) else "Wrong HTTP URL"


def mentioned_user(url: str) -> int | None:
    """Return the user id of a `tg://user?id=` link."""
    match = _USER.fullmatch(url.strip())
    return int(match[1]) if match else None
