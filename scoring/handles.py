"""What people type when they mean an account on X, made into handles."""

import re
import unicodedata
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

MAX_HANDLES: Final = 5
"""Handles answered in one message: five receipts still fit a phone's screen."""

_HANDLE: Final = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)
"""X's own rule for a username (OpenAPI, `GET /2/users/by`)."""

_SEPARATORS: Final = re.compile(r"[,;/+&|]|(?<=\w)(?=@\w+$)")
_POSSESSIVE: Final = re.compile(r"['’]\w*$")
_X_URL: Final = re.compile(
    r"(?:https?://)?(?:www\.|mobile\.|m\.)?(?:x|twitter)\.com/[^\s<>]*", re.IGNORECASE
)
_NOT_ACCOUNTS: Final = frozenset(
    (
        *("about", "compose", "explore", "hashtag", "home", "i", "login", "messages"),
        *("notifications", "privacy", "search", "settings", "share", "signup", "tos"),
    )
)
_CONNECTORS: Final = frozenset(("and", "et", "vs", "versus", "ou", "or", "with", "avec", "contre"))
_INVISIBLE: Final = frozenset(("Cf", "Cc", "Mn", "Me"))


class Request(NamedTuple):
    """What a text asks for.

    Attributes:
        handles: valid and distinct, as typed, without `@`, in order; not too many.
        rejected: the words that look meant as handles and cannot be one, as typed.
        left_out: how many valid handles came after the limit.
    """

    handles: tuple[str, ...]
    rejected: tuple[str, ...]
    left_out: int


def key(handle: str) -> str:
    """The form under which X treats two spellings as one account."""
    return handle.lower()


def is_handle(text: str) -> bool:
    """Whether X could know an account by this name (no `@`)."""
    return _HANDLE.fullmatch(text) is not None


def parse(text: str, most: int = MAX_HANDLES, bare: int = 2) -> Request:
    """Find the handles in what a person typed after a command.

    Understood: `@nasa`, `nasa`, `x.com/nasa`, `https://twitter.com/nasa?s=20`, full-width
    characters, invisible marks, and punctuation around them. Bare words count only when they are
    few and nothing in the text carries an `@` or an address, so that "@nasa please" asks for one
    account and a sentence for none.

    Args:
        text: What was typed.
        most: How many handles are taken.
        bare: How many words without an `@` are taken for handles: three are rather a sentence,
            and each costs.
    """
    words = _clean(text).split()
    marked = [word for word in words if "@" in word or _X_URL.search(word)]
    if not marked and len([word for word in words if _candidates(word)]) > bare:
        return Request((), (), 0)  # a sentence: none of its words is meant as a handle
    found: list[str] = []
    rejected: list[str] = []
    for word in marked or words:
        candidates = _candidates(word)
        found += [name for name in candidates if is_handle(name)]
        if candidates and not any(map(is_handle, candidates)):
            rejected.append(word)
    distinct = list({key(name): name for name in reversed(found)}.values())[::-1]
    return Request(
        handles=tuple(distinct[:most]),
        rejected=tuple(dict.fromkeys(rejected)),
        left_out=max(0, len(distinct) - most),
    )


def _clean(text: str) -> str:
    """Fold look-alike forms and drop what cannot be seen (zero-width, direction marks)."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if c.isspace() or unicodedata.category(c) not in _INVISIBLE)


def _candidates(word: str) -> list[str]:
    """What a word may mean: "" or something impossible where it means no account."""
    if url := _X_URL.search(word):
        return [_from_url(url.group())]
    if "://" in word:  # another site's account of the same name may be somebody else
        return [""]
    parts = [_core(part) for part in _SEPARATORS.split(word)]
    return [part for part in parts if part and part.lower() not in _CONNECTORS]


def _core(part: str) -> str:
    """A word without the punctuation, emoji or possessive around it."""
    inner = _POSSESSIVE.sub("", part)
    while inner and not (inner[0].isalnum() or inner[0] == "_"):
        inner = inner[1:]
    while inner and not (inner[-1].isalnum() or inner[-1] == "_"):
        inner = inner[:-1]
    return inner


def _from_url(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    first = parts.path.lstrip("/").split("/")[0]
    if first == "intent":
        return parse_qs(parts.query).get("screen_name", [""])[0]
    account = _core(first)
    return "" if account.lower() in _NOT_ACCOUNTS else account
