"""The interface of a formula: facts -> points, how sure they are, and how people would choose."""

from datetime import date
from typing import Any, ClassVar, NamedTuple, Protocol

from scoring.facts import Facts, Recent


class Appraisal(NamedTuple):
    """The unrounded points of an account, part by part as running sums, and their margin.

    Attributes:
        community: The points of the community.
        activity: Those of the community and the activity.
        total: Those of all three parts, 0 to 100.
        margin: Half of the band around `total`, in points, >= 0.
    """

    community: float
    activity: float
    total: float
    margin: float


class Steps(NamedTuple):
    """The points that each part gained or lost between two facts; they sum to the difference."""

    community: float
    activity: float
    reactions: float


# A place on the formula's own scale, and a standard deviation there that bears on comparisons.
Rated = tuple[float, float]


class Formula(Protocol):
    """A named, frozen way from facts to points; docs/method.md tells where its numbers come from.

    An implementation is a frozen dataclass whose other fields are its numbers. One that was ever
    in use stays in `scoring.formulas`, unchanged, so that its receipts can always be re-computed.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def name(self) -> str:
        """The version, "year.number"."""

    @property
    def since(self) -> date | None:
        """The day it was switched on (UTC); None for the first, which replaced none."""

    @property
    def reposts_are_mentions(self) -> bool:
        """Whether it expects reposts among the counted mentions, as X counted until May 2026."""

    def appraise(self, facts: Facts) -> Appraisal:
        """Return the points of an account and their margin.

        Raises:
            FactsError: The formula cannot score these facts; the message is one sentence.
        """

    def points(self, facts: Facts) -> float:
        """Return the total of `appraise`."""

    def steps(self, before: Facts, after: Facts) -> Steps:
        """Return what each part did between two facts."""

    def spread(self, facts: Facts) -> float:
        """Return how far another reading of the same account might be, in points.

        It is the standard deviation of what was sampled or left unread. What all readings of one
        account share, such as its youth and people's disagreement about it, is no part of it.
        """

    def lost_to_silence(self, facts: Facts) -> float:
        """Return the points that posting a lot into silence takes off, >= 0."""

    def expected(self, facts: Facts) -> Recent:
        """Return recent days that leave the points as they are, with every half given."""

    def rated(self, facts: Facts) -> Rated:
        """Return an account's place on the formula's own scale."""

    def probability(self, a: Rated, b: Rated) -> float:
        """Return the share of people, in (0, 1), who would call A the more influential."""
