"""People's judgements: pairs of accounts, and which of the two is held more influential."""

import csv
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Self

from scoring.facts import Facts, FactsError, Recent
from scoring.formula import Formula

FOLDS, REPEATS, SEED = 4, 5, 2026

_CLOSE = 0.5


class Judgement(NamedTuple):
    """One person's choice between two accounts.

    Attributes:
        a: Index of A among `Judgements.people`.
        b: Index of B.
        picked_a: Whether A was judged the more influential.
        weight: How much it counts, >= 0; the two halves of "too close" count a half each.
    """

    a: int
    b: int
    picked_a: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Judgements:
    """Pairs files.

    Attributes:
        people: Each person once, as they were seen; equal facts are one person. Their mentions
            hold reposts.
        pairs: The judgements about them.
        accounts: For each of `people` a number of the account: one that was seen at two moments is
            the same account.
    """

    people: list[Facts]
    pairs: list[Judgement]
    accounts: list[int]

    @classmethod
    def read(cls, *paths: Path) -> Self:
        """Read CSVs with the columns of `COLUMNS`, under A_ and under B_, and `Choice`.

        `Choice` is 1 when a person judged A the more influential of the two, 0 when B, and 0.5 when
        they called it too close. Columns that `bot.py judgements` writes besides: `facts`, which
        stand for those columns, and `account`, under A_ and under B_; `Weight`, what the judgement
        counts.

        Raises:
            OSError: The file cannot be read.
            FactsError: A line of the file is invalid; the message names the line.
        """
        people: dict[tuple[Facts, str], int] = {}
        accounts: dict[str, int] = {}
        pairs = []
        for path in paths:
            with path.open(newline="", encoding="utf-8") as file:
                for number, row in enumerate(csv.DictReader(file), start=2):
                    try:
                        sides = [_person(row, side, path) for side in ("A_", "B_")]
                        a, b = (people.setdefault(side, len(people)) for side in sides)
                        pairs += _choices(row, a, b)
                    except (KeyError, TypeError, ValueError, OverflowError) as error:
                        raise FactsError(f"{path}, line {number}: {_reason(error)}") from None
        for number, (_, account) in enumerate(people):
            accounts.setdefault(account or f"person {number}", len(accounts))
        return cls(
            [facts for facts, _ in people],
            pairs,
            [accounts[account or f"person {number}"] for number, (_, account) in enumerate(people)],
        )

    def scored_by(self, formulas: Sequence[Formula]) -> Self:
        """Return the judgements of pairs that each of some formulas can score.

        2026.1 knows no account on a network without lists.
        """
        known = [all(_can_score(formula, facts) for formula in formulas) for facts in self.people]
        kept = [number for number, is_known in enumerate(known) if is_known]
        place = {number: new for new, number in enumerate(kept)}
        return type(self)(
            [self.people[number] for number in kept],
            [
                pair._replace(a=place[pair.a], b=place[pair.b])
                for pair in self.pairs
                if pair.a in place and pair.b in place
            ],
            [self.accounts[number] for number in kept],
        )

    def seen_by(self, formula: Formula) -> Self:
        """Return the same judgements with mentions as the formula expects them to be counted."""
        if formula.reposts_are_mentions:
            return self
        people = [_without_reposts(facts) for facts in self.people]
        return type(self)(people, self.pairs, self.accounts)

    def folds(self) -> Iterator[tuple[list[Judgement], list[Judgement]]]:
        """Yield (training, test) pairs; no account is in both, a pair across them in neither."""
        shuffle = random.Random(SEED)  # noqa: S311  (folds, not secrets)
        for _ in range(REPEATS):
            order = sorted(set(self.accounts))
            shuffle.shuffle(order)
            held_in = {account: place % FOLDS for place, account in enumerate(order)}
            fold = [held_in[account] for account in self.accounts]
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


def _person(row: Mapping[str, str], side: str, path: Path) -> tuple[Facts, str]:
    """Return one person of a pair, and a name of the account within all files; "" for none."""
    account = row.get(f"{side}account") or ""
    if text := row.get(f"{side}facts"):
        facts = Facts.from_json(json.loads(text))
        return _with_reposts(facts), f"{path} {account}" if account else ""
    return read_side(row, side), ""


def _choices(row: Mapping[str, str], a: int, b: int) -> list[Judgement]:
    """Return a judgement; "too close" is half a judgement for each."""
    choice, count = float(row["Choice"]), float(row.get("Weight") or 1.0)
    if not count >= 0:
        raise ValueError("Weight must be a number from 0.")
    if choice == _CLOSE:
        return [Judgement(a, b, picked_a, count / 2) for picked_a in (True, False)]
    return [Judgement(a, b, choice == 1, count)]


def _can_score(formula: Formula, facts: Facts) -> bool:
    try:
        formula.points(facts)
    except FactsError:
        return False
    return True


def _with_reposts(facts: Facts) -> Facts:
    """Return facts whose mentions hold reposts, as those of the study of 2013 do."""
    recent = facts.recent
    if recent is None or recent.mentions is None:
        return facts
    mentions = recent.mentions + (recent.reposts or 0)
    return replace(facts, recent=replace(recent, mentions=mentions))


def _without_reposts(facts: Facts) -> Facts:
    recent = facts.recent
    if recent is None or recent.mentions is None:
        return facts
    mentions = max(0, recent.mentions - (recent.reposts or 0))
    return replace(facts, recent=replace(recent, mentions=mentions))


def _reason(error: Exception) -> str:
    return f"the column {error} is missing." if isinstance(error, KeyError) else str(error)
