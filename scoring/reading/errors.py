"""The errors of reading: why there is no score, or an old one. Each type has one sentence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoring.reading.names import Network
    from scoring.reading.sources import Profile


class ScoringError(Exception):
    """A failure that the requester is told in words; never a bug."""


class AccountError(ScoringError):
    """The account itself has no score to give.

    Attributes:
        again_at: when X is asked again (aware, UTC), where the error is a stored one.
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
    """The account's proven owner hides it from others."""


class SourceError(ScoringError):
    """The network could not be read. What is stored may still be served, with its age."""

    may_be_billed = False
    """Whether X may have carried out the failed request, and so charges for it."""

    status: int | None = None
    """The HTTP status of X's answer, 200 when its body was of no use; None without an answer."""

    problem_type = ""
    """The last part of the problem type that X gave, as in `not-authorized-for-resource`."""

    network: "Network" = "x"
    """The network that could not be read."""


class ItemError(SourceError):
    """One account, or one part of it, cannot be read; other accounts are not affected."""


class AccountUnreadable(ItemError):
    """X's answer about one account is missing, or holds something impossible.

    Attributes:
        handle: as it was asked for; "" when the account was asked for by its number.
        fields: X's names of the fields that are odd.
        others: accounts in the same answer that were not asked for: one of them may be this one
            under a new handle.
        results: the items that X returned and charges for, with the moments at which they were
            made (aware, UTC) where these are known; None where they are not known by item.
    """

    def __init__(
        self,
        handle: str,
        fields: Sequence[str] = (),
        *,
        may_be_billed: bool = False,
        others: Sequence["Profile"] = (),
        results: Mapping[str, datetime | None] | None = None,
    ) -> None:
        super().__init__(handle, *fields)
        self.handle = handle
        self.fields = tuple(fields)
        self.may_be_billed = may_be_billed
        self.others = tuple(others)
        self.results = results


class ItemRefused(ItemError):
    """X does not show the posts, or the count of mentions, of one account.

    Attributes:
        handle: the account's.
    """

    def __init__(
        self, handle: str = "", *, status: int | None = None, problem_type: str = ""
    ) -> None:
        super().__init__(handle)
        self.handle = handle
        self.status = status
        self.problem_type = problem_type


class RateLimited(SourceError):
    """X's rate limit is reached.

    Attributes:
        until: when X may be asked again (aware, UTC).
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class BudgetSpent(SourceError):
    """The operator's monthly cap is reached; no request was made.

    Attributes:
        until: when the next month's budget begins (aware, UTC).
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class QuotaSpent(SourceError):
    """The requester's quota is spent; no request was made.

    Attributes:
        until: when one more may be read (aware, UTC).
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class CreditsDepleted(SourceError):
    """X refuses to read further: its credits, spending limit or monthly usage cap are used up."""


class TokenRefused(SourceError):
    """X does not accept the operator's bearer token, or not for this endpoint."""

    def __init__(
        self, detail: str = "", *, status: int | None = None, problem_type: str = ""
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.problem_type = problem_type


class EndpointRefused(SourceError):
    """X refuses one kind of reading for every account; the other kinds go on.

    Attributes:
        resource: `post` or `mention_count`, as in `scoring.reading.budget.Resource`.
    """

    def __init__(self, resource: str) -> None:
        super().__init__(resource)
        self.resource = resource


class SourceUnreachable(SourceError):
    """X gave no usable answer: a timeout, no connection, an HTML page, an empty body, a 5xx."""

    def __init__(
        self,
        detail: str,
        *,
        may_be_billed: bool = False,
        status: int | None = None,
        problem_type: str = "",
    ) -> None:
        super().__init__(detail)
        self.may_be_billed = may_be_billed
        self.status = status
        self.problem_type = problem_type


class NetworkNotRead(SourceError):
    """This bot does not read the network of an account: its operator has not set it up.

    Attributes:
        handle: as it was asked for.
        read: the networks that are read.
    """

    def __init__(self, handle: str, network: "Network", read: Sequence["Network"]) -> None:
        super().__init__(handle)
        self.handle = handle
        self.network = network
        self.read = tuple(read)


class TakesLonger(SourceError):
    """The network takes longer than the requester can be kept waiting."""


class Interrupted(SourceError):
    """The bot is being stopped while X is read."""
