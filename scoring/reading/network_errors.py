"""The errors of reading that only Bluesky and the fediverse have."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scoring.reading.errors import AccountError, SourceUnreachable

if TYPE_CHECKING:
    from scoring.reading.networks.consent import Reason


class AccountDeactivated(AccountError):
    """The account's owner has deactivated it; it may come back."""


class HandleInvalid(AccountError):
    """The account is there, but its domain name does not point back to it (Bluesky)."""


class AccountMoved(AccountError):
    """The account's owner moved to another one, which can be asked for.

    Attributes:
        moved_to: `user@host`, checked; "" where the server does not say it in a usable way.
    """

    def __init__(self, handle: str, moved_to: str) -> None:
        super().__init__(handle)
        self.moved_to = moved_to


class BridgedCopy(AccountError):
    """The account is a copy that a bridge keeps of an account of another network.

    Attributes:
        original: whose copy it is: `user@host`, a handle of Bluesky, or a web site's name; ""
            where that is not known.
    """

    def __init__(self, handle: str, original: str) -> None:
        super().__init__(handle)
        self.original = original


class NotForStrangers(AccountError):
    """The account asks not to be shown to others, or has not agreed to be.

    Attributes:
        reasons: what it says, and what is missing.
    """

    def __init__(self, handle: str, reasons: Sequence["Reason"]) -> None:
        super().__init__(handle)
        self.reasons = tuple(reasons)


class CountsHidden(AccountError):
    """The account, or its server, does not say how many follow it."""


class ServerRefuses(AccountError):
    """The account's server shows accounts to its own users only.

    Attributes:
        server: the server's name.
        status: the HTTP status of its answer; 200 where it says so in other words.
    """

    def __init__(self, handle: str, server: str, status: int) -> None:
        super().__init__(handle)
        self.server = server
        self.status = status


class ServerUnreachable(SourceUnreachable):
    """An account's server gave no usable answer, or may not be asked.

    One sentence serves all causes: a stranger learns nothing about the network around the bot.

    Attributes:
        server: the server's name.
    """

    def __init__(self, server: str, detail: str, *, status: int | None = None) -> None:
        super().__init__(detail, status=status)
        self.server = server
