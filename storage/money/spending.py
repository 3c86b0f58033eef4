"""The ledger: what X was paid, and the month's cap. A `scoring.reading.budget.Ledger`."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from scoring.reading.budget import PRICES, Charges, Reservation, Resource, next_month
from scoring.reading.errors import BudgetSpent, ItemError, ItemRefused, SourceError
from scoring.reading.requester import Requester
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import spending
from storage.engine.transaction import Connection, Lock, Transaction
from storage.money.booking import Bookings, Held, is_refused, missing
from storage.money.circuit_breaker import CircuitBreaker
from storage.money.usage import Served, Usage


class Bought(NamedTuple):
    """Units of a resource, and their cost in micro-dollars: paid, and still reserved."""

    units: int
    spent: int
    reserved: int


class SpendingLedger:
    """Micro-dollars by resource and UTC day, never above the month's cap.

    An item's booking of a day (`storage.money.booking`) is an idempotency key: it is paid once.
    What a crash leaves reserved stays counted until the month ends: it may have been spent.

    Args:
        cap: micro-dollars a calendar month (UTC).
    """

    def __init__(
        self,
        database: Database,
        bookings: Bookings,
        breaker: CircuitBreaker,
        usage: Usage,
        cap: int,
    ) -> None:
        self._database = database
        self._bookings = bookings
        self._breaker = breaker
        self._usage = usage
        self._cap = cap
        self._served = Served()

    @property
    def cap(self) -> int:
        """Return the cap in micro-dollars a calendar month."""
        return self._cap

    async def check(self, resource: Resource, item: str, now: datetime) -> None:
        """Raise what `reserve` would for one item, and write nothing; most of a rush ends here."""
        async with self._database.reading() as connection:
            held = await self._bookings.of(connection, resource, [item], now.date())
            units = missing(resource, {item: 1}, held)
            await self._afford(connection, sum(units.values()) * PRICES[resource], now)
            await self._breaker.check(connection, resource, now)
            _refuse(held, now)

    async def reserve(self, resource: Resource, wanted: Charges, now: datetime) -> Reservation:
        """Reserve money, or raise `BudgetSpent` or X's refusal and reserve none."""
        units = {item: charge.units for item, charge in wanted.items()}
        async with self._database.transaction() as tx:
            await tx.lock(Lock.BUDGET)
            held = await self._bookings.of(tx, resource, wanted, now.date())
            added = missing(resource, units, held)
            price = sum(added.values()) * PRICES[resource]
            await self._afford(tx, price, now)
            probe, of_endpoint = await self._breaker.admit(tx, resource, now)
            _refuse(held, now)
            await self._bookings.hold(tx, resource, added, held, now.date())
            await _book(tx, resource, now, reserved=price, spent=0, units=0)
        return Reservation(resource, wanted, now, probe, of_endpoint)

    async def settle(
        self,
        reservation: Reservation,
        used: Charges,
        problem: SourceError | None = None,
        *,
        at: datetime | None = None,
    ) -> None:
        """Settle a reservation: give it back, and book what was used of it, by requester.

        An answer after midnight is booked on its own day; what is unknown, on the request's.
        """
        resource, now = reservation.resource, reservation.now
        price, served = PRICES[resource], self._served.take()
        try:
            async with self._database.transaction() as tx:
                await tx.lock(Lock.BUDGET)
                certain = problem is None or isinstance(problem, ItemError)
                booked_for = reservation
                if at and certain and used and at.date() != now.date():
                    booked_for, now = await self._move(tx, reservation, at), at
                freed, booked = await self._bookings.release(tx, booked_for, used, certain=certain)
                if problem:
                    await self._breaker.note(tx, reservation, problem)
                else:
                    await self._breaker.answered(tx, reservation)
                units = sum(booked.values())
                await _book(
                    tx,
                    resource,
                    now,
                    reserved=-freed * price,
                    spent=units * price,
                    units=units,
                )
                bill: Counter[Requester] = Counter()
                for item, charge in used.items():
                    bill[charge.asker] += booked[item]
                await self._usage.book(tx, resource, bill, now.date(), served)
        except BaseException:
            self._served.put_back(served)
            raise

    async def _move(self, tx: Transaction, reservation: Reservation, at: datetime) -> Reservation:
        """Reserve on another day instead; X has charged for it already, whatever the cap."""
        resource, price = reservation.resource, PRICES[reservation.resource]
        freed, _ = await self._bookings.release(tx, reservation, {}, certain=True)
        await _book(tx, resource, reservation.now, reserved=-freed * price, spent=0, units=0)
        units = {item: charge.units for item, charge in reservation.wanted.items()}
        held = await self._bookings.of(tx, resource, units, at.date())
        added = missing(resource, units, held)
        await self._bookings.hold(tx, resource, added, held, at.date())
        reserved = sum(added.values()) * price
        await _book(tx, resource, at, reserved=reserved, spent=0, units=0)
        return replace(reservation, now=at)

    async def silence(self) -> Mapping[Resource, datetime]:
        """Return, for each resource that gave no answer, when it is tried again (aware, UTC)."""
        known = await self._breaker.endpoints()
        return {
            resource: until
            for resource in PRICES
            if resource in known and (until := known[resource].rest_until)
        }

    def served(self, asker: Requester, now: datetime) -> None:
        """Count an answer that cost nothing; it is written with the next write."""
        self._served.add(asker, now)

    async def flush(self) -> None:
        """Write the counts that are only in memory."""
        if served := self._served.take():
            try:
                async with self._database.transaction() as tx:
                    await self._usage.book(tx, "user", {}, date.min, served)
            except BaseException:
                self._served.put_back(served)
                raise

    async def spent_in_month(self, now: datetime) -> int:
        """Return micro-dollars spent or reserved in the month of `now`."""
        async with self._database.reading() as connection:
            return await self._committed(connection, now)

    async def by_resource(self, first: date, last: date) -> dict[str, Bought]:
        """Return what was bought between two UTC days, both included."""
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

    async def _afford(self, connection: Connection, price: int, now: datetime) -> None:
        if price and await self._committed(connection, now) + price > self._cap:
            raise BudgetSpent(next_month(now))

    async def _committed(self, connection: Connection, now: datetime) -> int:
        first, end = date(now.year, now.month, 1), next_month(now).date()
        total = await connection.scalar(
            select(func.coalesce(func.sum(spending.c.reserved + spending.c.spent), 0)).where(
                spending.c.day >= first, spending.c.day < end
            )
        )
        return int(total or 0)


def _refuse(held: Held, now: datetime) -> None:
    """Raise when X refused each of these items alone; a refused item among others is tolerated."""
    if all(is_refused(each, now) for each in held.values()):
        raise ItemRefused


async def _book(tx: Transaction, resource: Resource, now: datetime, **amounts: int) -> None:
    row = upsert(tx, spending).values(day=now.date(), resource=resource, **amounts)
    added = {name: spending.c[name] + row.excluded[name] for name in amounts}
    await tx.execute(row.on_conflict_do_update(index_elements=["day", "resource"], set_=added))
