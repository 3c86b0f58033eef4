"""What friends in a group compare: who stands on its board, by their own word, and how they do."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from delivery.collecting import collect
from scoring.asking import Asker
from scoring.errors import AccountError, AccountHidden, ScoringError
from scoring.handles import key
from scoring.progress import WEEKS, Progress, progress
from scoring.ranking import Placed, rank
from scoring.reader import Reader
from scoring.reading import Reading
from storage.boards import Boards, BoardSettings, HandleHeldError
from storage.claims import Claims, NoCodeError


class BoardClosedError(Exception):
    """The group's administrators want no board."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One account on a board.

    Attributes:
        handle: with which somebody joined.
        reading: what is known; None when nothing can be shown.
        progress: against its own last weeks.
        problem: why nothing can be shown.
    """

    handle: str
    reading: Reading | None
    progress: Progress
    problem: ScoringError | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """A group's board: who grew most against themselves comes first.

    Attributes:
        standings: those with a score, by growth; then those without.
        moment: the time it is of.
        settings: what the administrators chose.
    """

    standings: tuple[Standing, ...]
    moment: datetime
    settings: BoardSettings

    def by_score(self) -> list[Placed]:
        """The same, the highest score first; who is too close to call shares a place."""
        readings = [each.reading for each in self.standings if each.reading]
        return rank({reading.handle: reading.score for reading in readings})


class Groups:
    """Boards, and proofs of whose an account is."""

    def __init__(
        self, *, reader: Reader, boards: Boards, claims: Claims, clock: Callable[[], datetime]
    ) -> None:
        self._reader = reader
        self._boards = boards
        self._claims = claims
        self._clock = clock

    async def join(self, chat_id: int, person_id: int, handle: str, who: Asker) -> Reading:
        """Put a person on a group's board with their own handle, instead of an earlier one.

        Raises:
            BoardClosedError, HandleHeldError, BoardFullError: not here.
            scoring.errors.ScoringError: the account has no score.
        """
        if (await self._boards.settings(chat_id)).closed:
            raise BoardClosedError
        reading = (await self._reader.read(handle, who)).shown_to(None)
        owner = await self._claims.owner(reading.account_id)
        if owner not in {None, person_id}:
            raise HandleHeldError(handle)
        await self._boards.join(chat_id, person_id, reading.handle, proved=owner == person_id)
        return reading

    async def leave(self, chat_id: int, person_id: int) -> str | None:
        """Take a person off; the handle they had, or None."""
        return await self._boards.leave(chat_id, person_id)

    async def remove(self, chat_id: int, handle: str) -> str | None:
        """Take a handle off; as it was typed, or None."""
        return await self._boards.remove(chat_id, handle)

    async def members(self, chat_id: int) -> dict[int, str]:
        """Handles on a group's board, by person; whoever hides theirs is not shown there."""
        return await self._boards.members(chat_id)

    async def choose(
        self, chat_id: int, *, closed: bool | None = None, weekly: bool | None = None
    ) -> BoardSettings:
        """What administrators may choose; closing erases who stood there."""
        return await self._boards.choose(chat_id, closed=closed, weekly=weekly)

    async def settings(self, chat_id: int) -> BoardSettings:
        """What administrators chose."""
        return await self._boards.settings(chat_id)

    async def board(self, chat_id: int, who: Asker | None = None) -> Board:
        """A group's board; accounts that were not read today are read for `who`, if anybody."""
        settings = await self._boards.settings(chat_id)
        names = list((await self._boards.members(chat_id)).values())
        problems = (await collect(self._reader, names, who)).problems if who else {}
        now = self._clock()
        found = [await self._standing(name, problems.get(key(name)), now) for name in names]
        return Board(tuple(sorted(found, key=_growth_first)), now, settings)

    async def code(self, person_id: int, handle: str, who: Asker) -> tuple[Reading, str]:
        """What the account's bio has to show, so that it is known to be this person's.

        Raises:
            scoring.errors.ScoringError: there is no such account to prove.
        """
        reading = await self._reader.read(handle, who)
        code = f"klout-{secrets.token_hex(3)}"
        return reading, await self._claims.ask(person_id, reading.account_id, code)

    async def prove(self, person_id: int, handle: str, who: Asker) -> bool | None:
        """Look at the account's bio: whether the code is there; None when it is too soon.

        Raises:
            NoCodeError: there is no code to look for.
            scoring.errors.ScoringError: the profile cannot be read.
        """
        stored = await self._reader.stored(handle)
        if stored is None:
            raise NoCodeError
        now = self._clock()
        code = await self._claims.look(person_id, stored.account_id, now)
        if code is None:
            return None
        profile = await self._reader.profile(stored.handle, who)
        if profile.id != stored.account_id or code not in profile.bio:
            return False
        await self._claims.prove(person_id, stored.account_id, now)
        return True

    async def hide(self, person_id: int, handle: str, *, hidden: bool) -> bool:
        """Keep one's own account from strangers, or show it again; False without a proof."""
        stored = await self._reader.stored(handle)
        if stored is None or await self._claims.owner(stored.account_id) != person_id:
            return False
        await self._claims.hide(person_id, stored.account_id, hidden=hidden)
        return True

    async def _standing(self, handle: str, problem: ScoringError | None, now: datetime) -> Standing:
        nothing = Progress(None, 0, record=False)
        reading = await self._reader.stored(handle)
        if reading is None or isinstance(problem, AccountError):
            return Standing(handle, None, nothing, problem)
        try:
            reading.shown_to(None)
        except AccountHidden as hidden:
            return Standing(handle, None, nothing, hidden)
        since = now - timedelta(weeks=WEEKS + 1)
        points = await self._reader.history(reading, since)
        return Standing(handle, reading, progress(points, now), problem)


def _growth_first(standing: Standing) -> tuple[bool, float, float, str]:
    growth = standing.progress.growth
    score = standing.reading.score.score if standing.reading else 0.0
    return (
        standing.reading is None,
        -growth if growth is not None else float("inf"),
        -score,
        key(standing.handle),
    )
