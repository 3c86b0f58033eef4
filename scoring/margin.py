"""The margin: how far the points could be from what more reading, or other judges, would say."""

import math

from scoring.facts import Facts
from scoring.formula import Formula, Rates, Rating

# The 95 % quantile of the normal: nine readings in ten stay within.
NINE_IN_TEN = 1.645


def margin(facts: Facts, formula: Formula) -> float:
    """Return the margin in points: half of the band that holds nine readings in ten.

    It is wider where less was read (the profile alone), for few posts or mentions in the window,
    for an account that posts a lot and is hardly heard, and for a young one.
    """
    rates = formula.rates(facts)
    rating = formula.rate(facts, rates)
    return band(rating.total, deviation(facts, formula, rates, rating), formula)


def band(rating: float, spread: float, formula: Formula) -> float:
    """Return the margin, in points, of a rating with a standard deviation in log-odds."""
    reach = NINE_IN_TEN * spread
    return (formula.points(rating + reach) - formula.points(rating - reach)) / 2.0


# Standard deviations; of logarithms where nothing else is said.
MODEL = 0.12  # log-odds: weights fitted on other people, bootstrapped (benchmarks/fit.py)
UNREAD = 1.5  # mentions or reactions around what is typical of the standing (benchmarks/fit.py)
ONE_POST = 1.3  # one post's reactions around their mean: a log-normal with a sigma of 1
YOUNG = 0.3  # log-odds, on the first day: a convention, as no judgement is dated
SETTLING_DAYS = 90.0  # in which that falls to a third


def deviation(facts: Facts, formula: Formula, rates: Rates, rating: Rating) -> float:
    """Return the standard deviation of a rating, in log-odds, > 0.

    Args:
        facts: The account.
        formula: The formula that rates it.
        rates: What `formula.rates` says of it.
        rating: What `formula.rate` says of it.
    """
    recent = facts.recent
    posts, mentions = (0, 0) if recent is None else (recent.posts or 0, recent.mentions or 0)
    per_post = _variance(posts / ONE_POST**2)
    share = rates.mentions / (rates.mentions + formula.mentions_half)
    return math.sqrt(
        MODEL**2
        + (formula.drew + formula.per_post) ** 2 * per_post
        + (formula.mentions * share * (1.0 - share)) ** 2 * _variance(mentions)
        + (rating.community * rates.unheard / (1.0 - rates.unheard)) ** 2 * per_post
        + (YOUNG * math.exp(-facts.age_days / SETTLING_DAYS)) ** 2
    )


def _variance(precision: float) -> float:
    """Return what is left of the doubt when a sample of this precision meets the typical value."""
    return 1.0 / (1.0 / UNREAD**2 + precision)
