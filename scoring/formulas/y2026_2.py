"""Formula 2026.2: facts -> points, a sum of three terms. docs/method.md describes it.

`python -m benchmarks.fit PAIRS.csv` finds the fitted numbers again.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from scoring.facts import Facts, Recent
from scoring.formula import Appraisal, Rated, Steps
from scoring.margin import BURSTS, POSTS, Sampled, deviation, margin, sampled, typical

# factor, power of 1 + followers, power of the standing: a day's rate
Law = tuple[float, float, float]


class Rates(NamedTuple):
    """Daily rates of an account: counted where they were read, else typical.

    Attributes:
        followers: Accounts that follow it.
        lists: Lists that it is on; None where the network has none.
        mentions: Posts by others that name the account, a day; reposts are none.
        reactions: Replies, reposts, quotes and quarters of likes to own posts, a day.
        unmentioned: Followers that are heard of besides those whom mentions bear out.
        own: Own posts a day in the window.
        posts: Posts a day over the whole life, held within what the window leaves possible.
    """

    followers: int
    lists: int | None
    mentions: Sampled
    reactions: Sampled
    unmentioned: float
    own: float
    posts: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsFormula:
    """A sum of terms in points, each never falling in what it counts.

    Attributes:
        name: The version, "year.number".
        since: The day it was switched on (UTC).
        lists: Points for each e-fold of lists.
        famous: Followers that stand for one list; twice as many for four, ten times for a hundred.
        lists_a_follower: Lists that a heard follower stands for on a network without lists.
        followers: Points for each e-fold of heard followers.
        first_followers: Points that the first few hundred heard followers bring.
        first_half: Heard followers at which half of these is reached.
        unmentioned: Followers that are heard of an account that is never mentioned, about.
        borne_out: Followers that one mention a day bears out.
        reactions: Points for each e-fold of reactions a day.
        reactions_floor: Reactions a day below which they count little.
        reactions_top: Reactions a day above which more of them count little.
        like: A like, in reposts' worth.
        reactions_a_mention: Reactions for each mention counted, where posts are unread.
        mentions_a_reaction: Mentions for each reply, quote or repost beside one, where mentions
            are not counted.
        granted: Such reactions a day that are taken for granted there.
        loud: Posts a day at which half of `silent` is due without any reaction.
        silent: The share of `unmentioned` that posting into silence can take.
        answered: Reactions and mentions a post that give half of it back.
        typical_mentions: Mentions a day where nothing was read.  Fitted.
        typical_reactions: Reactions a day where nothing was read.  Fitted.
        typical_posts: Own posts a day where none were read.
        noticeable: A difference in points of which people notice half.
        sharpness: Log-odds for each point of difference that people notice.  Fitted.
        reposts_are_mentions: See `scoring.formula.Formula`.
    """

    name: str
    since: date | None = None
    lists: float
    famous: float
    lists_a_follower: float
    followers: float
    first_followers: float
    first_half: float
    unmentioned: float
    borne_out: float
    reactions: float
    reactions_floor: float
    reactions_top: float
    like: float
    reactions_a_mention: float
    mentions_a_reaction: float
    granted: float
    loud: float
    silent: float
    answered: float
    typical_mentions: Law
    typical_reactions: Law
    typical_posts: float
    noticeable: float
    sharpness: float
    reposts_are_mentions: bool = False

    def appraise(self, facts: Facts) -> Appraisal:
        """Return the points of an account and their margin, as `Formula` has it."""
        rates = self.rates(facts)
        community, activity, reactions = self._parts(rates)
        return Appraisal(
            min(100.0, community),
            min(100.0, community + activity),
            min(100.0, community + activity + reactions),
            margin(self._doubt(facts, self._spread(facts, rates)), self.tie()),
        )

    def points(self, facts: Facts) -> float:
        """Return the total of `appraise`."""
        return min(100.0, sum(self._parts(self.rates(facts))))

    def steps(self, before: Facts, after: Facts) -> Steps:
        """Return what each part did between two facts, in its share where 100 is the limit."""
        one, other = self._parts(self.rates(before)), self._parts(self.rates(after))
        start, end = sum(one), sum(other)
        community, activity = other.community - one.community, other.activity - one.activity
        limited = min(100.0, end) - min(100.0, start)
        if max(start, end) > 100.0 and start != end:  # noqa: PLR2004 - the scale's end
            share = limited / (end - start)
            community, activity = share * community, share * activity
        return Steps(community, activity, limited - community - activity)

    def spread(self, facts: Facts) -> float:
        """Return how far another reading of the same account might be, in points."""
        return self._spread(facts, self.rates(facts))

    def lost_to_silence(self, facts: Facts) -> float:
        """Return the points that posting a lot into silence takes off, >= 0."""
        return self._silence(self.rates(facts))

    def expected(self, facts: Facts) -> Recent:
        """Return recent days that leave the points as they are, with every half given."""
        rates, days = self.rates(facts), LONG
        posts, reactions = round(rates.own * days), round(rates.reactions.value * days)
        mentions = round(rates.mentions.value * days)
        return Recent(days, posts, 0, reactions, 0, 0, mentions, days)

    def rated(self, facts: Facts) -> Rated:
        """Return the points of an account, which are all that bears on a comparison."""
        return self.points(facts), 0.0

    def probability(self, a: Rated, b: Rated) -> float:
        """Return the share of people, in (0, 1), who would call A the more influential.

        People differ among themselves so much that what a reading left open hardly bears on it: a
        spread of 4 points on both sides moves it by 0.012 at most (docs/method.md).
        """
        log_odds = self.log_odds(a[0] - b[0])
        # beyond 30 the logistic is 0 or 1 to almost every digit of a float, and exp overflows
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))

    def log_odds(self, difference: float) -> float:
        """Return the log-odds that people pick the account that is ahead by so many points.

        Small differences go unnoticed: agreement first grows slower than a logistic's.
        """
        noticed = abs(difference) / (abs(difference) + self.noticeable)
        return self.sharpness * difference * noticed

    def tie(self) -> float:
        """Return the difference in points that six people in ten notice."""
        steep = math.log(SIX_IN_TEN / (1.0 - SIX_IN_TEN)) / self.sharpness
        return (steep + math.sqrt(steep * (steep + 4.0 * self.noticeable))) / 2.0

    def rates(self, facts: Facts) -> Rates:
        """Return the daily rates of an account.

        A window counts as at least one day: ten posts within an hour say little of a day.
        """
        followers, lists = facts.followers, facts.listed
        standing = self._standing(followers, lists, followers)
        recent, posts, own = facts.recent, facts.posts_per_day, self.typical_posts
        if recent is None or recent.posts is None:
            if recent is None or recent.mentions is None:
                mentions = typical(_law(self.typical_mentions, followers, standing), UNREAD)
                reactions = typical(_law(self.typical_reactions, followers, standing), UNREAD)
            else:
                mentions = _counted(recent)
                reactions = mentions.times(self.reactions_a_mention, UNRELATED)
            return Rates(followers, lists, mentions, reactions, self.unmentioned, own, posts)
        days = max(1.0, recent.days or 1.0)
        reactions = _drawn(self.worth(recent), recent.posts, days)
        unmentioned = self.unmentioned
        if recent.mentions is None:
            # reposts are sold by the thousand: one vouches beside a reply or a quote
            named = (recent.replies or 0) + (recent.quotes or 0)
            drawn = _drawn(named + min(named, recent.reposts or 0), recent.posts, days)
            mentions = drawn.times(self.mentions_a_reaction, UNRELATED)
            unmentioned += self.borne_out * self.mentions_a_reaction * self.granted
        else:
            mentions = _counted(recent)
        # two standard deviations around the window's count are rates to be sure of
        doubt = 2.0 * math.sqrt(recent.posts)
        posts = max(posts, (recent.posts - doubt) / days)
        posts = min(posts, (recent.posts + doubt + 4.0) / (recent.days or 1.0))
        own = recent.posts / days
        return Rates(followers, lists, mentions, reactions, unmentioned, own, posts)

    def worth(self, recent: Recent) -> float:
        """Return all reactions of a window in reposts' worth."""
        named = (recent.replies or 0) + (recent.reposts or 0) + (recent.quotes or 0)
        return self.like * (recent.likes or 0) + named

    def _parts(self, rates: Rates) -> Steps:
        """Return the points of each part.

        What followers and mentions achieve only together is shared half and half between community
        and reactions: Shapley's split of two players.
        """
        mentions, reactions = rates.mentions.value, rates.reactions.value
        unheard = self._unheard(rates, mentions, reactions)
        heard = self._heard_points(rates, mentions, unheard)
        alone = self._heard_points(rates, 0.0, unheard)
        drew = rates.own * reactions / (rates.own + reactions) if reactions else 0.0
        activity = self._reaction_points(drew)
        return Steps(
            (heard + alone) / 2.0,
            activity,
            self._reaction_points(reactions) - activity + (heard - alone) / 2.0,
        )

    def _heard_points(self, rates: Rates, mentions: float, unheard: float) -> float:
        """Return the points of lists and of heard followers.

        As many followers are heard of as there are, or as mentions bear out.
        """
        borne = rates.unmentioned * (1.0 - unheard) + self.borne_out * mentions
        heard = rates.followers * borne / math.hypot(rates.followers, borne)
        first = self.first_followers * heard / (heard + self.first_half)
        standing = self._standing(rates.followers, rates.lists, heard)
        return self.lists * math.log(standing) + self.followers * math.log1p(heard) + first

    def _standing(self, followers: int, lists: int | None, heard: float) -> float:
        """Return 1 + the lists of an account, or those that its heard followers stand for."""
        counted = self.lists_a_follower * heard if lists is None else lists
        return 1.0 + counted + (followers / self.famous) ** 2

    def _reaction_points(self, reactions: float) -> float:
        below, above = 1.0 + reactions / self.reactions_floor, 1.0 + reactions / self.reactions_top
        return self.reactions * math.log(below / above)

    def _unheard(self, rates: Rates, mentions: float, reactions: float) -> float:
        """Return the share of `unmentioned` that is lost to posting a lot into silence."""
        loud = rates.posts**4 / (rates.posts**4 + self.loud**4)
        echo = (mentions + reactions) / max(1.0, rates.posts)
        return self.silent * loud * self.answered / (self.answered + echo)

    def _silence(self, rates: Rates) -> float:
        mentions = rates.mentions.value
        unheard = self._unheard(rates, mentions, rates.reactions.value)
        heard = self._heard_points(rates, mentions, unheard)
        return self._heard_points(rates, mentions, 0.0) - heard

    def _spread(self, facts: Facts, rates: Rates) -> float:
        named, drawn = rates.mentions, rates.reactions
        points = self._answered(rates, named.value, drawn.value)
        mentions = deviation(
            self._answered(rates, named.low, drawn.value) - points,
            self._answered(rates, named.high, drawn.value) - points,
        )
        reactions = deviation(
            self._answered(rates, named.value, drawn.low) - points,
            self._answered(rates, named.value, drawn.high) - points,
        )
        recent = facts.recent
        if recent is None or not recent.known:
            # who is mentioned more than is typical is reacted to more, too
            return mentions + reactions
        one_half = recent.posts is None or recent.mentions is None
        spread = mentions + reactions if one_half else math.hypot(mentions, reactions)
        # a reading says no less than none at all, unless it hangs on whether anybody answers
        return min(spread, NOT_READ + self._silence(rates))

    def _doubt(self, facts: Facts, spread: float) -> float:
        """Return the spread together with what every reading of the account leaves open."""
        unlisted = self.lists * UNLISTED if facts.listed is None else 0.0
        young = YOUNG * math.exp(-facts.age_days / SETTLING_DAYS)
        return math.hypot(spread, unlisted, young)

    def _answered(self, rates: Rates, mentions: float, reactions: float) -> float:
        unheard = self._unheard(rates, mentions, reactions)
        return self._heard_points(rates, mentions, unheard) + self._reaction_points(reactions)


def _law(law: Law, followers: float, standing: float) -> float:
    factor, by_followers, by_standing = law
    return factor * math.pow(1.0 + followers, by_followers) * math.pow(standing, by_standing)


def _counted(recent: Recent) -> Sampled:
    days, mentions = max(1.0, recent.mention_days or recent.days or 1.0), recent.mentions or 0
    return sampled(mentions / days, BURSTS * (mentions + 1.0) / days**2)


def _drawn(reactions: float, posts: int, days: float) -> Sampled:
    variance = POSTS * reactions**2 / max(1, posts) + reactions + 1.0
    return sampled(reactions / days, variance / days**2)


SIX_IN_TEN = 0.6  # a claim of less is a tie
# Standard deviations of logarithms, where nothing else is said (benchmarks/fit.py).
UNREAD = 1.5  # mentions or reactions around what is typical
NOT_READ = 5.0  # points, of a reading around the profile alone
UNRELATED = 1.0  # mentions for each reaction, around their median
UNLISTED = 1.2  # lists for each follower today, around what is typical
LONG = 10_000.0  # days over which a typical rate keeps four decimals as a whole number
YOUNG = 3.0  # points, on the first day: a convention, as no judgement is dated
SETTLING_DAYS = 90.0  # in which that falls to a third

FORMULA_2026_2 = PointsFormula(
    name="2026.2",
    since=date(2026, 11, 27),
    lists=1.25,
    famous=200_000.0,
    lists_a_follower=0.003,
    followers=2.6,
    first_followers=24.0,
    first_half=100.0,
    unmentioned=100.0,
    borne_out=1_500.0,
    reactions=1.25,
    reactions_floor=0.05,
    reactions_top=1_000.0,
    like=0.25,
    reactions_a_mention=0.6,
    mentions_a_reaction=2.5,
    granted=0.05,
    loud=25.0,
    silent=0.85,
    answered=0.05,
    typical_mentions=(0.003, 0.66, 0.27),
    typical_reactions=(0.002, 0.716, 0.238),
    typical_posts=1.5,
    noticeable=2.0,
    sharpness=0.0956,
)
