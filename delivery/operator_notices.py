"""Notices to operators, each posted once: money spent, refusals of X, errors, drift."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Final

from delivery.writing import MessageWriter, Written
from scoring.formulas import CURRENT
from scoring.reading.budget import PRICES, next_month
from services.duels.people_agreement import PeopleAgreement
from services.failures import described
from storage.chats.places import Place
from storage.queues.messages import USEFUL, OutboxMessage
from storage.stores import Stores

_log = logging.getLogger(__name__)

_LEVELS: Final = (100, 80, 50)
"""Per cent of the month's cap at which operators are told."""


class OperatorNotices:
    """Posts notices to operators.

    Args:
        people: the operators' Telegram numbers, which are also those of their private chats.
    """

    def __init__(
        self,
        stores: Stores,
        writer: MessageWriter,
        agreement: PeopleAgreement,
        people: Iterable[int],
        clock: Callable[[], datetime],
    ) -> None:
        self._stores = stores
        self._writer = writer
        self._agreement = agreement
        self._people = sorted(people)
        self._clock = clock

    async def check(self) -> None:
        """Post notices of what happened since the last check, as the elected process."""
        if self._people:
            await self._check_budget()
            await self._check_outages()
            await self._check_drift()

    async def failed(self, error: BaseException, error_id: str = "") -> None:
        """Post a notice of an error, once a UTC day for each type and place. Never raises."""
        try:
            failure = described(error, error_id)
            key = f"error:{failure.fingerprint}:{self._clock():%Y-%m-%d}"
            await self._post(key, lambda person: self._writer.failed(person, failure))
        except Exception:  # noqa: BLE001 - the database may be what failed; the error is in the log
            _log.warning("operators could not be told of an error", exc_info=True)

    async def _check_budget(self) -> None:
        now, cap = self._clock(), self._stores.spending.cap
        spent = await self._stores.spending.spent_in_month(now)
        level = next((each for each in _LEVELS if _reached(each, spent, cap)), 0)
        reached = f"{now:%Y-%m}:{level:03}"
        # The outbox forgets after 30 days, which a month may be longer than.
        if level and reached > (await self._stores.leader.noted("budget") or ""):
            await self._post(
                f"budget:{now:%Y-%m}:{level}",
                lambda person: self._writer.budget(person, level, spent, cap, next_month(now)),
            )
            await self._stores.leader.note("budget", reached, now)

    async def _check_outages(self) -> None:
        for outage in await self._stores.breaker.since(self._clock() - USEFUL):
            of = f"{outage.resource}:" if outage.resource else ""
            name = f"outage:{of}{outage.opened_at:%Y%m%dT%H%M%S}"
            if outage.closed_at is None:
                key = f"{name}:{outage.reason}"  # it may change: an operator replaces the token
                await self._post(key, partial(self._writer.refused, outage=outage))
            else:
                await self._post(f"{name}:over", partial(self._writer.answers_again, outage=outage))

    async def _check_drift(self) -> None:
        """Once a day, look whether people still agree as often as the formula claims."""
        now = self._clock()
        today = f"{now:%Y-%m-%d}"
        if await self._stores.leader.noted("drift") == today:
            return
        told = await self._agreement.lately()
        if told.drifted:
            year, week, _ = now.isocalendar()
            await self._post(
                f"drift:{CURRENT.name}:{year}-W{week:02}",
                lambda person: self._writer.drifted(person, told),
            )
        await self._stores.leader.note("drift", today, now)

    async def _post(self, key: str, write: Callable[[int], Awaitable[Written]]) -> None:
        """Post a message to each operator; the key deduplicates it."""
        messages = []
        for person in self._people:
            html, markup, _ = await write(person)
            message = OutboxMessage(
                key=f"{key}:{person}", place=Place(person), html=html, markup=markup
            )
            messages.append(message)
        async with self._stores.transaction() as tx:
            await self._stores.outbox.post(tx, messages)


def _reached(percent: int, spent: int, cap: int) -> bool:
    """Return whether so much is spent; 100 % also when the rest pays for no further account."""
    if not cap:
        return False  # a cap of 0 means that no spending is wanted
    if percent == max(_LEVELS):
        return cap - spent < PRICES["user"]
    return spent * 100 >= cap * percent
