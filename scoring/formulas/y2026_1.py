"""Formula 2026.1: facts -> rating (log-odds) -> points. It was in use until November 2026.

It stays as it was, so that its receipts can be re-computed. docs/method-2026.1.md describes it.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from scoring.facts import Facts, FactsError, Recent
from scoring.formula import Appraisal, Rated, Steps

# scale and power of scale * (standing ^ power - 1), a day
Law = tuple[float, float]


class Rates(NamedTuple):
    """Daily rates of an account: counted where they were read, else typical of its standing.

    Attributes:
        standing: 1 + the lists that an account is on, or those that its followers stand for.
        mentions: Mentions a day.
        drew: Own posts a day that drew a reaction.
        per_post: Reactions a post, in reposts' worth.
        posts: Posts a day over the whole life, or the recent rate where it is surely higher.
        echo: Reactions and mentions for each of these.
        unheard: The share of the community that is lost to posting a lot into silence.
    """

    standing: float
    mentions: float
    drew: float
    per_post: float
    posts: float
    echo: float
    unheard: float


class Rating(NamedTuple):
    """The terms of a rating, each >= 0, in log-odds; two accounts compare by their sums.

    Attributes:
        community: Who follows and lists the account.
        activity: Posts that drew a reaction.
        reactions: Reactions to each post, and mentions.
    """

    community: float
    activity: float
    reactions: float

    @property
    def total(self) -> float:
        """The rating."""
        return self.community + self.activity + self.reactions


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOddsFormula:
    """A sum of terms in log-odds, bent into points.

    Attributes:
        name: The version, "year.number".
        since: The day it was switched on (UTC); None for the first, which replaced none.
        lists: Log-odds for each e-fold of lists.  Fitted.
        followers: Log-odds for each e-fold of followers: 0.28 of `lists`.
        first_followers: Log-odds that the first few hundred followers bring: 5.5 of `lists`.
        first_half: Followers at which half of these is reached.
        famous: Followers that stand for one list; twice as many for four, ten times for a hundred.
        mentions: Log-odds that mentions can bring.  Fitted.
        mentions_half: Mentions a day at which half of these is reached.
        drew: Log-odds for each e-fold of posts a day that drew a reaction.
        per_post: Log-odds for each e-fold of reactions a post; not below `drew`, or silent posts
            would raise a rating.
        floor: Posts a day, and reactions a post, below which those two count little.
        like: A like, in reposts' worth.
        loud: Posts a day at which half of `silence` is due without any reaction.
        silence: The share of the community that silence can take.
        heard: Reactions and mentions a post that give half of it back.
        typical_mentions: Mentions a day where none were counted, by standing.  Fitted.
        typical_reactions: Reactions a day where none were read, by standing.  Fitted.
        typical_posts: Own posts a day where none were read.
        noticeable: A difference of ratings of which people notice half.
        sharpness: Log-odds for each log-odds of difference that people notice.  Fitted.
        top: The rating of 100 points.
        bend: Points are 100 (rating / top) ^ bend.
    """

    name: str
    since: date | None = None
    lists: float
    followers: float
    first_followers: float
    first_half: float
    famous: float
    mentions: float
    mentions_half: float
    drew: float
    per_post: float
    floor: float
    like: float
    loud: float
    silence: float
    heard: float
    typical_mentions: Law
    typical_reactions: Law
    typical_posts: float
    noticeable: float
    sharpness: float
    top: float
    bend: float
    reposts_are_mentions: bool = True

    def appraise(self, facts: Facts) -> Appraisal:
        """Return the points of an account and their margin, as `Formula` has it.

        Raises:
            FactsError: The network has no lists.
        """
        rates = self.rates(facts)
        rating = self.rate(facts, rates)
        reach = NINE_IN_TEN * self.deviation(facts, rates, rating)
        # A part is what its term adds to the points of the terms before it.
        return Appraisal(
            self.curve(rating.community),
            self.curve(rating.community + rating.activity),
            self.curve(rating.total),
            (self.curve(rating.total + reach) - self.curve(rating.total - reach)) / 2.0,
        )

    def points(self, facts: Facts) -> float:
        """Return the total of `appraise`."""
        return self.curve(self.rate(facts).total)

    def rate(self, facts: Facts, rates: Rates | None = None) -> Rating:
        """Return the rating of an account, term by term.

        Args:
            facts: The account.
            rates: The result of `rates(facts)`, where the caller has it already.
        """
        rates = rates or self.rates(facts)
        community = (
            self.lists * math.log(rates.standing)
            + self.followers * math.log1p(facts.followers)
            + self.first_followers * facts.followers / (facts.followers + self.first_half)
        )
        return Rating(
            community * (1.0 - rates.unheard),
            self.drew * math.log1p(rates.drew / self.floor),
            self.per_post * math.log1p(rates.per_post / self.floor)
            + self.mentions * rates.mentions / (rates.mentions + self.mentions_half),
        )

    def rates(self, facts: Facts) -> Rates:
        """Return the daily rates of an account, with typical values for what was not read.

        A window counts as at least one day: ten posts within an hour say little of a day.
        """
        if facts.listed is None:
            raise FactsError(f"listed must be a whole number for formula {self.name}.")
        standing = 1.0 + facts.listed + (facts.followers / self.famous) ** 2
        recent, posts = facts.recent, facts.posts_per_day
        if recent is None or recent.mentions is None:
            mentions = _typical(self.typical_mentions, standing)
        else:
            mentions = recent.mentions / max(1.0, recent.mention_days or recent.days or 1.0)
        if recent is None or recent.posts is None:
            own = self.typical_posts
            per_post = _typical(self.typical_reactions, standing) / own
            # an account that posts four times as much typically draws twice as many reactions
            echo = (own * per_post + mentions) / math.sqrt(own * max(own, posts))
        else:
            days, seen = max(1.0, recent.days or 1.0), max(1, recent.posts)
            own = seen / days
            echo = per_post = self.worth(recent) / seen
            # two standard deviations below the window's count are a rate to be sure of
            posts = max(posts, (seen - 2.0 * math.sqrt(seen)) / days)
            echo += mentions / max(1.0, posts)
        drew, unheard = own * per_post / (1.0 + per_post), self.unheard(posts, echo)
        return Rates(standing, mentions, drew, per_post, posts, echo, unheard)

    def unheard(self, posts: float, echo: float) -> float:
        """Return the share of the community that is lost to posting a lot into silence.

        An account that posts a few times a day loses next to nothing, whatever the echo.

        Args:
            posts: Posts a day.
            echo: Reactions and mentions for each post.
        """
        loud = posts**4 / (posts**4 + self.loud**4)
        return self.silence * loud * self.heard / (self.heard + echo)

    def worth(self, recent: Recent) -> float:
        """Return all reactions of a window in reposts' worth; 0 when its posts were not read."""
        return (
            self.like * (recent.likes or 0)
            + (recent.replies or 0)
            + (recent.reposts or 0)
            + (recent.quotes or 0)
        )

    def curve(self, rating: float) -> float:
        """Return the points of a rating, from 0 to 100."""
        if rating <= 0.0:
            return 0.0
        return min(100.0, 100.0 * math.pow(rating / self.top, self.bend))

    def deviation(self, facts: Facts, rates: Rates, rating: Rating) -> float:
        """Return the standard deviation of a rating, in log-odds, > 0.

        Args:
            facts: The account.
            rates: The result of `rates(facts)`.
            rating: The result of `rate(facts)`.
        """
        recent = facts.recent
        posts, mentions = (0, 0) if recent is None else (recent.posts or 0, recent.mentions or 0)
        per_post = _variance(posts / ONE_POST**2)
        share = rates.mentions / (rates.mentions + self.mentions_half)
        return math.sqrt(
            MODEL**2
            + (self.drew + self.per_post) ** 2 * per_post
            + (self.mentions * share * (1.0 - share)) ** 2 * _variance(mentions)
            + (rating.community * rates.unheard / (1.0 - rates.unheard)) ** 2 * per_post
            + (YOUNG * math.exp(-facts.age_days / SETTLING_DAYS)) ** 2
        )

    def spread(self, facts: Facts) -> float:
        """Return how far another reading of the same account might be, in points."""
        rates = self.rates(facts)
        rating = self.rate(facts, rates)
        shared = MODEL**2 + (YOUNG * math.exp(-facts.age_days / SETTLING_DAYS)) ** 2
        sampled = math.sqrt(max(0.0, self.deviation(facts, rates, rating) ** 2 - shared))
        low, high = (self.curve(rating.total + sign * sampled) for sign in (-1, 1))
        return (high - low) / 2.0

    def steps(self, before: Facts, after: Facts) -> Steps:
        """Return what each part did between two facts.

        Each term is given its change of rating at the average slope of the curve between the two
        ratings, so that no term gains from the order in which they are walked.
        """
        one, other = self.rate(before), self.rate(after)
        start, end = self.curve(one.total), self.curve(other.total)
        moved = other.total - one.total
        if abs(moved) > _LEVEL:
            slope = (end - start) / moved
        else:
            slope = (self.curve(one.total + _LEVEL) - start) / _LEVEL
        community = slope * (other.community - one.community)
        activity = slope * (other.activity - one.activity)
        return Steps(community, activity, end - start - community - activity)

    def lost_to_silence(self, facts: Facts) -> float:
        """Return the points that posting a lot into silence takes off the community."""
        rates = self.rates(facts)
        community = self.rate(facts, rates).community
        return self.curve(community / (1.0 - rates.unheard)) - self.curve(community)

    def expected(self, facts: Facts) -> Recent:
        """Return recent days that leave the points as they are, with every half given."""
        rates, days = self.rates(facts), LONG
        own = rates.drew * (1.0 + rates.per_post) / rates.per_post if rates.per_post else 0.0
        posts, reactions = round(own * days), round(own * rates.per_post * days)
        return Recent(days, posts, 0, reactions, 0, 0, round(rates.mentions * days), days)

    def rated(self, facts: Facts) -> Rated:
        """Return an account's rating and its standard deviation, both in log-odds."""
        rates = self.rates(facts)
        rating = self.rate(facts, rates)
        return rating.total, self.deviation(facts, rates, rating)

    def probability(self, a: Rated, b: Rated) -> float:
        """Return the share of people, in (0, 1), who would call A the more influential.

        The uncertainty of both ratings pulls it towards one half: the mean of a logistic over a
        normal, as MacKay (1992) approximates it.
        """
        log_odds = self.log_odds(gap(a, b))
        # beyond 30 the logistic is 0 or 1 to almost every digit of a float, and exp overflows
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))

    def log_odds(self, difference: float) -> float:
        """Return the log-odds that people pick the account whose rating is higher by this much.

        Small differences go unnoticed: agreement first grows slower than a logistic's.
        """
        noticed = abs(difference) / (abs(difference) + self.noticeable)
        return self.sharpness * difference * noticed


def _typical(law: Law, standing: float) -> float:
    scale, power = law
    return scale * (math.pow(standing, power) - 1.0)


def gap(a: Rated, b: Rated) -> float:
    """Return the difference of two ratings in log-odds, shrunk by their uncertainty."""
    return (a[0] - b[0]) / math.sqrt(1.0 + math.pi / 8.0 * (a[1] ** 2 + b[1] ** 2))


def _variance(precision: float) -> float:
    """Return the variance left when a sample of this precision meets the typical value."""
    return 1.0 / (1.0 / UNREAD**2 + precision)


# Standard deviations; of logarithms where nothing else is said.
NINE_IN_TEN = 1.645  # the 95 % quantile of the normal: nine readings in ten stay within
MODEL = 0.12  # log-odds: weights fitted on other people, bootstrapped
UNREAD = 1.5  # mentions or reactions around what is typical of the standing
ONE_POST = 1.3  # one post's reactions around their mean: a log-normal with a sigma of 1
LONG = 10_000.0  # days over which a typical rate keeps four decimals as a whole number
YOUNG = 0.3  # log-odds, on the first day: a convention, as no judgement is dated
SETTLING_DAYS = 90.0  # in which that falls to a third
_LEVEL = 1e-6  # log-odds below which two ratings are level and the curve's own slope is taken

FORMULA_2026_1 = LogOddsFormula(
    name="2026.1",
    lists=0.263,
    followers=0.0739,
    first_followers=1.45,
    first_half=100.0,
    famous=200_000.0,
    mentions=1.07,
    mentions_half=100.0,
    drew=0.02,
    per_post=0.03,
    floor=0.5,
    like=0.25,
    loud=25.0,
    silence=0.85,
    heard=0.05,
    typical_mentions=(0.055, 0.963),
    typical_reactions=(0.0118, 0.997),
    typical_posts=1.5,
    noticeable=0.7,
    sharpness=1.39,
    top=7.66,
    bend=0.765,
)
