"""Test data: chats that follow accounts, written straight into a database, and the accounts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, literal, select

from playground.x.accounts import Account, Post
from scoring.facts import Facts
from scoring.reading.account import Reading
from scoring.score import score
from services.calendar.slots import Slot, period
from storage.accounts.readings import Readings
from storage.engine.database import Database
from storage.engine.schema import Moment, follow, handle, schedule, telling

_LAST_WEEK: Final = timedelta(weeks=1)


def accounts(count: int, now: datetime) -> list[Account]:
    """Return accounts for a local X, each with a dozen posts: one a day up to `now`."""
    return [
        Account(
            id=number,
            handle=f"account_{number}",
            name=f"Account {number}",
            created_at=now - timedelta(days=1_500),
            followers=1_000 + number,
            following=200,
            listed=20 + number % 50,
            posts=5_000,
            mentions_a_week=number % 30,
            recent=tuple(
                Post(number * 1000 + n, now - timedelta(days=n, hours=1), 5 + number % 7, 1, 2, 0)
                for n in range(12)
            ),
        )
        for number in range(1, count + 1)
    ]


async def told_before(database: Database, known: Sequence[Account], at: datetime) -> None:
    """Store an earlier reading of each account, as small as a tenth, and that all were told it."""
    readings = Readings(database)
    for each in known:
        facts = Facts(
            handle=each.handle,
            network="x",
            followers=each.followers // 10,
            following=each.following,
            listed=each.listed // 10,
            posts=each.posts,
            created_at=each.created_at,
            as_of=at,
            recent=None,
        )
        reading = Reading(each.id, each.handle, each.name, protected=False, score=score(facts))
        await readings.add(reading, each.handle)
    followed = select(
        follow.c.chat_id,
        follow.c.topic_id,
        handle.c.account_id,
        literal(at, Moment),
        literal("digest"),
        literal(at, Moment),
    ).join(handle, handle.c.key == follow.c.key)
    names = ["chat_id", "topic_id", "account_id", "as_of", "by", "told_at"]
    async with database.transaction() as tx:
        await tx.execute(insert(telling).from_select(names, followed))


async def subscribe(
    database: Database,
    chats: Sequence[int],
    handles: Sequence[str],
    due_at: datetime,
    *,
    told_at: datetime | None = None,
) -> None:
    """Make each chat follow one account or three, with its digest due at a moment.

    Args:
        told_at: the moment of the readings in their last digest.
    """
    follows: list[dict[str, Any]] = []
    schedules: list[dict[str, Any]] = []
    slot = Slot(due_at.weekday(), due_at.hour * 60 + due_at.minute, "UTC")
    served = period(slot.zone, due_at - _LAST_WEEK)
    for index, chat_id in enumerate(chats):
        place = {"chat_id": chat_id, "topic_id": 0}
        others = (-1, 0, 1) if index % 2 else (0,)  # all are followed where there are two a chat
        names = {handles[(2 * index + n) % len(handles)] for n in others}
        follows += [{**place, "key": n, "handle": n, "told_at": told_at} for n in sorted(names)]
        schedules.append(
            {
                **place,
                "weekday": slot.weekday,
                "minute": slot.minute,
                "zone": slot.zone,
                "next_run_at": due_at,
                "state": "active",
                "last_period": served,
                "silent": False,
            }
        )
    async with database.transaction() as connection:
        await connection.execute(insert(follow), follows)
        await connection.execute(insert(schedule), schedules)
