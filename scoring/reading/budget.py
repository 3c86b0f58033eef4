"""The budget of paid reads: prices, reservations, and the interface of the ledger."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, Protocol, TypeVar

from scoring.reading.errors import ItemError, ItemRefused, SourceError, TokenRefused
from scoring.reading.requester import Requester

_T = TypeVar("_T")

Resource = Literal["user", "post", "mention_count"]
"""A unit that X charges for; each is what one of its endpoints returns."""

PRICES: Final[Mapping[Resource, int]] = MappingProxyType(
    {"user": 10_000, "post": 5_000, "mention_count": 5_000}
)
"""Micro-dollars for one returned unit of each (docs.x.com, pricing, 2026-08-22)."""

PER_REQUEST: Final[frozenset[Resource]] = frozenset({"mention_count"})
"""Charged for each request that is answered. The others are charged once an item and UTC day."""

PER_RESULT: Final[frozenset[Resource]] = frozenset({"post"})
"""Charged for each item that X returns, once a UTC day: a request names one account, and X charges
for the posts that it returns."""


_LONG: Final = 20
"""More digits than X's numbers have (19 at most)."""


class Charge(NamedTuple):
    """Units of a resource, and their requester.

    Attributes:
        made_at: when a returned item came into being (aware, UTC), where that is known: an earlier
            request without a known answer cannot have been charged for what is newer.
    """

    asker: Requester
    units: int
    made_at: datetime | None = None


Charges = Mapping[str, Charge]
"""Charges by item: a handle's key, an account's number, or what `result_item` returns."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money set aside for one request.

    Attributes:
        wanted: the most that the request can be charged for.
        now: the moment, aware, UTC: it names the day that is charged.
        probe: X's circuit breaker is open; this request finds out whether X answers again.
        probes_endpoint: the circuit breaker of this resource alone is open; this request probes.
    """

    resource: Resource
    wanted: Charges
    now: datetime
    probe: bool = False
    probes_endpoint: bool = False


class Ledger(Protocol):
    """Keeps spending below the operator's cap, also across processes and crashes.

    An item that X may have charged for on a UTC day is an idempotency key: it is booked once on
    that day, however often it is asked for and whether or not the charge is certain. What is
    charged for each request (`PER_REQUEST`) is booked for each answer. What is charged for each
    result (`PER_RESULT`) is booked once a day for each result. For both, all requests of a day and
    item of which no answer is known are booked once.
    """

    async def check(self, resource: Resource, item: str, now: datetime) -> None:
        """Check, without writing anything, whether one unit of an item can be bought.

        Raises:
            scoring.reading.errors.SourceError: `reserve` would raise the same error.
        """

    async def reserve(self, resource: Resource, wanted: Charges, now: datetime) -> Reservation:
        """Set money aside before a request, unless it is booked already.

        Raises:
            scoring.reading.errors.BudgetSpent: the request would pass the month's cap; nothing
                was reserved.
            scoring.reading.errors.RateLimited: X asked to wait with this resource.
            scoring.reading.errors.SourceError: the circuit breaker is open, as X refused this a
                while ago; nothing was reserved.
        """

    async def settle(
        self,
        reservation: Reservation,
        used: Charges,
        problem: SourceError | None = None,
        *,
        at: datetime | None = None,
    ) -> None:
        """Turn a reservation into the units that X charges for.

        Args:
            reservation: the result of `reserve`.
            used: a part of what was reserved; without a problem X certainly charges for it. What
                is charged for each result is named by result.
            problem: why there was no answer; one that concerns more than this request is stored.
            at: when the answer came (aware, UTC): it is charged on that day.
        """

    async def silence(self) -> Mapping[Resource, datetime]:
        """Return the resources whose last request got no answer.

        Returns:
            For each, the moment (aware, UTC, possibly past) when background reading tries again.
            Its pauses double at each failure (backoff).
        """

    def served(self, asker: Requester, now: datetime) -> None:
        """Count an answer that cost nothing, since an earlier request had paid for it."""


def result_item(resource: Resource, raw: object) -> str:
    """Return the idempotency key of an item that X returned, at most 24 characters.

    Args:
        raw: the item as X wrote it, decoded from JSON. Where its `id` is of no use, the key is a
            digest of the whole item.
    """
    number = str(raw.get("id", "")) if isinstance(raw, dict) else ""
    if not (number.isascii() and number.isdigit() and len(number) < _LONG):
        text = json.dumps(raw, sort_keys=True, default=str)
        number = sha256(text.encode(errors="replace")).hexdigest()[: _LONG - 1]
    return f"{resource}:{number}"


def next_month(now: datetime) -> datetime:
    """Return the moment (UTC) when the next month's budget begins."""
    return datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)


async def paid(
    ledger: Ledger,
    resource: Resource,
    wanted: Charges,
    clock: Callable[[], datetime],
    call: Callable[[], Awaitable[tuple[_T | ItemError, Charges]]],
) -> _T:
    """Reserve money in the ledger, read, and settle; return the result of the read.

    Args:
        wanted: the most that the call can be charged for.
        clock: gives the time, aware, UTC: before the call, and once it has ended.
        call: returns its result and what the network charges for it. An `ItemError` as the result
            is raised: the network charges for an answer that is of no use.

    A call that fails is free, unless it may have been carried out all the same. A call that is
    cancelled leaves its reservation standing: money that may be spent counts as spent.

    Raises:
        scoring.reading.errors.SourceError: the ledger refused before the call, or the call failed.
            A token that is refused for anything but a look-up is raised as `ItemRefused`: the
            ledger decides what the refusal means for other accounts.
    """
    reservation = await ledger.reserve(resource, wanted, clock())
    try:
        result, used = await call()
    except SourceError as error:
        await ledger.settle(reservation, wanted if error.may_be_billed else {}, error, at=clock())
        if isinstance(error, TokenRefused) and resource != "user":
            raise ItemRefused(status=error.status, problem_type=error.problem_type) from error
        raise
    problem = result if isinstance(result, ItemError) else None
    await ledger.settle(reservation, used, problem, at=clock())
    if isinstance(result, ItemError):
        raise result
    return result
