"""What operators are told without asking, each thing once: money, X's refusals, errors."""

import hashlib
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from delivery.writing import Written
from scoring.budget import PRICES, next_month
from storage.control import Control
from storage.database import Database
from storage.outages import Outage, Outages
from storage.outbox import post
from storage.places import Place
from storage.spending import Spending

_log = logging.getLogger(__name__)

_ROOT: Final = Path(__file__).parent.parent
_OURS: Final = frozenset(("delivery", "handlers", "locales", "operations", "scoring", "storage"))

_LEVELS: Final = (100, 80, 50)
"""Per cent of the month's cap."""

_USEFUL: Final = timedelta(hours=48)


class Failure(NamedTuple):
    """An error without anybody's data: neither its message, nor what it was about.

    Attributes:
        kind: the type of the exception.
        place: where in our code, as `handlers/klout.py:31 klout`.
        error_id: by which it is found in the log; "" without.
    """

    kind: str
    place: str
    error_id: str

    @property
    def fingerprint(self) -> str:
        """The same for the same error in the same place."""
        return hashlib.sha256(f"{self.kind} {self.place}".encode()).hexdigest()[:16]


class NoticeWriter(Protocol):
    """Puts notices into words, in an operator's language."""

    async def budget(
        self, chat_id: int, percent: int, spent: int, cap: int, until: datetime
    ) -> Written:
        """So much of the month's cap, in micro-dollars, is spent; the next begins at `until`."""

    async def refused(self, chat_id: int, outage: Outage) -> Written:
        """X refuses to be read."""

    async def answers_again(self, chat_id: int, outage: Outage) -> Written:
        """It does no longer."""

    async def failed(self, chat_id: int, failure: Failure) -> Written:
        """Something nobody expected."""


class Notices:
    """Posts notices to operators.

    Args:
        people: the operators, by number, which is also that of their private chat.
    """

    def __init__(
        self,
        *,
        database: Database,
        spending: Spending,
        writer: NoticeWriter,
        people: Iterable[int],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._spending = spending
        self._outages = Outages(database)
        self._control = Control(database)
        self._writer = writer
        self._people = sorted(people)
        self._clock = clock

    async def check(self) -> None:
        """Tell of what has come about since the last look; for the elected process."""
        if self._people:
            await self._check_budget()
            await self._check_outages()

    async def failed(self, error: BaseException, error_id: str = "") -> None:
        """Tell of an error, once a UTC day for each kind and place. Never raises."""
        try:
            failure = described(error, error_id)
            key = f"error:{failure.fingerprint}:{self._clock():%Y-%m-%d}"
            await self._post(key, lambda person: self._writer.failed(person, failure))
        except Exception:  # noqa: BLE001 - the store may be what went wrong; it is in the log
            _log.warning("operators could not be told of an error", exc_info=True)

    async def _check_budget(self) -> None:
        now, cap = self._clock(), self._spending.cap
        spent = await self._spending.spent_in_month(now)
        level = next((each for each in _LEVELS if _reached(each, spent, cap)), 0)
        reached = f"{now:%Y-%m}:{level:03}"
        # The outbox forgets after 30 days, which a month may be longer than.
        if level and reached > (await self._control.noted("budget") or ""):
            await self._post(
                f"budget:{now:%Y-%m}:{level}",
                lambda person: self._writer.budget(person, level, spent, cap, next_month(now)),
            )
            await self._control.note("budget", reached, now)

    async def _check_outages(self) -> None:
        for outage in await self._outages.since(self._clock() - _USEFUL):
            name = f"outage:{outage.opened_at:%Y%m%dT%H%M%S}"
            if outage.closed_at is None:
                key = f"{name}:{outage.reason}"  # which may change: a token is mended elsewhere
                await self._post(key, partial(self._writer.refused, outage=outage))
            else:
                await self._post(f"{name}:over", partial(self._writer.answers_again, outage=outage))

    async def _post(self, key: str, write: Callable[[int], Awaitable[Written]]) -> None:
        """To each operator, unless they have it already."""
        written = [(person, await write(person)) for person in self._people]
        now = self._clock()
        async with self._database.transaction() as connection:
            for person, (html, markup) in written:
                await post(
                    connection,
                    f"{key}:{person}",
                    Place(person),
                    html,
                    now=now,
                    useful=_USEFUL,
                    markup=markup,
                )


def described(error: BaseException, error_id: str = "") -> Failure:
    """The type of an error and the innermost place in our own code, and nothing else of it."""
    kind, place = type(error).__name__, ""
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(_ROOT) and file.relative_to(_ROOT).parts[0] in _OURS:
            place = f"{file.relative_to(_ROOT)}:{frame.lineno} {frame.name}"
    return Failure(kind, place, error_id)


def _reached(percent: int, spent: int, cap: int) -> bool:
    """Whether so much is spent; all of it, once what is left pays for no further account."""
    if not cap:
        return False  # nobody wanted to spend anything
    if percent == max(_LEVELS):
        return cap - spent < PRICES["user"]
    return spent * 100 >= cap * percent
