"""One account as it was last read, and what a store of such readings has to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scoring.errors import AccountError, AccountHidden, SourceError
from scoring.progress import Point
from scoring.score import Score
from scoring.sources import SeenPost


@dataclass(frozen=True, slots=True)
class Reading:
    """One account as it was last read, and its score.

    Attributes:
        account_id: the network's own number for the account.
        handle: the handle it has now, without `@`; another one than asked for after a rename.
        name: its display name: foreign text.
        protected: its posts are not public, so only the profile counts.
        score: with the facts, and the moment (`score.facts.as_of`) they are of.
        posts: the posts behind the facts, newest first; None when they were not read.
        problem: why this is not fresher or not deeper; None when it is as good as it gets.
        hidden_by: the person, by number, who proved that it is theirs and hides it from others.
    """

    account_id: int
    handle: str
    name: str
    protected: bool
    score: Score
    posts: tuple[SeenPost, ...] | None = None
    problem: SourceError | None = None
    hidden_by: int | None = None

    def shown_to(self, viewer: int | None) -> "Reading":
        """Return this reading, if that person may see it.

        Args:
            viewer: a person's number; None for many.

        Raises:
            AccountHidden: its owner hides it from everybody else.
        """
        if self.hidden_by not in (None, viewer):
            raise AccountHidden(self.handle)
        return self


class ReadingStore(Protocol):
    """Remembers readings; never forgets or rewrites one."""

    async def latest(self, handle: str) -> Reading | None:
        """The newest reading of the account that has, or last had, this handle."""

    async def starting_with(
        self, beginning: str, viewer: int | None, most: int
    ) -> Sequence[Reading]:
        """The newest readings of accounts whose handles begin so and that a viewer may see."""

    async def before(self, account_id: int, moment: datetime) -> Reading | None:
        """The newest reading of an account from before a moment."""

    async def history(self, account_id: int, since: datetime) -> Sequence[Point]:
        """What an account scored since a moment, oldest first."""

    async def hidden_by(self, account_id: int) -> int | None:
        """Who hides an account from strangers."""

    async def add(self, reading: Reading, asked: str) -> None:
        """Keep a reading, and that `asked` leads to its account."""

    async def absent(self, handle: str, now: datetime) -> AccountError | None:
        """What X said of a handle that has no score, if it said so lately."""

    async def note_absent(self, error: AccountError, now: datetime) -> None:
        """Remember that X said so."""
