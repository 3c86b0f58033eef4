"""What X was read for: by command and chat, and how often nothing had to be read."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.asking import Asker
from scoring.budget import PRICES, Bill, Resource
from storage.database import Database
from storage.dialects import upsert
from storage.schema import usage

_K = TypeVar("_K", int, str)

Counts = Counter[tuple[date, str]]
"""Answers that cost nothing, by UTC day and command."""

KEPT: Final = timedelta(days=62)
"""This month and the last."""


class Used(NamedTuple):
    """What something cost.

    Attributes:
        spent: micro-dollars.
        profiles: accounts bought.
        served: answers that cost nothing.
    """

    spent: int
    profiles: int
    served: int


class Served:
    """Answers that cost nothing, counted in memory until there is something else to write."""

    def __init__(self) -> None:
        self._counts: Counts = Counter()

    def add(self, asker: Asker, now: datetime) -> None:
        """Count one. Who asked where is not kept."""
        self._counts[now.date(), asker.command] += 1

    def take(self) -> Counts:
        """What was counted; from here on anew."""
        taken, self._counts = self._counts, Counter()
        return taken

    def put_back(self, taken: Counts) -> None:
        """It could not be written."""
        self._counts.update(taken)


class Usage:
    """What was used in a span of UTC days, both included."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def total(self, first: date, last: date) -> Used:
        """All of it."""
        async with self._database.reading() as connection:
            row = (await connection.execute(_sums(first, last))).one()
            return Used(*(int(each) for each in row))

    async def by_command(self, first: date, last: date) -> dict[str, Used]:
        """The dearest first."""
        return await self._grouped(usage.c.command, _sums(first, last))

    async def by_chat(self, first: date, last: date, most: int) -> dict[int, Used]:
        """The dearest `most`; chats by number, without what is read for many of them."""
        of_chats = _sums(first, last).where(usage.c.chat_id != 0)
        return await self._grouped(usage.c.chat_id, of_chats.limit(most))

    async def prune(self, now: datetime) -> None:
        """Forget what is long past."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(usage).where(usage.c.day < (now - KEPT).date()))

    async def _grouped(
        self, name: ColumnElement[_K], sums: Select[int, int, int]
    ) -> dict[_K, Used]:
        grouped = sums.add_columns(name).group_by(name)
        async with self._database.reading() as connection:
            rows = await connection.execute(grouped.order_by(func.sum(usage.c.spent).desc(), name))
            return {row[3]: Used(*map(int, row[:3])) for row in rows}


async def book(
    connection: AsyncConnection, resource: Resource, used: Bill, day: date, served: Counts
) -> None:
    """What was charged on a day, by who asked, and what cost nothing: in the caller's transaction.

    One statement, its rows in one order: two that book at once wait for each other only once.
    """
    amounts: dict[tuple[date, str, int], Counter[str]] = defaultdict(Counter)
    for asker, units in used.items():
        row = amounts[day, asker.command, asker.chat_id or 0]
        row["spent"] += units * PRICES[resource]
        row["profiles"] += units if resource == "user" else 0
    for (when, command), times in served.items():
        amounts[when, command, 0]["served"] += times
    names = ("spent", "profiles", "served")
    rows = [
        {"day": when, "command": command, "chat_id": chat_id}
        | {name: amounts[when, command, chat_id][name] for name in names}
        for when, command, chat_id in sorted(amounts)
    ]
    if rows:
        new = upsert(connection, usage).values(rows)
        added = {name: usage.c[name] + new.excluded[name] for name in names}
        await connection.execute(
            new.on_conflict_do_update(index_elements=["day", "command", "chat_id"], set_=added)
        )


def _sums(first: date, last: date) -> Select[int, int, int]:
    columns = (usage.c.spent, usage.c.profiles, usage.c.served)
    return select(*(func.coalesce(func.sum(each), 0) for each in columns)).where(
        usage.c.day.between(first, last)
    )
