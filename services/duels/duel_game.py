"""The game: a duel for a place, votes, the reveal, and who plays. Nothing is read for it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from scoring.duels.pairing import Contender, Evidence, Pair, choose, in_use
from scoring.reading.account import Reading
from scoring.score import score
from services.visibility import EVERYBODY, Visible, seen
from storage.chats.places import Place
from storage.duels.duel_rows import NewDuel, Side, StoredDuel
from storage.duels.votes import Ballot, Cast, Choice, Tally
from storage.stores import Stores

FRESH: Final = timedelta(days=14)
"""How old a reading may be: followed accounts are read once a week."""

LASTS: Final = timedelta(days=1)
"""How long people vote, unless enough of them have."""

ENOUGH: Final = 8
"""Votes that reveal a duel in a group of up to 80; in a smaller one, its members."""

_SHARE: Final = 10
"""In a larger group one in so many members is enough."""

_MOST_VOTES: Final = 200

MOST_OPEN: Final = 2
"""Open duels in a place: their edits together stay within Telegram's twenty a minute."""

AN_HOUR: Final = 30
"""Duels that begin in a chat within an hour."""

_MANY: Final = 1_000
"""Followers from which an account may be in a duel though its owner did not join the game: a
person whom few know is not put up for judgement."""

_LEARNT: Final = timedelta(minutes=30)
"""How long what earlier votes taught is remembered."""


class TooFewAccountsError(Exception):
    """No pair of accounts fits."""


class TooManyDuelsError(Exception):
    """The place has open duels enough, or the chat began many in the last hour.

    Attributes:
        open: whether it is for open ones.
    """

    def __init__(self, *, is_open: bool) -> None:
        super().__init__(is_open)
        self.open = is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """A duel as its readers may see it.

    Attributes:
        left, right: the readings that people judge.
        claim: the probability, by the formula, that a person picks the left account.
        formula: the formula's name.
        votes: how many voted so far.
        enough: the votes that reveal it.
        tally: the votes, once it is closed; None before.
    """

    id: int
    left: Visible
    right: Visible
    claim: float
    formula: str
    votes: int
    enough: int
    closes_at: datetime
    tally: Tally | None = None


class DuelGame:
    """Use cases of duels.

    Args:
        chance: draws pairs.
    """

    def __init__(
        self, stores: Stores, clock: Callable[[], datetime], chance: random.Random
    ) -> None:
        self._duels = stores.duels
        self._votes = stores.votes
        self._pool = stores.duel_pool
        self._players = stores.players
        self._judged = stores.judged
        self._voters = stores.voters
        self._clock = clock
        self._chance = chance
        self._learnt: tuple[datetime, Evidence] | None = None

    async def begin(self, place: Place, person_id: int, language: str, members: int) -> Duel:
        """Begin a duel in a place; one that began but was not shown is returned again.

        Args:
            person_id: who asks for it; it is not about a pair that this person has judged.
            language: of its message.
            members: people in the chat; 1 in private.

        Raises:
            TooManyDuelsError: there are duels enough.
            TooFewAccountsError: no pair of accounts fits.
        """
        now = self._clock()
        waiting = await self._duels.open_in(place, now)
        for each in waiting:
            if each.message_id is None and (known := await self.seen(each)):
                return known
        if len(waiting) >= MOST_OPEN:
            raise TooManyDuelsError(is_open=True)
        if await self._duels.begun(place.chat_id, now - timedelta(hours=1)) >= AN_HOUR:
            raise TooManyDuelsError(is_open=False)
        pair, sides = await self._chosen(place.chat_id, self._voters.voter(person_id), now)
        new = NewDuel(
            place=place,
            language=language,
            left=sides[pair.left.name],
            right=sides[pair.right.name],
            network=pair.left.facts.network,
            formula=in_use().name,
            claim=pair.claim,
            of_members=pair.left.member,
            enough=enough(members),
            made_at=now,
            closes_at=now + LASTS,
        )
        number = await self._duels.begin(new, MOST_OPEN)
        if number is None:  # others began some at the same time
            raise TooManyDuelsError(is_open=True)
        stored = await self._duels.get(number)
        begun = await self.seen(stored) if stored else None
        if begun is None:  # an account was hidden in this very moment
            raise TooFewAccountsError
        return begun

    async def shown_in(self, duel_id: int, message_id: int) -> None:
        """Note the message that shows a duel."""
        await self._duels.put_in(duel_id, message_id)

    async def vote(
        self, duel_id: int, person_id: int, choice: Choice, *, chat_id: int, message_id: int
    ) -> Cast:
        """Cast a person's vote, with a button of a message of a chat; a later one replaces it."""
        voter = self._voters.voter(person_id)
        return await self._votes.cast(
            Ballot(duel_id, voter, choice, message_id, self._clock(), chat_id)
        )

    async def seen(self, stored: StoredDuel) -> Duel | None:
        """Return a duel as everyone may see it; None when an account may not be shown any more."""
        left, right = visible(stored.left), visible(stored.right)
        if stored.state == "withdrawn" or left is None or right is None:
            return None
        return Duel(
            id=stored.id,
            left=left,
            right=right,
            claim=stored.claim,
            formula=stored.formula,
            votes=stored.votes,
            enough=stored.enough,
            closes_at=stored.closes_at,
            tally=await self._votes.tally(stored.id) if stored.state == "closed" else None,
        )

    async def join(self, chat_id: int, person_id: int) -> None:
        """Let a member's own account be in the group's duels.

        Raises:
            storage.duels.duel_players.NoMemberError: they do not stand on the group's board.
            storage.duels.duel_players.NotProvedError: the account is not proved to be theirs.
        """
        await self._players.join(chat_id, person_id, self._clock())

    async def leave(self, chat_id: int, person_id: int) -> bool:
        """Take a member's account out of the group's duels; False when it was not in them."""
        left = await self._players.leave(chat_id, person_id)
        await self._duels.withdraw_gone()
        return left

    async def _chosen(
        self, chat_id: int, voter: str, now: datetime
    ) -> tuple[Pair[int], dict[int, Side]]:
        """Choose a pair of the accounts that a chat follows, else of well-known ones."""
        judged = await self._pool.judged(chat_id, voter)
        evidence = await self._evidence(now)

        def avoid(one: int, other: int) -> bool:
            return (min(one, other), max(one, other)) in judged

        since = now - FRESH
        playing = await self._pool.of_players(chat_id, since)
        followed = partial(self._pool.followed, chat_id)
        for strangers in (followed, self._pool.well_known):
            found = [*playing, *await strangers(since)]
            sides = {side.account_id: current(side) for side in found}
            mine = {side.account_id for side in playing}
            owned = await self._pool.owned(sides)
            contenders = [
                Contender(number, side.score.facts, number in mine)
                for number, side in sides.items()
                if number in mine or (number not in owned and side.score.facts.followers >= _MANY)
            ]
            pair = choose(contenders, evidence, self._chance, avoid=avoid)
            if pair is not None:
                return pair, sides
        raise TooFewAccountsError

    async def _evidence(self, now: datetime) -> Evidence:
        """Return what the newest votes taught, as it was learnt in the last half an hour."""
        if self._learnt is None or abs(now - self._learnt[0]) > _LEARNT:
            evidence = Evidence(in_use())
            for pair in await self._judged.pairs():
                evidence.add(pair.left, pair.right, pair.votes)
            self._learnt = now, evidence
        return self._learnt[1]


def enough(members: int) -> int:
    """Return the votes that reveal a duel: all of a few people, one in ten of many."""
    return max(1, min(members, max(ENOUGH, members // _SHARE), _MOST_VOTES))


def visible(side: Side | None) -> Visible | None:
    """Return one account of a duel as everyone may see it; None when it may not be shown."""
    if side is None or side.protected:
        return None
    reading = Reading(
        side.account_id,
        side.handle,
        side.name,
        side.protected,
        side.score,
        hidden_by=side.hidden_by,
        external_id=side.external_id,
    )
    return seen(reading, EVERYBODY)


def current(side: Side) -> Side:
    """Return an account with its score by the formula in use."""
    if side.score.formula == in_use().name:
        return side
    return replace(side, score=score(side.score.facts))
