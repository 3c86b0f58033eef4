"""Holding alerts against what was read: nothing is ever read for them."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from delivery.notices import Notices
from delivery.writing import Writer
from scoring.handles import key
from scoring.reader import Reader
from scoring.score import Score
from storage.alerts import Alert, Alerts

_log = logging.getLogger(__name__)

_USEFUL: Final = timedelta(hours=48)


def judged(alert: Alert, score: Score) -> tuple[Alert, bool]:
    """The alert after a reading, and whether it has something to say.

    A threshold speaks when the score is surely, margin and all, on another side of it than it was
    last seen, or was too close to it to tell; a step, when the score has moved that far from
    where it was last told to be.
    """
    seen = replace(alert, seen_at=score.facts.as_of)
    if alert.threshold is not None:
        above = side(score, alert.threshold)
        if above is None or above is alert.above:
            return seen, False
        return replace(seen, above=above), True
    if alert.base is None or alert.step is None:
        return replace(seen, base=score.score), False
    if abs(score.score - alert.base) < alert.step:
        return seen, False
    return replace(seen, base=score.score), True


def side(score: Score, threshold: float) -> bool | None:
    """Whether a score is surely above a threshold, or below; None within its margin."""
    if abs(score.score - threshold) <= score.margin:
        return None
    return score.score > threshold


class Watch:
    """Checks alerts against newer readings."""

    def __init__(
        self,
        alerts: Alerts,
        reader: Reader,
        writer: Writer,
        notices: Notices,
        clock: Callable[[], datetime],
    ) -> None:
        self._alerts = alerts
        self._reader = reader
        self._writer = writer
        self._notices = notices
        self._clock = clock

    async def check(self) -> None:
        """Hold every alert against what was read since, and post what it has to say."""
        while waiting := await self._alerts.to_check():
            for alert in waiting:
                try:
                    await self._check(alert)
                except Exception as error:  # noqa: BLE001 - it must not hold up the others
                    _log.exception("an alert could not be checked")
                    await self._notices.failed(error)
                    passed = replace(alert, seen_at=self._clock())
                    await self._alerts.checked(alert, passed, None)

    async def _check(self, alert: Alert) -> None:
        reading = await self._reader.stored(alert.handle)
        if reading is None:
            return
        now, score = self._clock(), reading.score
        checked, speaks = judged(alert, score)
        if not speaks or reading.hidden_by not in {None, alert.place.chat_id}:
            await self._alerts.checked(alert, checked, None)
            return
        if alert.threshold is not None:
            above = score.score > alert.threshold
            written = await self._writer.crossed(alert.place, reading, alert.threshold, above=above)
        else:
            written = await self._writer.moved(alert.place, reading, alert.base or 0.0)
        name = f"alert:{alert.place.chat_id}:{alert.place.topic_id}:{key(alert.handle)}"
        message: Callable[[], dict[str, Any]] = partial(
            dict,
            key=f"{name}:{score.facts.as_of:%Y%m%dT%H%M%S}",
            html=written.html,
            markup=written.markup,
            now=now,
            useful=_USEFUL,
        )
        await self._alerts.checked(alert, checked, message)
