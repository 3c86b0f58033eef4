"""What people said: pairs of accounts, and which of the two they held for the more influential."""

import csv
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Self

from scoring.facts import Facts, FactsError, Recent

FOLDS, REPEATS, SEED = 4, 5, 2026


class Judgement(NamedTuple):
    """What one person said of two.

    Attributes:
        a: Index of A among `Judgements.people`.
        b: Index of B.
        picked_a: Whether A was held for the more influential.
    """

    a: int
    b: int
    picked_a: bool


@dataclass(frozen=True, slots=True)
class Judgements:
    """A pairs file.

    Attributes:
        people: Each person once, at recent depth; equal facts are one person.
        pairs: What was said of them.
    """

    people: list[Facts]
    pairs: list[Judgement]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a CSV with the columns of `COLUMNS`, under A_ and under B_, and `Choice`.

        `Choice` is 1 when a person held A for the more influential of the two.

        Raises:
            OSError: The file cannot be read.
            FactsError: A line of it cannot be; the message names the line.
        """
        index: dict[Facts, int] = {}
        pairs = []
        with path.open(newline="", encoding="utf-8") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                try:
                    a, b = (
                        index.setdefault(read_side(row, side), len(index)) for side in ("A_", "B_")
                    )
                    pairs.append(Judgement(a, b, float(row["Choice"]) == 1))
                except (KeyError, TypeError, ValueError, OverflowError) as error:
                    raise FactsError(f"{path}, line {number}: {_reason(error)}") from None
        return cls(list(index), pairs)

    def folds(self) -> Iterator[tuple[list[Judgement], list[Judgement]]]:
        """Yield (training, test) pairs; nobody is in both, a pair across them is in neither."""
        shuffle = random.Random(SEED)  # noqa: S311  (folds, not secrets)
        for _ in range(REPEATS):
            order = list(range(len(self.people)))
            shuffle.shuffle(order)
            fold = {person: place % FOLDS for place, person in enumerate(order)}
            for held in range(FOLDS):
                train = [pair for pair in self.pairs if held not in (fold[pair.a], fold[pair.b])]
                test = [pair for pair in self.pairs if held == fold[pair.a] == fold[pair.b]]
                yield train, test


COLUMNS = (
    "follower_count",
    "following_count",
    "listed_count",
    "mentions_received",
    "retweets_received",
    "posts",
)
# The file's rates have no unit. Half of its people post 4 "posts", one in a hundred 100: we read
# them as a day's. None is below this, which stands for nothing seen.
NOTHING_SEEN = 0.1005
WINDOW_DAYS = 1000  # long enough that a rate keeps three decimals as a whole number
LIFE = timedelta(days=1826)  # the file dates no account: five years, posting at the same rate
SEEN = datetime(2013, 4, 1, tzinfo=UTC)


def read_side(row: Mapping[str, str], side: str) -> Facts:
    """Return one person of a pair as facts.

    The file knows reposts and mentions but no likes, replies or quotes: these are 0.
    """
    followers, following, listed, *rates = (float(row[side + column]) for column in COLUMNS)
    mentions, reposts, posts = (
        round(max(0.0, rate - NOTHING_SEEN) * WINDOW_DAYS) for rate in rates
    )
    return Facts(
        handle="",
        network="x",
        followers=round(followers),
        following=round(following),
        listed=round(listed),
        posts=round(posts / WINDOW_DAYS * LIFE.days),
        created_at=SEEN - LIFE,
        as_of=SEEN,
        recent=Recent(WINDOW_DAYS, posts, 0, 0, reposts, 0, mentions, WINDOW_DAYS),
    )


def _reason(error: Exception) -> str:
    return f"the column {error} is missing." if isinstance(error, KeyError) else str(error)
