"""The characters of the made-up world: one account for every case worth showing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

NEVER: Final = float("inf")
ALWAYS: Final = -NEVER


class Surge(NamedTuple):
    """A moment at which many people notice an account.

    Attributes:
        week: when, in weeks from the world's beginning; negative before it.
        followers: the final factor of followers, most of it reached within days.
        reactions: the factor of reactions on the first day, which fades within weeks.
    """

    week: float
    followers: float
    reactions: float = 1.0


@dataclass(frozen=True, slots=True)
class Character:
    """One made-up account; times are weeks from the world's beginning.

    Attributes:
        about: the case that the account shows, by language.
        followers, following, listed, posts: the counts at the world's beginning.
        growth: new followers a week, as a share.
        posts_per_day: own posts; a steady habit.
        likes: the median likes of a post; other reactions follow from it.
        mentions_a_week: posts by others that name it.
        surge: the moment at which many noticed it.
        silent_from: when it stops posting.
        protected_from: when its posts stop being public.
        suspended_from: when X suspends it.
        renamed: the new handle, and when it replaces `handle`.
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
    surge: Surge | None = None
    silent_from: float = NEVER
    protected_from: float = NEVER
    suspended_from: float = NEVER
    renamed: tuple[str, float] | None = None


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
        growth=0.004, posts_per_day=4, likes=60, mentions_a_week=240, surge=Surge(-3.4, 1.3, 6),
    ),
    Character(
        "lea_blogs",
        "Léa, blogueuse",
        {
            "en": "The blogger: 2,500 followers, 80 lists, a few reactions a day",
            "fr": "La blogueuse : 2 500 abonnés, 80 listes, quelques réactions par jour",
        },
        _year(2014), 2_500, 640, 80, 17_000,
        growth=0.003, posts_per_day=1.4, likes=3, mentions_a_week=9, surge=Surge(0.4, 2.5, 40),
    ),
    Character(
        "bob_at_home",
        "Bob",
        {"en": "Somebody ordinary: 300 followers", "fr": "Quelqu’un d’ordinaire : 300 abonnés"},
        _year(2016), 300, 280, 5, 2_100,
        posts_per_day=0.4, likes=2, mentions_a_week=1, silent_from=0.8,
    ),
    Character(
        "tiny_tina",
        "Tina",
        {"en": "Just arrived: 12 followers", "fr": "Tout juste arrivée : 12 abonnés"},
        _year(2026), 12, 40, 0, 9,
        growth=0.25, posts_per_day=0.1, likes=1,
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
        posts_per_day=0.02, likes=6, mentions_a_week=4, protected_from=2.5,
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
            "en": "60,000 followers overnight, on three lists, hardly a reaction",
            "fr": "60 000 abonnés en une nuit, trois listes, presque aucune réaction",
        },
        _year(2021), 60_000, 150, 3, 800,
        posts_per_day=0.7, likes=0.6, mentions_a_week=1, surge=Surge(-5.5, 400),
        suspended_from=3.5,
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
        protected_from=ALWAYS,
    ),
    Character(
        "gone_wild",
        "Gone Wild",
        {"en": "Suspended by X", "fr": "Suspendu par X"},
        _year(2018), 5_000, 10, 12, 900,
        suspended_from=ALWAYS,
    ),
    Character(
        "old_harbour",
        "The Harbour Café",
        {
            "en": "Renamed: it is @new_harbour now",
            "fr": "Renommé : c’est @new_harbour maintenant",
        },
        _year(2017), 1_100, 300, 24, 4_000,
        posts_per_day=0.9, likes=4, mentions_a_week=6, renamed=("new_harbour", 0),
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
        growth=0.03, posts_per_day=1, likes=14, mentions_a_week=20, renamed=("chloe_a_table", 1.5),
    ),
    Character(
        "city_museum",
        "City Museum",
        {"en": "For a duel: a museum", "fr": "Pour un duel : un musée"},
        _year(2011), 5_200, 410, 130, 9_300,
        growth=0.002, posts_per_day=1.1, likes=11, mentions_a_week=14,
    ),
    Character(
        "harbour_radio",
        "Harbour Radio",
        {"en": "For a duel: a local radio", "fr": "Pour un duel : une radio locale"},
        _year(2013), 3_900, 620, 95, 21_000,
        growth=0.001, posts_per_day=2.4, likes=6, mentions_a_week=22,
    ),
    Character(
        "alpine_club",
        "Alpine Club",
        {"en": "For a duel: a club of climbers", "fr": "Pour un duel : un club d’alpinisme"},
        _year(2012), 7_600, 240, 160, 6_100,
        growth=0.003, posts_per_day=0.6, likes=16, mentions_a_week=9,
    ),
    Character(
        "book_fair",
        "Book Fair",
        {"en": "For a duel: a book fair", "fr": "Pour un duel : un salon du livre"},
        _year(2014), 2_900, 330, 110, 3_700,
        growth=0.004, posts_per_day=0.8, likes=8, mentions_a_week=17,
    ),
)  # fmt: skip
