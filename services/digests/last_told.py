"""What a place was last told of an account: the base of every change that it is told next."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scoring.change import Change
from scoring.reading.account import Reading
from scoring.reading.reader import Reader
from services.visibility import Visible
from storage.chats.places import Place
from storage.chats.tellings import Telling, Tellings, Told


@dataclass(frozen=True, slots=True)
class Step:
    """A reading as a place is told of it.

    Attributes:
        reading: the account's newest reading.
        change: since the reading that the place was told before; None when it was told nothing.
        known: the place was told of this very reading before, and the change is told again; not
            where a message that tells it is still waiting.
    """

    reading: Visible
    change: Change | None
    known: bool = False

    @property
    def base(self) -> datetime | None:
        """Return the moment of the reading that the change is counted from."""
        return self.change.before.facts.as_of if self.change else None

    @property
    def told(self) -> Told:
        """Return what is to be stored once the place has been told."""
        return Told(self.reading.score.facts.as_of, self.base)


class LastTold:
    """Counts changes from what each place was last told, and notes what answers tell."""

    def __init__(self, reader: Reader, tellings: Tellings, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._tellings = tellings
        self._clock = clock

    async def step(self, place: Place, reading: Visible) -> Step:
        """Return a reading with its change since the place was told of another one."""
        return (await self.steps(place, [reading]))[reading.account_id]

    async def steps(self, place: Place, readings: Iterable[Visible]) -> dict[int, Step]:
        """Return the step of each reading, by the account's number."""
        by_number = {reading.account_id: reading for reading in readings}
        told = await self._tellings.last(place, by_number)
        return {
            number: await self._step(reading, told.get(number))
            for number, reading in by_number.items()
        }

    async def _step(self, reading: Visible, last: Telling | None) -> Step:
        base = counted_from(last, reading)
        change = await self._reader.change(reading, base) if base else None
        return Step(reading, change, knows(last, reading) and not (last and last.waiting))

    async def begin(self, place: Place, readings: Iterable[Visible]) -> None:
        """Note the readings from which a place follows accounts of which it was told nothing."""
        steps = await self.steps(place, readings)
        await self.answered(place, {n: step for n, step in steps.items() if step.base is None})

    async def answered(self, place: Place, steps: Mapping[int, Step]) -> None:
        """Note that an answer has told a place of readings; call it once the answer arrived.

        What the place knew before changes nothing, and writes nothing.
        """
        told = {number: step.told for number, step in steps.items() if not step.known}
        await self._tellings.answered(place, told, self._clock())


def counted_from(last: Telling | None, reading: Reading) -> datetime | None:
    """Return the moment of the reading from which a message counts; None when nothing was told.

    A place that was told of this very reading is told the same change again.
    """
    if last is None:
        return None
    return last.since if knows(last, reading) else last.as_of


def knows(last: Telling | None, reading: Reading) -> bool:
    """Return whether a place that was last told this knows a reading, or a newer one."""
    return last is not None and last.as_of >= reading.score.facts.as_of
