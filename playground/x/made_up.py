"""A small made-up world: one account for every case worth seeing, alive as time passes.

Everything is computed from the account and the moment, so that two readings of the same moment
agree and a week later there are new posts, new followers and a handle that changed.
"""

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from playground.x.accounts import Account, Post

_SHOWN: Final = 40
"""Newest posts that an account can show: more than anyone reads here."""

_SETTLING: Final = timedelta(hours=8)
"""How long a post takes to draw most of what it will ever draw."""


@dataclass(frozen=True, slots=True)
class Character:
    """One made-up account.

    Attributes:
        about: what it is there to show, by language.
        followers, following, listed, posts: as the world begins.
        growth: new followers a week, as a share.
        posts_per_day: own posts; a steady habit.
        likes: what a post draws in the middle (the median); other reactions follow from it.
        mentions_a_week: posts by others that name it.
        renamed: the handle it takes on as the world begins; it had `handle` before.
    """

    handle: str
    name: str
    about: dict[str, str]
    born: datetime
    followers: int
    following: int
    listed: int
    posts: int
    growth: float = 0.0
    posts_per_day: float = 0.0
    likes: float = 0.0
    mentions_a_week: int = 0
    protected: bool = False
    suspended: bool = False
    renamed: str | None = None


class MadeUpWorld:
    """The characters as they are at any moment. A `playground.x.accounts.World`.

    Args:
        begins: the moment at which the characters' numbers hold.
    """

    def __init__(self, begins: datetime, characters: tuple[Character, ...] | None = None) -> None:
        self._begins = begins
        self._characters = dict(enumerate(characters or CHARACTERS, start=1001))

    def by_handle(self, handle: str, now: datetime) -> Account | None:
        """See `World`."""
        for account_id, character in self._characters.items():
            if self._handle(character, now).lower() == handle.lower():
                return self._account(account_id, character, now)
        return None

    def by_id(self, account_id: int, now: datetime) -> Account | None:
        """See `World`."""
        character = self._characters.get(account_id)
        return self._account(account_id, character, now) if character else None

    def _handle(self, character: Character, now: datetime) -> str:
        renamed = character.renamed is not None and now >= self._begins
        return character.renamed if renamed and character.renamed else character.handle

    def _account(self, account_id: int, character: Character, now: datetime) -> Account:
        weeks = (now - self._begins) / timedelta(weeks=1)
        new_posts = math.floor(character.posts_per_day * 7 * weeks)
        return Account(
            id=account_id,
            handle=self._handle(character, now),
            name=character.name,
            created_at=character.born,
            followers=round(character.followers * (1 + character.growth) ** weeks),
            following=character.following,
            listed=character.listed,
            posts=character.posts + new_posts,
            mentions_a_week=character.mentions_a_week,
            protected=character.protected,
            suspended=character.suspended,
            recent=self._recent(account_id, character, new_posts, now),
        )

    def _recent(
        self, account_id: int, character: Character, newest: int, now: datetime
    ) -> tuple[Post, ...]:
        if not character.posts_per_day:
            return ()
        numbers = range(newest, max(newest - _SHOWN, -character.posts), -1)
        return tuple(self._post(account_id, character, number, now) for number in numbers)

    def _post(self, account_id: int, character: Character, number: int, now: datetime) -> Post:
        created_at = self._begins + timedelta(days=number / character.posts_per_day)
        seed = random.Random(f"{account_id}/{number}")  # noqa: S311 - made-up, and meant to repeat
        luck = seed.lognormvariate(0, 0.8) * (1 - math.exp((created_at - now) / _SETTLING))
        likes = character.likes * luck
        return Post(
            id=account_id * 10**9 + character.posts + number,
            created_at=created_at,
            likes=round(likes),
            replies=round(likes * 0.15),
            reposts=round(likes * 0.2),
            quotes=round(likes * 0.03),
        )


def _year(year: int) -> datetime:
    return datetime(year, 3, 14, 9, 26, tzinfo=UTC)


CHARACTERS: Final = (
    Character(
        "nasa_fan",
        "Nasa Fan Club",
        {
            "en": "A fan club: 45,000 followers, on 930 lists",
            "fr": "Un club de fans : 45 000 abonnés, dans 930 listes",
        },
        _year(2012), 45_000, 800, 930, 24_000,
        growth=0.002, posts_per_day=4, likes=60, mentions_a_week=240,
    ),
    Character(
        "lea_blogs",
        "Léa, blogueuse",
        {
            "en": "The blogger: 2,500 followers, 80 lists, a few reactions a day",
            "fr": "La blogueuse : 2 500 abonnés, 80 listes, quelques réactions par jour",
        },
        _year(2014), 2_500, 640, 80, 17_000,
        growth=0.003, posts_per_day=1.4, likes=3, mentions_a_week=9,
    ),
    Character(
        "bob_at_home",
        "Bob",
        {"en": "Somebody ordinary: 300 followers", "fr": "Quelqu’un d’ordinaire : 300 abonnés"},
        _year(2016), 300, 280, 5, 2_100,
        posts_per_day=0.4, likes=2, mentions_a_week=1,
    ),
    Character(
        "tiny_tina",
        "Tina",
        {"en": "Just arrived: 12 followers", "fr": "Tout juste arrivée : 12 abonnés"},
        _year(2026), 12, 40, 0, 9,
        posts_per_day=0.1, likes=1,
    ),
    Character(
        "star_singer",
        "★ STAR ★",
        {
            "en": "A celebrity: 104 million followers",
            "fr": "Une célébrité : 104 millions d’abonnés",
        },
        _year(2009), 104_000_000, 120, 180_000, 11_000,
        growth=0.0005, posts_per_day=1.2, likes=90_000, mentions_a_week=400_000,
    ),
    Character(
        "lou_listens",
        "Lou",
        {
            "en": "A listener: reads everything, hardly posts",
            "fr": "Une oreille attentive : lit tout, ne publie presque rien",
        },
        _year(2013), 420, 1_900, 11, 130,
        posts_per_day=0.02, likes=6, mentions_a_week=4,
    ),
    Character(
        "loud_larry",
        "LARRY 📣",
        {
            "en": "Posts 60 times a day and nobody reacts",
            "fr": "Publie 60 fois par jour et personne ne réagit",
        },
        _year(2019), 900, 3_000, 4, 150_000,
        posts_per_day=60,
    ),
    Character(
        "golden_gary",
        "Gary Gold",
        {
            "en": "60,000 followers overnight, three lists, silence",
            "fr": "60 000 abonnés en une nuit, trois listes, le silence",
        },
        _year(2021), 60_000, 150, 3, 800,
        posts_per_day=0.7, likes=0.6, mentions_a_week=1,
    ),
    Character(
        "sleepy_owl",
        "Sleepy Owl",
        {"en": "Dormant: no post for years", "fr": "Endormi : aucun post depuis des années"},
        _year(2010), 1_800, 400, 60, 5_200,
    ),
    Character(
        "quiet_diary",
        "Quiet diary 🔒",
        {"en": "Protected: posts are not public", "fr": "Protégé : ses posts ne sont pas publics"},
        _year(2015), 230, 180, 2, 3_300,
        protected=True,
    ),
    Character(
        "gone_wild",
        "Gone Wild",
        {"en": "Suspended by X", "fr": "Suspendu par X"},
        _year(2018), 5_000, 10, 12, 900,
        suspended=True,
    ),
    Character(
        "old_harbour",
        "The Harbour Café",
        {
            "en": "Renamed: it is @new_harbour now",
            "fr": "Renommé : c’est @new_harbour maintenant",
        },
        _year(2017), 1_100, 300, 24, 4_000,
        posts_per_day=0.9, likes=4, mentions_a_week=6, renamed="new_harbour",
    ),
    Character(
        "tricky_name",
        '<b>& "مرحبا" </b> \u202eAda',
        {
            "en": "A name with <b>, & and right-to-left letters",
            "fr": "Un nom avec <b>, & et des lettres de droite à gauche",
        },
        _year(2020), 750, 500, 9, 1_400,
        posts_per_day=0.5, likes=3, mentions_a_week=2,
    ),
    Character(
        "chloe_a_lyon",
        "Chloé · cuisine d’été",
        {"en": "Writes in French", "fr": "Écrit en français"},
        _year(2015), 6_400, 900, 140, 9_800,
        growth=0.004, posts_per_day=1, likes=14, mentions_a_week=20,
    ),
)  # fmt: skip
