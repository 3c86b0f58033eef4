"""The versioned formulas: facts -> rating (log-odds) -> points.

docs/method.md tells where each number comes from; `python -m benchmarks.fit PAIRS.csv` finds the
fitted ones again. A formula that was ever shown to anybody stays here, unchanged, so that its
receipts can be re-computed for ever.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from scoring.facts import Facts, Recent

# scale and power of scale * (standing ^ power - 1), a day
Law = tuple[float, float]


class Rates(NamedTuple):
    """What a day brings: seen where it was read, typical of the standing where it was not.

    Attributes:
        standing: 1 + the lists that an account is on, or stands for by its followers.
        mentions: Mentions a day.
        drew: Own posts a day that drew a reaction.
        per_post: Reactions a post, in reposts' worth.
        posts: Posts a day over the whole life, or lately where those are surely more.
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
class Formula:
    """A named, frozen way from facts to points; its numbers are those of docs/method.md.

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
        loud: Posts a day at which half of `silence` is due when nobody reacts.
        silence: The share of the community that silence can take.
        heard: Reactions and mentions a post that give half of it back.
        typical_mentions: What was not counted: mentions a day, by standing.  Fitted.
        typical_reactions: What was not read: reactions a day, by standing.  Fitted.
        typical_posts: What was not read: own posts a day.
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

    def rate(self, facts: Facts, rates: Rates | None = None) -> Rating:
        """Return the rating of an account, term by term.

        Args:
            facts: The account.
            rates: What `rates` says of it, where that is at hand.
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
        """Return what a day brings to an account, with typical values for what was not read.

        A window counts as a day at least: ten posts within an hour say little of a day.
        """
        standing = 1.0 + facts.listed + (facts.followers / self.famous) ** 2
        recent, posts = facts.recent, facts.posts_per_day
        if recent is None or recent.mentions is None:
            mentions = _typical(self.typical_mentions, standing)
        else:
            mentions = recent.mentions / max(1.0, recent.mention_days or recent.days or 1.0)
        if recent is None or recent.posts is None:
            own = self.typical_posts
            per_post = _typical(self.typical_reactions, standing) / own
            # who posts four times as much is typically heard twice as much
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

        Nobody who posts a few times a day loses any of it to speak of, whatever the echo.

        Args:
            posts: Posts a day.
            echo: Reactions and mentions for each.
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

    def points(self, rating: float) -> float:
        """Return the points of a rating, from 0 to 100."""
        if rating <= 0.0:
            return 0.0
        return min(100.0, 100.0 * math.pow(rating / self.top, self.bend))

    def log_odds(self, difference: float) -> float:
        """Return the log-odds that people pick the account whose rating is higher by this much.

        Small differences go unnoticed: agreement first grows slower than a logistic's.
        """
        noticed = abs(difference) / (abs(difference) + self.noticeable)
        return self.sharpness * difference * noticed


def _typical(law: Law, standing: float) -> float:
    scale, power = law
    return scale * (math.pow(standing, power) - 1.0)


CURRENT = Formula(
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
# The oldest first, the one in use last: each is the former of the next (scoring/versions.py).
FORMULAS = {CURRENT.name: CURRENT}
