"""Checks alerts against stored readings; a check never reads X."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from delivery.operator_notices import OperatorNotices
from delivery.writing import MessageWriter
from scoring.reading.account import Reading
from scoring.reading.handles import key
from scoring.reading.reader import Reader
from services.alert_rules import judged, rebased
from services.digests.last_told import Step, counted_from, knows
from services.visibility import Audience, Visible, seen
from storage.accounts.alerts import Alert
from storage.chats.places import Place
from storage.chats.tellings import Telling
from storage.engine.transaction import Lock
from storage.queues.messages import OutboxMessage
from storage.stores import Stores

_log = logging.getLogger(__name__)


class AlertChecker:
    """Compares alerts with newer readings and posts the messages that they trigger."""

    def __init__(
        self,
        stores: Stores,
        reader: Reader,
        writer: MessageWriter,
        notices: OperatorNotices,
        clock: Callable[[], datetime],
    ) -> None:
        self._stores = stores
        self._alerts = stores.alerts
        self._reader = reader
        self._writer = writer
        self._notices = notices
        self._clock = clock

    async def check(self) -> None:
        """Check every alert that has a newer reading, and post its message if it triggers.

        Each alert is checked at most once: one that stays due waits for the next tick.
        """
        done: set[tuple[Place, str]] = set()
        while waiting := [
            alert
            for alert in await self._alerts.to_check()
            if (alert.place, alert.handle) not in done
        ]:
            done |= {(alert.place, alert.handle) for alert in waiting}
            for alert in waiting:
                try:
                    await self._check(alert)
                except Exception as error:  # noqa: BLE001 - one that fails must not stop the others
                    _log.exception("an alert could not be checked")
                    await self._notices.failed(error)
                    passed = replace(alert, seen_at=self._clock())
                    await self._keep(alert, passed)

    async def _check(self, alert: Alert) -> None:
        reading = await self._reader.stored(alert.handle)
        if reading is None:  # it cannot be understood; the next reading may be
            await self._keep(alert, replace(alert, seen_at=self._clock()))
            return
        audience = Audience.of_chat(alert.place.chat_id)
        visible = seen(reading, audience)
        score, place = reading.score, alert.place
        tellings = await self._stores.tellings.last(place, [reading.account_id])
        last = tellings.get(reading.account_id)
        step = await self._step(alert, last, reading)
        old = rebased(alert, await self._reader.change(reading, alert.seen_at))
        checked, speaks = judged(old, score, step.change.own if step.change else 0.0)
        if not speaks or visible is None or (step.known and last and last.by == "digest"):
            await self._keep(alert, checked)  # a digest of this reading tells of crossings itself
            return
        if alert.threshold is not None:
            above, today = score.score > alert.threshold, self._clock().date()
            written = await self._writer.crossed(place, step, alert.threshold, today, above=above)
        else:
            written = await self._writer.moved(place, step)
        message = OutboxMessage(
            key=_key(alert, score.facts.as_of),
            place=place,
            html=written.html,
            markup=written.markup,
        )
        async with self._stores.transaction() as tx:
            await tx.lock(Lock.DELIVERY)  # the account is not hidden in between
            if not await self._alerts.checked(tx, alert, checked):
                return
            if audience.sees(await self._stores.hidden.owner(tx, alert.handle)):
                await self._stores.outbox.post(tx, [message])
                if not step.known:
                    told = {reading.account_id: step.told}
                    await self._stores.tellings.post(
                        tx, place, told, "alert", message.key, self._clock()
                    )

    async def _step(self, alert: Alert, last: Telling | None, reading: Reading) -> Step:
        """Return the change since the place was told, or else since the alert was checked.

        A reading that the place knows has none: no alert tells its step a second time.
        """
        if knows(last, reading):
            return Step(Visible(reading), None, known=True)
        base = counted_from(last, reading) or alert.seen_at
        return Step(Visible(reading), await self._reader.change(reading, base))

    async def _keep(self, old: Alert, new: Alert) -> None:
        """Store an alert's new state, without a message."""
        async with self._stores.transaction() as tx:
            await self._alerts.checked(tx, old, new)


def _key(alert: Alert, as_of: datetime) -> str:
    """Return the idempotency key of the message that an alert triggers for a reading."""
    name = f"alert:{alert.place.chat_id}:{alert.place.topic_id}:{key(alert.handle)}"
    return f"{name}:{as_of:%Y%m%dT%H%M%S}"
