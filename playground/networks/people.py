"""The made-up people of the local Bluesky and of the local servers of the fediverse."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Post:
    """One post, by its age, with its counts of reactions.

    Attributes:
        number: its name; without one, its age is its name.
    """

    hours_old: float
    likes: int = 0
    replies: int = 0
    reposts: int = 0
    quotes: int = 0
    kind: Literal["post", "reply", "repost"] = "post"
    number: int | None = None

    @property
    def name(self) -> str:
        """Return what the post is called, twelve digits or more."""
        return f"{self.number or int(self.hours_old * 1000):011d}"


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up account.

    Attributes:
        handle: on Bluesky a domain name, in the fediverse the part before the server's name.
        about: the case that it shows.
        host: the server in the fediverse; "" on Bluesky.
        posts: all posts of its life; `recent` holds the newest ones, newest first.
        state: what became of it.
        own_labels, moderation_labels: labels on Bluesky.
        discoverable, noindex: settings in the fediverse.
        moved_to: `user@host` of its new account.
    """

    handle: str
    about: str
    host: str = ""
    name: str = ""
    bio: str = ""
    followers: int = 2_500
    following: int = 300
    posts: int = 4_000
    born: datetime = datetime(2023, 5, 4, 10, 30, tzinfo=UTC)
    recent: tuple[Post, ...] = tuple(Post(24 * day + 1, 5, 1, 2) for day in range(12))
    state: Literal["active", "suspended", "deactivated"] = "active"
    own_labels: tuple[str, ...] = ()
    moderation_labels: tuple[str, ...] = ()
    discoverable: bool | None = None
    noindex: bool = False
    moved_to: str = ""

    @property
    def did(self) -> str:
        """Return its DID, which Bluesky knows it by."""
        digest = hashlib.sha256(self.handle.encode()).digest()
        return f"did:plc:{base64.b32encode(digest).decode().lower()[:24]}"

    @property
    def number(self) -> str:
        """Return the number that its server in the fediverse knows it by."""
        digest = hashlib.sha256(f"{self.handle}@{self.host}".encode()).digest()
        return str(109 * 10**15 + int.from_bytes(digest[:6], "big"))


def as_written(person: Person, now: datetime) -> Person:
    """Return a person to whom nothing happens, whatever the moment."""
    del now
    return person


SOCIAL: Final = "social.example.org"
REFUSING: Final = "refusing.example.net"
NOTES: Final = "notes.example.org"
"""Servers: a Mastodon, one that shows strangers nothing, and a Misskey."""

BLUESKY: Final = (
    Person("ada.bsky.test", "an ordinary account", name="Ada"),
    Person(
        "star.bsky.test",
        "a celebrity",
        name="★ Star",
        followers=1_000_000,
        recent=tuple(Post(7 * n + 1, 9_000, 700, 1_100, 90) for n in range(40)),
    ),
    Person("shy.bsky.test", "asks not to be shown", own_labels=("!no-unauthenticated",)),
    Person("frank.bsky.test", "deactivated", state="deactivated"),
    Person("gina.bsky.test", "suspended", state="suspended"),
    Person("ben.social.example.org.ap.brid.gy", "a bridged copy of ben@social.example.org"),
    Person("robot.bsky.test", "a bot", own_labels=("bot",), bio="I count ships."),
    Person(
        "echo.bsky.test",
        "reposts much and replies much",
        recent=tuple(
            Post(n + 1, 3, kind="repost" if n % 3 else "post" if n % 2 else "reply")
            for n in range(130)
        ),
    ),
)

FEDIVERSE: Final = (
    Person(
        "ada", "an ordinary account", SOCIAL, "Ada", "<p>Ships &amp; sums</p>", discoverable=True
    ),
    Person("ben", "never said that it may be shown", SOCIAL),
    Person("shy", "asks not to be suggested", SOCIAL, discoverable=False),
    Person("hush", "asks search engines to stay away", SOCIAL, discoverable=True, noindex=True),
    Person("gina", "suspended", SOCIAL, state="suspended"),
    Person("old", "moved", SOCIAL, discoverable=True, moved_to=f"ada@{SOCIAL}"),
    Person("any", "lives on a server that refuses", REFUSING, discoverable=True),
    Person("mio", "lives on a Misskey", NOTES, "Mio", "Notes", discoverable=True),
)
