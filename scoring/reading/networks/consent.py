"""What an account's own words and settings allow: to be shown to others, or not.

On Bluesky and the fediverse everything can be read that is not to be shown; only the one who
reads can respect it. Sources: Bluesky's documentation on labels and on opting out of the public
web; Mastodon's documentation on `discoverable`, `indexable` and `noindex`; Misskey's settings.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from scoring.reading.networks import bridges

_NO_BOTS: Final = re.compile(r"(?<!\w)#?nobots?(?!\w)", re.IGNORECASE)
_LOGGED_IN_ONLY: Final = "!no-unauthenticated"
_HIDE: Final = "!hide"


class Consent(Enum):
    """What may be done with an account's score."""

    SHOWN = "shown"
    """It may be shown to others."""

    OWNER = "owner"
    """Only when the account's proven owner asks for it."""

    NEVER = "never"
    """There is nothing of a person's own to score."""


class Reason(Enum):
    """Why an account may not simply be shown."""

    LOGGED_IN_ONLY = "logged_in_only"
    """It asks not to be shown to people without a login (Bluesky's label, Misskey's setting)."""

    HIDDEN_BY_MODERATION = "hidden_by_moderation"
    """The network's moderation hides it."""

    NO_INDEX = "no_index"
    """It asks search engines to leave it out."""

    NO_BOTS = "no_bots"
    """It says "nobot" in its description."""

    NOT_DISCOVERABLE = "not_discoverable"
    """It asks not to be suggested to others."""

    NO_WORD = "no_word"
    """It never said that it may be suggested to others (fediverse)."""

    SUSPENDED = "suspended"
    MEMORIAL = "memorial"
    BRIDGED = "bridged"
    """It is a bridge's copy of an account elsewhere."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What a profile says about being shown; the defaults say nothing.

    Attributes:
        asks_first: the network expects an account's word before it is shown (fediverse).
        own_labels: labels that the account gave itself (Bluesky).
        moderation_labels: labels that moderation gave it (Bluesky).
        discoverable: its word on being suggested to others; None without any.
        noindex: it asks search engines to leave it out.
        logged_in_only: it shows its posts to people with a login only (Misskey).
        suspended: its server suspended it.
        memorial: its owner has died.
        bridged: its name is a bridge's.
        bio: its description, as plain text.
    """

    asks_first: bool = False
    own_labels: frozenset[str] = frozenset()
    moderation_labels: frozenset[str] = frozenset()
    discoverable: bool | None = None
    noindex: bool = False
    logged_in_only: bool = False
    suspended: bool = False
    memorial: bool = False
    bridged: bool = False
    bio: str = ""


_NEVER: Final = frozenset((Reason.SUSPENDED, Reason.MEMORIAL, Reason.BRIDGED))


def owner_may_decide(reasons: Iterable[Reason]) -> bool:
    """Whether an account that may not simply be shown may be, once its owner asks for it."""
    return _NEVER.isdisjoint(reasons)


class Verdict(NamedTuple):
    """What may be done, and every reason why no more."""

    consent: Consent
    reasons: tuple[Reason, ...] = ()


def verdict(signals: Signals) -> Verdict:
    """Judge what a profile says; the strictest of its signals counts."""
    labels = signals.own_labels | signals.moderation_labels
    never = {
        Reason.SUSPENDED: signals.suspended,
        Reason.MEMORIAL: signals.memorial,
        Reason.BRIDGED: signals.bridged or any(each.startswith(bridges.LABEL) for each in labels),
    }
    owner = {
        Reason.LOGGED_IN_ONLY: signals.logged_in_only or _LOGGED_IN_ONLY in signals.own_labels,
        Reason.HIDDEN_BY_MODERATION: _HIDE in signals.moderation_labels,
        Reason.NO_INDEX: signals.noindex,
        Reason.NO_BOTS: _NO_BOTS.search(signals.bio) is not None,
        Reason.NOT_DISCOVERABLE: signals.discoverable is False,
        Reason.NO_WORD: signals.asks_first and signals.discoverable is None,
    }
    reasons = tuple(reason for reason, given in (never | owner).items() if given)
    if not reasons:
        return Verdict(Consent.SHOWN)
    return Verdict(Consent.NEVER if reasons[0] in never else Consent.OWNER, reasons)
