"""Usage: what X was read for, by command and chat, and how many answers cost nothing."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, func, select

from scoring.reading.budget import PRICES, Resource
from scoring.reading.requester import Requester
from storage.engine.database import Database
from storage.engine.dialects import upsert
from storage.engine.schema import usage
from storage.engine.transaction import Transaction

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
    """Counts answers that cost nothing, in memory until the next write."""

    def __init__(self) -> None:
        self._counts: Counts = Counter()

    def add(self, asker: Requester, now: datetime) -> None:
        """Count one answer by its command; neither requester nor chat is kept."""
        self._counts[now.date(), asker.command] += 1

    def take(self) -> Counts:
        """Return the counts and reset them."""
        taken, self._counts = self._counts, Counter()
        return taken

    def put_back(self, taken: Counts) -> None:
        """Add counts again that could not be written."""
        self._counts.update(taken)


class Usage:
    """Reports usage in a span of UTC days, both ends included."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def total(self, first: date, last: date) -> Used:
        """Return the usage of all commands and chats."""
        async with self._database.reading() as connection:
            row = (await connection.execute(_sums(first, last))).one()
            return Used(*(int(each) for each in row))

    async def by_command(self, first: date, last: date) -> dict[str, Used]:
        """Return usage by command, the most expensive first."""
        return await self._grouped(usage.c.command, _sums(first, last))

    async def by_chat(self, first: date, last: date, most: int) -> dict[int, Used]:
        """Return the `most` most expensive chats by number, without reads for many chats."""
        of_chats = _sums(first, last).where(usage.c.chat_id != 0)
        return await self._grouped(usage.c.chat_id, of_chats.limit(most))

    async def book(
        self,
        tx: Transaction,
        resource: Resource,
        used: Mapping[Requester, int],
        day: date,
        served: Counts,
    ) -> None:
        """Write what was charged on a day, by requester, and what cost nothing.

        One statement whose rows are sorted rules out a deadlock.
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
            new = upsert(tx, usage).values(rows)
            added = {name: usage.c[name] + new.excluded[name] for name in names}
            await tx.execute(
                new.on_conflict_do_update(index_elements=["day", "command", "chat_id"], set_=added)
            )

    async def _grouped(
        self, name: ColumnElement[_K], sums: Select[int, int, int]
    ) -> dict[_K, Used]:
        grouped = sums.add_columns(name).group_by(name)
        async with self._database.reading() as connection:
            rows = await connection.execute(grouped.order_by(func.sum(usage.c.spent).desc(), name))
            return {row[3]: Used(*map(int, row[:3])) for row in rows}


def _sums(first: date, last: date) -> Select[int, int, int]:
    columns = (usage.c.spent, usage.c.profiles, usage.c.served)
    return select(*(func.coalesce(func.sum(each), 0) for each in columns)).where(
        usage.c.day.between(first, last)
    )
