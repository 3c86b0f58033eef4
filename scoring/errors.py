"""Why there is no score, or only an old one. Each type becomes one sentence for a person."""

from datetime import datetime


class ScoringError(Exception):
    """Something a person should be told in words; never a bug."""


class AccountError(ScoringError):
    """The account itself has no score to give.

    Attributes:
        again_at: when X is asked again, where it said so before and was not asked now.
    """

    def __init__(self, handle: str, again_at: datetime | None = None) -> None:
        super().__init__(handle)
        self.handle = handle
        self.again_at = again_at


class HandleNotFound(AccountError):
    """No account has this handle (any more)."""


class AccountSuspended(AccountError):
    """X has suspended the account."""


class AccountHidden(AccountError):
    """Its owner proved that it is theirs, and does not want strangers to look it up here."""


class SourceError(ScoringError):
    """The network could not be read. What is stored may still be served, with its age."""

    may_be_billed = False
    """Whether the request may have been carried out, and so paid for, all the same."""


class RateLimited(SourceError):
    """X asks to wait.

    Attributes:
        until: when it may be asked again (aware, UTC).
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class BudgetSpent(SourceError):
    """The operator's own monthly cap is reached: nothing was asked.

    Attributes:
        until: when the next month's budget begins (aware, UTC).
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class QuotaSpent(SourceError):
    """Whoever asks has had many accounts read: nothing was asked.

    Attributes:
        until: when one more may be read (aware, UTC).
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class CreditsDepleted(SourceError):
    """X refuses to read further: its credits, spending limit or monthly usage cap are used up."""


class TokenRefused(SourceError):
    """X does not accept the operator's bearer token, or not for this."""


class SourceUnreachable(SourceError):
    """X gave no usable answer: a timeout, no connection, an HTML page, an empty body, a 5xx."""

    def __init__(self, detail: str, *, may_be_billed: bool = False) -> None:
        super().__init__(detail)
        self.may_be_billed = may_be_billed


class TakesLonger(SourceError):
    """Whoever asks cannot be kept waiting for as long as the network takes."""


class Interrupted(SourceError):
    """The bot is being stopped while X is read."""
