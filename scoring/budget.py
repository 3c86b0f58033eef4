"""What reading costs, and who may say that it can be afforded."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal, Protocol, TypeVar

from scoring.errors import SourceError

_T = TypeVar("_T")

Resource = Literal["user", "post", "mention_count"]

PRICES: Final[Mapping[Resource, int]] = MappingProxyType(
    {"user": 10_000, "post": 5_000, "mention_count": 5_000}
)
"""Micro-dollars for one of each, as X returned it (docs.x.com, pricing, 2026-08-22)."""


class Ledger(Protocol):
    """Keeps what was spent below the operator's cap, also across processes and crashes."""

    async def reserve(self, resource: Resource, units: int, now: datetime) -> None:
        """Set money aside before a request.

        Raises:
            scoring.errors.BudgetSpent: this would pass the month's cap; nothing was reserved.
        """

    async def settle(self, resource: Resource, reserved: int, used: int, now: datetime) -> None:
        """Turn a reservation of `reserved` units into the `used` ones that X charges for.

        `now` is the moment of the reservation: it names the day that was charged.
        """


def next_month(now: datetime) -> datetime:
    """When the next month's budget begins (UTC)."""
    return datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)


async def paid(
    ledger: Ledger,
    resource: Resource,
    units: int,
    now: datetime,
    call: Callable[[], Awaitable[tuple[_T, int]]],
) -> _T:
    """Reserve, read, settle.

    Args:
        units: the most that the call can be charged for.
        call: gives its result and the units that the network charges for it.

    A call that fails is free, unless it may have been carried out all the same. A call that is
    cancelled leaves its reservation standing: money that may be spent counts as spent.

    Raises:
        scoring.errors.SourceError: `BudgetSpent` before the call, or whatever it raised.
    """
    await ledger.reserve(resource, units, now)
    try:
        result, used = await call()
    except SourceError as error:
        await ledger.settle(resource, units, units if error.may_be_billed else 0, now)
        raise
    await ledger.settle(resource, units, used, now)
    return result
