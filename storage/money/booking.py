"""Bookings: what X may have charged for on a UTC day, as an idempotency key for money.

X charges a resource once a UTC day. So each item (a profile, an account's posts) holds the units
that it may have cost on a day. A request reserves what its items do not hold yet; of several
requests for one item the last gives back what is not used. A request whose outcome is never known
stays a holder: its units stay reserved, and the item's next request on that day reserves none.

What is charged for each request (`PER_REQUEST`) or result (`PER_RESULT`) is reserved each time. The
items of such a request hold only the units of requests without a known answer, which are booked
once a day. Each result is an item of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from scoring.reading.budget import PER_REQUEST, PER_RESULT, Charges, Reservation, Resource
from storage.engine.dialects import upsert
from storage.engine.schema import booking
from storage.engine.transaction import Connection, Lock, Transaction

KEPT: Final = timedelta(days=1)
"""How long a booking is kept after its day: a request may be answered after midnight."""

_REFUSED: Final = timedelta(hours=1)
"""How long an item that X refused alone is not asked for again."""


@dataclass(frozen=True, slots=True)
class Booking:
    """What one item holds, in units of its resource.

    Attributes:
        reserved: by requests under way, or whose outcome is unknown.
        spent: charged, or possibly charged.
        holders: how many requests have reserved units.
        unanswered_at: when the last request was made of which no answer is known.
        refused_until: X refused this item alone; it is not asked for before.
    """

    reserved: int = 0
    spent: int = 0
    holders: int = 0
    refused_until: datetime | None = None
    unanswered_at: datetime | None = None


Held = dict[str, Booking]
"""What items hold, by item."""

_NAMES: Final = tuple(field.name for field in fields(Booking))

_EACH_TIME: Final = PER_REQUEST | PER_RESULT


class Bookings:
    """Stores what each item holds on a UTC day.

    A transaction that writes holds `Lock.BUDGET`.
    """

    async def of(
        self, connection: Connection, resource: Resource, items: Iterable[str], day: date
    ) -> Held:
        """Return what items hold on a day, with an empty booking for items that hold nothing."""
        names = list(items)
        rows = await connection.execute(
            select(booking).where(
                booking.c.day == day, booking.c.resource == resource, booking.c.item.in_(names)
            )
        )
        found = {
            row.item: Booking(**{name: row[name] for name in _NAMES}) for row in rows.mappings()
        }
        return {name: found.get(name, Booking()) for name in names}

    async def hold(
        self,
        tx: Transaction,
        resource: Resource,
        added: Mapping[str, int],
        held: Held,
        day: date,
    ) -> None:
        """Add a request to the holders of its items, with the units that it reserves."""
        changed = {
            item: replace(
                held[item],
                reserved=held[item].reserved + units,
                holders=held[item].holders + 1,
            )
            for item, units in added.items()
        }
        await self._write(tx, resource, changed, day)

    async def release(
        self, tx: Transaction, reservation: Reservation, used: Charges, *, certain: bool
    ) -> tuple[int, dict[str, int]]:
        """Remove a request from the holders of its items.

        Args:
            used: what is charged of what it wanted.
            certain: whether X certainly charges for it.

        Returns:
            Units that are no longer reserved, and units that were booked, by item.
        """
        resource, day = reservation.resource, reservation.now.date()
        results = used if resource in PER_RESULT and certain else {}
        held = await self.of(tx, resource, {**reservation.wanted, **results}, day)
        changed: Held = {}
        freed, booked = 0, {}
        for item, wanted in reservation.wanted.items():
            before, units = held[item], used[item].units if item in used else 0
            if resource in _EACH_TIME:
                after, booked[item] = _each_time(before, wanted.units, units, certain=certain)
                if not certain:
                    after = replace(after, unanswered_at=reservation.now)
            else:
                after, booked[item] = _once_a_day(before, units)
            changed[item] = after
            freed += before.reserved - after.reserved
        for item, charge in results.items():
            changed[item], booked[item] = _once_a_day(held[item], charge.units)
        if results:
            _identify(results, next(iter(reservation.wanted)), changed, booked)
        await self._write(tx, resource, changed, day)
        return freed, booked

    async def refuse(self, tx: Transaction, reservation: Reservation) -> None:
        """Do not ask for a request's items for a while."""
        resource, now = reservation.resource, reservation.now
        held = await self.of(tx, resource, reservation.wanted, now.date())
        until = now + _REFUSED
        refused = {item: replace(each, refused_until=until) for item, each in held.items()}
        await self._write(tx, resource, refused, now.date())

    async def any_refused(self, connection: Connection) -> bool:
        """Return whether X refused any item alone."""
        found = select(booking.c.item).where(booking.c.refused_until.is_not(None)).limit(1)
        return await connection.scalar(found) is not None

    async def forgive(self, tx: Transaction) -> None:
        """Forget all refusals of items, so that every item is asked for again."""
        await tx.execute(
            update(booking).where(booking.c.refused_until.is_not(None)).values(refused_until=None)
        )

    async def _write(self, tx: Transaction, resource: Resource, changed: Held, day: date) -> None:
        assert tx.holds(Lock.BUDGET)  # noqa: S101 - others would book the same items
        if not changed:
            return
        rows = upsert(tx, booking).values(
            [
                {"day": day, "resource": resource, "item": item}
                | {name: getattr(changed[item], name) for name in _NAMES}
                for item in sorted(changed)
            ]
        )
        await tx.execute(
            rows.on_conflict_do_update(
                index_elements=["day", "resource", "item"],
                set_={name: rows.excluded[name] for name in _NAMES},
            )
        )


def missing(resource: Resource, wanted: Mapping[str, int], held: Held) -> dict[str, int]:
    """Return the units that must be reserved before a request, by item."""
    if resource in _EACH_TIME:
        return dict(wanted)
    return {
        item: max(0, units - held[item].spent - held[item].reserved)
        for item, units in wanted.items()
    }


def is_refused(held: Booking, now: datetime) -> bool:
    """Return whether X refused an item a while ago; False if the clock has been set back since."""
    return held.refused_until is not None and now < held.refused_until <= now + _REFUSED


def _identify(results: Charges, item: str, changed: Held, booked: dict[str, int]) -> None:
    """Book results from what a request without a known answer holds, where it may be for them.

    Such a request may have been charged for the results that were made before it. They are booked
    already, as units of the account `item`; results that are newer are not.
    """
    held = changed[item]
    for name, charge in results.items():
        earlier = held.unanswered_at and charge.made_at and charge.made_at <= held.unanswered_at
        if earlier and booked[name] <= held.spent:
            held = replace(held, spent=held.spent - booked[name])
            booked[name] = 0
    changed[item] = held


def _once_a_day(before: Booking, units: int) -> tuple[Booking, int]:
    """Remove a holder; count what it used as far as it was not booked already."""
    holders, spent = max(0, before.holders - 1), max(before.spent, units)
    most = before.reserved + before.spent
    reserved = max(0, most - spent) if holders else 0
    return replace(before, reserved=reserved, spent=spent, holders=holders), spent - before.spent


def _each_time(before: Booking, wanted: int, units: int, *, certain: bool) -> tuple[Booking, int]:
    """Remove a holder; count each answer, and one request a day without an answer."""
    after = replace(
        before,
        reserved=max(0, before.reserved - wanted),
        holders=max(0, before.holders - 1),
    )
    if certain:
        return after, units
    unknown = max(before.spent, units)
    return replace(after, spent=unknown), unknown - before.spent
