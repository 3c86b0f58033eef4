"""What people said in duels: a person's own record, a group's week. Nothing is ranked by it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from scoring.comparison import TIE
from storage.chats.places import Place
from storage.duels.duel_players import Player
from storage.duels.judged_duels import Said
from storage.stores import Stores

WEEK: Final = timedelta(days=7)

_OTHERS: Final = 2
"""Others who have to agree among themselves before one person stands alone against them."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one person said in all duels.

    Attributes:
        judged: the pairs that they judged, in duels that are revealed.
        calls: those of them on which both the formula and the person named an account.
        agreed: of these, how often they named the same.
        close: how often the person called it too close.
        shared: the pairs on which others voted, and more of them for one account.
        with_most: of these, how often the person voted as most others.
    """

    judged: int = 0
    calls: int = 0
    agreed: int = 0
    close: int = 0
    shared: int = 0
    with_most: int = 0


@dataclass(frozen=True, slots=True)
class GroupWeek:
    """A group's duels of a week.

    Attributes:
        calls: the duels on which both the formula and the group named an account.
        agreed: of these, how often they named the same.
        alone: the player who stood alone against all others, and with the formula, most often;
            None without.
        times: how often.
    """

    calls: int
    agreed: int
    alone: Player | None = None
    times: int = 0


class DuelRecords:
    """Reads what people said."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self._judged = stores.judged
        self._players = stores.players
        self._voters = stores.voters
        self._clock = clock

    async def of_person(self, person_id: int) -> Record:
        """Return a person's own record."""
        voter = self._voters.voter(person_id)
        return record(await self._judged.beside(voter), voter)

    async def week(self, place: Place, until: datetime | None = None) -> GroupWeek | None:
        """Return a group's seven days up to a moment, or up to now.

        None in private, and when the group judged nothing that can be told. Only a player is
        named, by the account they joined the game with.
        """
        if place.chat_id > 0:
            return None
        until = until or self._clock()
        said = await self._judged.in_chat(place.chat_id, until - WEEK, until)
        if not said:
            return None
        players = await self._players.of(place.chat_id)
        named = {self._voters.voter(person): player for person, player in players.items()}
        return group_week(said, named)


def record(said: Iterable[Said], voter: str) -> Record:
    """Return what a voter said, of all votes on the duels that they voted on."""
    judged = calls = agreed = close = shared = with_most = 0
    for votes in _by_duel(said):
        mine = next((each for each in votes if each.voter == voter), None)
        if mine is None:
            continue
        judged += 1
        close += mine.choice == "close"
        call = called(mine.claim)
        if call and mine.choice != "close":
            calls += 1
            agreed += mine.choice == call
        most = majority([each for each in votes if each.voter != voter])
        if most:
            shared += 1
            with_most += mine.choice == most
    return Record(judged, calls, agreed, close, shared, with_most)


def group_week(said: Iterable[Said], named: dict[str, Player]) -> GroupWeek | None:
    """Return a group's week.

    Args:
        said: the votes on its duels.
        named: the voters who may be named.
    """
    calls = agreed = 0
    alone = dict.fromkeys(named, 0)
    for votes in _by_duel(said):
        call, most = called(votes[0].claim), majority(votes)
        if call is None:
            continue
        if most:
            calls += 1
            agreed += most == call
        for each in votes:
            others = {other.choice for other in votes if other.voter != each.voter}
            against = len(votes) > _OTHERS and len(others) == 1 and each.choice not in others
            if against and each.voter in alone and each.choice == call:
                alone[each.voter] += 1
    if not calls:
        return None
    voter = max(alone, key=lambda each: alone[each], default=None)
    if voter is None or not alone[voter]:
        return GroupWeek(calls, agreed)
    return GroupWeek(calls, agreed, named[voter], alone[voter])


def called(claim: float) -> str | None:
    """Return the side that the formula names; None when it called the two too close."""
    if TIE[0] <= claim <= TIE[1]:
        return None
    return "left" if claim > TIE[1] else "right"


def majority(votes: Sequence[Said]) -> str | None:
    """Return the side that more people named; None when they were split, or named none."""
    left = sum(each.choice == "left" for each in votes)
    right = sum(each.choice == "right" for each in votes)
    return None if left == right else ("left" if left > right else "right")


def _by_duel(said: Iterable[Said]) -> Iterable[list[Said]]:
    """Yield the votes of each duel; they are in the duels' order."""
    for _, votes in groupby(said, key=lambda each: each.duel_id):
        yield list(votes)
