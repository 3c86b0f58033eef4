"""The ledger: what X was paid, and the cap. A `scoring.budget.Ledger`."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.budget import PRICES, Resource, next_month
from scoring.errors import BudgetSpent
from storage.database import Database
from storage.dialects import alone, upsert
from storage.schema import spending


class Bought(NamedTuple):
    """Units of a resource, and what they cost in micro-dollars: paid, and still set aside."""

    units: int
    spent: int
    reserved: int


class Spending:
    """Micro-dollars by resource and UTC day, never above the month's cap.

    Args:
        cap: micro-dollars a calendar month (UTC).

    What a crash leaves reserved stays counted until the month ends: it may have been spent.
    """

    def __init__(self, database: Database, cap: int) -> None:
        self._database = database
        self._cap = cap

    @property
    def cap(self) -> int:
        """Micro-dollars a calendar month."""
        return self._cap

    async def reserve(self, resource: Resource, units: int, now: datetime) -> None:
        """Set money aside, or raise `BudgetSpent` and set nothing aside."""
        price = units * PRICES[resource]
        async with self._database.transaction() as connection:
            await alone(connection, "budget")
            if await self._committed(connection, now) + price > self._cap:
                raise BudgetSpent(next_month(now))
            await _book(connection, resource, now, reserved=price, spent=0, units=0)

    async def settle(self, resource: Resource, reserved: int, used: int, now: datetime) -> None:
        """Give the reservation back and book what was used of it."""
        price = PRICES[resource]
        async with self._database.transaction() as connection:
            await _book(
                connection,
                resource,
                now,
                reserved=-reserved * price,
                spent=used * price,
                units=used,
            )

    async def spent_in_month(self, now: datetime) -> int:
        """Micro-dollars spent or set aside in the month of `now`."""
        async with self._database.reading() as connection:
            return await self._committed(connection, now)

    async def by_resource(self, first: date, last: date) -> dict[str, Bought]:
        """What was bought from one UTC day to another, both included."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(
                    spending.c.resource,
                    func.sum(spending.c.units).label("units"),
                    func.sum(spending.c.spent).label("spent"),
                    func.sum(spending.c.reserved).label("reserved"),
                )
                .where(spending.c.day.between(first, last))
                .group_by(spending.c.resource)
                .order_by(spending.c.resource)
            )
            return {row.resource: Bought(*map(int, row[1:])) for row in rows}

    async def _committed(self, connection: AsyncConnection, now: datetime) -> int:
        first, end = date(now.year, now.month, 1), next_month(now).date()
        total = await connection.scalar(
            select(func.coalesce(func.sum(spending.c.reserved + spending.c.spent), 0)).where(
                spending.c.day >= first, spending.c.day < end
            )
        )
        return int(total or 0)


async def _book(
    connection: AsyncConnection, resource: Resource, now: datetime, **amounts: int
) -> None:
    row = upsert(connection, spending).values(day=now.date(), resource=resource, **amounts)
    added = {name: spending.c[name] + row.excluded[name] for name in amounts}
    await connection.execute(
        row.on_conflict_do_update(index_elements=["day", "resource"], set_=added)
    )
