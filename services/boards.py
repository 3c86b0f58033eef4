"""Boards of groups: who joins, who leaves, and the board itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from scoring.progress import STREAK_WEEKS, progress, week_end
from scoring.reading.errors import AccountError, AccountHidden, ScoringError
from scoring.reading.handles import key
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from services.batch_read import read_batch
from services.standings import LAST_WEEK, Board, LastWeek, Standing
from services.visibility import EVERYBODY, Visible, seen, shown
from storage.accounts.board_members import KEPT, BoardSettings, HandleHeldError, Member
from storage.stores import Stores


class BoardClosedError(Exception):
    """The group's administrators closed its board."""


class Joined(NamedTuple):
    """What joining did.

    Attributes:
        proved: the person has proved that the account is theirs.
        before: the handle that the person had there; None without one, or the same account's.
    """

    reading: Visible
    proved: bool
    before: str | None


class Groups:
    """Use cases of groups' boards."""

    def __init__(self, reader: Reader, stores: Stores, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._boards = stores.board_members
        self._claims = stores.claims
        self._clock = clock

    async def join(
        self, chat_id: int, person_id: int, name: str, handle: str, who: Requester
    ) -> Joined:
        """Put a person on a group's board with their handle, in place of an earlier one.

        Args:
            name: the person's first name on Telegram, which the board shows.

        Raises:
            BoardClosedError, HandleHeldError, BoardFullError: the group's board refuses.
            scoring.reading.errors.ScoringError: the account has no score.
        """
        if (await self._boards.settings(chat_id)).closed:
            raise BoardClosedError
        reading = shown(await self._reader.read(handle, who), EVERYBODY, handle)
        owner = await self._claims.owner(reading.account_id)
        if owner not in {None, person_id}:
            raise HandleHeldError(handle)
        proved = owner == person_id
        before = await self.member(chat_id, person_id)
        await self._boards.join(chat_id, person_id, name, reading.handle, proved=proved)
        left = before and key(before.handle) != key(reading.handle)
        return Joined(reading, proved, before.handle if before and left else None)

    async def leave(self, chat_id: int, person_id: int) -> str | None:
        """Take a person off a group's board; return the handle they had, or None."""
        return await self._boards.leave(chat_id, person_id)

    async def remove(self, chat_id: int, handle: str) -> str | None:
        """Take a handle off a group's board; return it as it was typed, or None."""
        return await self._boards.remove(chat_id, handle)

    async def members(self, chat_id: int) -> dict[int, Member]:
        """Return the members of a group's board by person number, without hidden accounts."""
        return await self._boards.members(chat_id)

    async def member(self, chat_id: int, person_id: int) -> Member | None:
        """Return a person's own entry on a group's board, if it is shown; else None."""
        return (await self._boards.members(chat_id)).get(person_id)

    async def note_name(self, chat_id: int, person_id: int, name: str) -> None:
        """Store the present first name of a member; a person who is no member is not stored."""
        await self._boards.note_name(chat_id, person_id, name)

    async def close(self, chat_id: int) -> None:
        """Switch a group's board off; its members are not shown, and kept for `KEPT`."""
        await self._boards.close(chat_id, self._clock())

    async def open(self, chat_id: int, *, weekly: bool | None = None) -> BoardSettings:
        """Switch a group's board on, with its members if they are still kept.

        Args:
            weekly: whether it comes with the digest; None keeps the choice.
        """
        return await self._boards.open(chat_id, self._clock() - KEPT, weekly=weekly)

    async def settings(self, chat_id: int) -> BoardSettings:
        """Return a group's board settings."""
        return await self._boards.settings(chat_id)

    async def board(self, chat_id: int, who: Requester | None = None) -> Board:
        """Return a group's board; with `who`, accounts not read on this UTC day are read."""
        settings = await self._boards.settings(chat_id)
        members = list((await self._boards.members(chat_id)).values())
        names = [member.handle for member in members]
        problems = (await read_batch(self._reader, names, who)).problems if who else {}
        standings = [await self._standing(each, problems.get(key(each.handle))) for each in members]
        return Board(tuple(standings), self._clock(), settings)

    async def _standing(self, member: Member, problem: ScoringError | None) -> Standing:
        handle, person, proved = member
        nothing = Standing(handle, None, problem=problem, person=person, proved=proved)
        reading = await self._reader.stored(handle)
        if reading is None or isinstance(problem, AccountError):
            return nothing
        try:
            visible = shown(reading, EVERYBODY, handle)
        except AccountHidden as hidden:
            return Standing(handle, None, problem=hidden, person=person, proved=proved)
        # of the newest reading, not of today: a board changes with what was read, not with the date
        newest = reading.score.facts.as_of
        points = await self._reader.history(reading, newest - timedelta(weeks=STREAK_WEEKS + 3))
        before = await self._reader.recall(reading.handle, newest - LAST_WEEK)
        last_week = None
        if (then := seen(before, EVERYBODY)) and newest - then.score.facts.as_of < 2 * LAST_WEEK:
            moment = then.score.facts.as_of
            earlier = [point for point in points if point.as_of <= moment]
            last_week = LastWeek(then.score, progress(earlier, week_end(moment)).growth)
        weekly = progress(points, week_end(newest))
        return Standing(handle, visible, weekly, problem, person, proved, last_week)
