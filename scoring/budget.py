"""What reading costs, and who may say that it can be afforded."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal, Protocol, TypeVar

from scoring.asking import Asker
from scoring.errors import SourceError

_T = TypeVar("_T")

Resource = Literal["user", "post", "mention_count"]

PRICES: Final[Mapping[Resource, int]] = MappingProxyType(
    {"user": 10_000, "post": 5_000, "mention_count": 5_000}
)
"""Micro-dollars for one of each, as X returned it (docs.x.com, pricing, 2026-08-22)."""


Bill = Mapping[Asker, int]
"""Units of a resource, by who asked for them."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money set aside for one request.

    Attributes:
        now: the moment, aware, UTC: it names the day that is charged.
        probe: X has refused to be read; this request finds out whether it still does.
    """

    resource: Resource
    units: int
    now: datetime
    probe: bool = False


class Ledger(Protocol):
    """Keeps what was spent below the operator's cap, also across processes and crashes."""

    async def check(self, resource: Resource, now: datetime) -> None:
        """Look, without writing anything, whether one of these could be bought at all.

        Raises:
            scoring.errors.SourceError: as `reserve` would.
        """

    async def reserve(self, resource: Resource, units: int, now: datetime) -> Reservation:
        """Set money aside before a request.

        Raises:
            scoring.errors.BudgetSpent: this would pass the month's cap; nothing was reserved.
            scoring.errors.SourceError: X refused everybody a while ago; nothing was reserved.
        """

    async def settle(
        self, reservation: Reservation, used: Bill, problem: SourceError | None = None
    ) -> None:
        """Turn a reservation into the units that X charges for.

        Args:
            problem: why there was no answer. What X says to everybody is remembered.
        """

    def served(self, asker: Asker, now: datetime) -> None:
        """Count an answer that cost nothing, since somebody else had paid for it before."""


def next_month(now: datetime) -> datetime:
    """When the next month's budget begins (UTC)."""
    return datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)


async def paid(
    ledger: Ledger,
    resource: Resource,
    wanted: Bill,
    now: datetime,
    call: Callable[[], Awaitable[tuple[_T, Bill]]],
) -> _T:
    """Reserve, read, settle.

    Args:
        wanted: the most that the call can be charged for.
        call: gives its result and the units that the network charges for it.

    A call that fails is free, unless it may have been carried out all the same. A call that is
    cancelled leaves its reservation standing: money that may be spent counts as spent.

    Raises:
        scoring.errors.SourceError: the ledger's before the call, or whatever the call raised.
    """
    reservation = await ledger.reserve(resource, sum(wanted.values()), now)
    try:
        result, used = await call()
    except SourceError as error:
        await ledger.settle(reservation, wanted if error.may_be_billed else {}, error)
        raise
    await ledger.settle(reservation, used)
    return result
