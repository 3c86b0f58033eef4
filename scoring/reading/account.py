"""The reading of one account, and the interface of a store of readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from scoring.progress import Point
from scoring.reading.budget import Resource
from scoring.reading.errors import AccountError, SourceError
from scoring.reading.gathering import Gathered
from scoring.reading.names import Network, network_of
from scoring.score import Score

Note = Literal["bot", "group", "limited", "service"]
"""What is said of an account beside its score: a bot, an account that many people write to,
`limited` by its server, a `service` that labels others."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One account as it was last read, and its score.

    Attributes:
        account_id: our number of the account (`scoring.reading.account_numbers`).
        handle: the present handle, without `@`; after a rename not the one that was asked for.
        name: the display name, untrusted text.
        protected: its posts are not public, so only the profile counts.
        score: the score with its facts; `score.facts.as_of` is the moment of the reading.
        unread: what could not be read this time; the facts then rest on earlier readings, or are
            the profile alone.
        problem: why this is not fresher or deeper; None when nothing better can be read.
        hidden_by: the user id of the owner who hides the account from others.
        external_id: the network's own id of the account, as text; "" where it is `account_id`.
        notes: what its network says of it besides.
    """

    account_id: int
    handle: str
    name: str
    protected: bool
    score: Score
    unread: tuple[Resource, ...] = ()
    problem: SourceError | None = None
    hidden_by: int | None = None
    external_id: str = ""
    notes: frozenset[Note] = frozenset()

    @property
    def network(self) -> Network:
        """Return the account's network."""
        return network_of(self.handle)


class ReadingStore(Protocol):
    """Stores readings, which it never forgets or rewrites, and what is gathered from them."""

    async def latest(self, handle: str) -> Reading | None:
        """Return the newest reading of the account that has, or last had, this handle."""

    async def starting_with(self, beginning: str, most: int) -> Sequence[Reading]:
        """Return newest readings of accounts whose handles begin so and that are not hidden."""

    async def before(self, account_id: int, moment: datetime) -> Reading | None:
        """Return the newest reading of an account from before a moment."""

    async def history(self, account_id: int, since: datetime) -> Sequence[Point]:
        """Return an account's scores since a moment, oldest first."""

    async def hidden_by(self, account_id: int) -> int | None:
        """Return the user id of the owner who hides an account; None when it is not hidden."""

    async def owner_decided(self, account_id: int) -> bool:
        """Return whether the proven owner hides an account, or asked that it be shown."""

    async def gathered(self, account_id: int, since: datetime, until: datetime) -> Gathered:
        """Return what is kept of an account's posts and mentions of a period."""

    async def add(self, reading: Reading, asked: str, before: Gathered, after: Gathered) -> None:
        """Store a reading, and that the handle `asked` leads to its account.

        Args:
            before, after: what was kept of its posts and mentions before and after the reading;
                the difference is stored, so that two readings at once lose nothing of each other.

        Raises:
            scoring.reading.network_errors.NotForStrangers: the account asked meanwhile not to be
                shown; nothing is stored.
        """

    async def absent(self, handle: str, now: datetime) -> AccountError | None:
        """Return the network's recent error for a handle that has no score, if there is one."""

    async def note_absent(self, error: AccountError, asked: str, now: datetime) -> None:
        """Store the network's error for the handle that was asked for, which has no score."""

    async def forget(self, account_id: int, opt_out: AccountError, now: datetime) -> None:
        """Delete all that is stored of an account which asks not to be shown to others."""
