"""How often people agreed with the formula lately, by what it had claimed; drift."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from scoring.duels.claimed_bands import DRIFTS, Answer, Band, band, bands, drift, held
from scoring.duels.voter_weights import CastVote, weights
from scoring.formulas import CURRENT
from storage.duels.judged_duels import Said
from storage.stores import Stores

LATELY: Final = timedelta(days=90)

_REMEMBERED: Final = timedelta(minutes=30)
"""How long the answer is remembered: it takes all votes of the last months."""


class Agreement(NamedTuple):
    """How often people agreed with the formula in use.

    Attributes:
        all: every vote as one band; None without votes.
        bands: the same by what was claimed.
        people: how many voted.
        drift: standard errors by which people agree more than was claimed; None while unsure.
    """

    all: Band | None
    bands: tuple[Band, ...]
    people: int
    drift: float | None

    @property
    def drifted(self) -> bool:
        """Whether claims and answers differ by more than chance allows."""
        return self.drift is not None and abs(self.drift) >= DRIFTS


class PeopleAgreement:
    """Holds the claims of the formula in use against votes."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self._judged = stores.judged
        self._clock = clock
        self._known: tuple[datetime, Agreement] | None = None

    async def lately(self) -> Agreement:
        """Return how often people agreed in the last 90 days, as of the last half an hour."""
        now = self._clock()
        if self._known is None or abs(now - self._known[0]) > _REMEMBERED:
            self._known = now, agreement(await self._judged.since(now - LATELY))
        return self._known[1]


def agreement(said: Iterable[Said]) -> Agreement:
    """Return how often people agreed with the formula in use, of votes on any formula's duels."""
    votes = list(said)
    weight = voter_weights(votes)
    answers = [
        Answer(each.duel_id, *held(each.claim, each.choice), weight[each.voter])
        for each in votes
        if each.formula == CURRENT.name
    ]
    people = len({each.voter for each in votes if each.formula == CURRENT.name})
    return Agreement(band(answers), tuple(bands(answers)), people, drift(answers))


def voter_weights(votes: Iterable[Said]) -> dict[str, float]:
    """Return what one vote of each voter weighs."""
    return weights([CastVote(v.duel_id, v.voter, v.choice, v.seconds) for v in votes])
