"""The margin: how far a score may be from what more reading, or other people, would say.

One model serves the margin of a score, the margin of a change and the rule for two accounts.
A reading's points lie around the account's own with a standard deviation, the spread: what was
sampled of posts and mentions, what was left unread, and youth. People differ among themselves
besides: they hardly tell two accounts apart whose points differ by less than the width of a tie.

- A score's margin joins nine readings in ten with half of that width, so that two accounts whose
  margins do not meet are never a tie.
- A change compares an account with itself. People's disagreement is the same on both sides and
  cancels; of the spread only what the two readings do not share remains.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

NINE_IN_TEN: Final = 1.645
"""The 95 % quantile of the normal: nine readings in ten stay within so many deviations."""

SETTLED_DAYS: Final = 56
"""The window in days; once it is covered, a margin narrows no further."""

POSTS: Final = math.e
"""Relative variance of the reactions to one post: a Poisson number of posts, each drawing a
log-normal number of reactions with a sigma of 1, has e^(sigma^2) over the number of posts."""

BURSTS: Final = 2.0
"""Variance over mean of a count of mentions: a conversation names an account more than once."""


class Sampled(NamedTuple):
    """A daily rate, and the rates one standard deviation below and above it.

    Attributes:
        value: The rate, >= 0.
        low: >= 0.
        high: Above `value`.
    """

    value: float
    low: float
    high: float

    def times(self, factor: float, sigma: float) -> "Sampled":
        """Return the rate times a factor that is known within a log-normal's sigma."""
        doubt = math.exp(sigma)
        return Sampled(self.value * factor, self.low * factor / doubt, self.high * factor * doubt)


def sampled(value: float, variance: float) -> Sampled:
    """Return a rate that was counted, with the variance of the count a day."""
    reach = math.sqrt(variance)
    return Sampled(value, max(0.0, value - reach), value + reach)


def typical(value: float, sigma: float) -> Sampled:
    """Return a rate that was not read: log-normal around `value`."""
    return Sampled(value, value, value).times(1.0, sigma)


def deviation(below: float, above: float) -> float:
    """Return the standard deviation that two steps to either side stand for.

    It is their root mean square: where nothing was counted, there is no step to below.
    """
    return math.hypot(below, above) / math.sqrt(2.0)


def margin(spread: float, tie: float) -> float:
    """Return the margin of a score, in points.

    Args:
        spread: The standard deviation of a reading, in points.
        tie: The largest difference in points that people hardly notice.
    """
    return math.hypot(NINE_IN_TEN * spread, tie / 2.0)


def change_margin(spreads: Sequence[float], shared: float) -> float:
    """Return the margin of a difference of two readings of one account, in points.

    Args:
        spreads: The standard deviations of the two readings.
        shared: The share of what was read that both readings hold, 0 to 1.
    """
    one, other = spreads
    variance = one**2 + other**2 - 2.0 * shared * one * other
    return NINE_IN_TEN * math.sqrt(max(0.0, variance))
