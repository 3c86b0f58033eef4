"""The ledger: what X was paid, and the cap. A `scoring.budget.Ledger`."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.asking import Asker
from scoring.budget import PRICES, Bill, Reservation, Resource, next_month
from scoring.errors import BudgetSpent, SourceError
from storage import outages
from storage.database import Database
from storage.dialects import alone, upsert
from storage.schema import spending
from storage.usage import Served, book


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
        self._served = Served()

    @property
    def cap(self) -> int:
        """Micro-dollars a calendar month."""
        return self._cap

    async def check(self, resource: Resource, now: datetime) -> None:
        """Raise what `reserve` would for one, and write nothing: most of a rush ends here."""
        async with self._database.reading() as connection:
            await self._afford(connection, PRICES[resource], now)
            await outages.check(connection, now)

    async def reserve(self, resource: Resource, units: int, now: datetime) -> Reservation:
        """Set money aside, or raise `BudgetSpent`, or why X refuses, and set nothing aside."""
        price = units * PRICES[resource]
        async with self._database.transaction() as connection:
            await alone(connection, "budget")
            await self._afford(connection, price, now)
            probe = await outages.admit(connection, now)
            await _book(connection, resource, now, reserved=price, spent=0, units=0)
        return Reservation(resource, units, now, probe)

    async def settle(
        self, reservation: Reservation, used: Bill, problem: SourceError | None = None
    ) -> None:
        """Give the reservation back and book what was used of it, and for whom."""
        resource, now, units = reservation.resource, reservation.now, sum(used.values())
        price, served = PRICES[resource], self._served.take()
        try:
            async with self._database.transaction() as connection:
                if problem or reservation.probe:
                    await alone(connection, "budget")
                if problem:
                    await outages.note(connection, problem, now)
                elif reservation.probe:
                    await outages.close(connection, now)
                await _book(
                    connection,
                    resource,
                    now,
                    reserved=-reservation.units * price,
                    spent=units * price,
                    units=units,
                )
                await book(connection, resource, used, now.date(), served)
        except BaseException:
            self._served.put_back(served)
            raise

    def served(self, asker: Asker, now: datetime) -> None:
        """Count an answer that cost nothing; it is written with whatever is written next."""
        self._served.add(asker, now)

    async def flush(self) -> None:
        """Write what was only counted."""
        if served := self._served.take():
            try:
                async with self._database.transaction() as connection:
                    await book(connection, "user", {}, date.min, served)
            except BaseException:
                self._served.put_back(served)
                raise

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

    async def _afford(self, connection: AsyncConnection, price: int, now: datetime) -> None:
        if await self._committed(connection, now) + price > self._cap:
            raise BudgetSpent(next_month(now))

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
