"""Duels as rows, as they are begun and as they are found."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, select

from scoring.score import Score
from storage.chats.places import Place
from storage.engine.schema import account, duel

State = Literal["open", "closed", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One account of a duel, as the database knows it now.

    Attributes:
        score: the receipt of the reading that people saw.
        hidden_by: the person who hides the account, or None.
        external_id: as in `scoring.reading.account.Reading`.
    """

    account_id: int
    handle: str
    name: str
    score: Score
    protected: bool = False
    hidden_by: int | None = None
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDuel:
    """A duel that is about to begin.

    Attributes:
        claim: the probability, by the formula in use, that a person picks the left account.
        of_members: both accounts are those of members who joined the game.
        enough: the votes that reveal it.
    """

    place: Place
    language: str
    left: Side
    right: Side
    network: str
    formula: str
    claim: float
    of_members: bool
    enough: int
    made_at: datetime
    closes_at: datetime

    def row(self) -> dict[str, Any]:
        """Return the duel as a row, open and without a message."""
        return {
            "chat_id": self.place.chat_id,
            "topic_id": self.place.topic_id,
            "language": self.language,
            "network": self.network,
            "left_id": self.left.account_id,
            "right_id": self.right.account_id,
            "left_receipt": self.left.score.to_line(),
            "right_receipt": self.right.score.to_line(),
            "formula": self.formula,
            "claim": self.claim,
            "of_members": self.of_members,
            "enough": self.enough,
            "votes": 0,
            "state": "open",
            "made_at": self.made_at,
            "closes_at": self.closes_at,
            "version": 0,
            "shown": 0,
            "edit_after": self.made_at,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDuel:
    """A duel.

    Attributes:
        message_id: None until it is known.
        left, right: None where the account is gone, or asked not to be shown.
        version: what there is to show; it grows with every change.
    """

    id: int
    place: Place
    message_id: int | None
    language: str
    left: Side | None
    right: Side | None
    formula: str
    claim: float
    of_members: bool
    enough: int
    votes: int
    state: State
    made_at: datetime
    closes_at: datetime
    version: int


LEFT, RIGHT = account.alias("left_account"), account.alias("right_account")

DUELS = (
    select(
        duel,
        *(
            one.c[name].label(f"{side}_{name}")
            for side, one in (("l", LEFT), ("r", RIGHT))
            for name in ("id", "handle", "name", "protected", "hidden_by", "external_id")
        ),
    )
    .outerjoin(LEFT, LEFT.c.id == duel.c.left_id)
    .outerjoin(RIGHT, RIGHT.c.id == duel.c.right_id)
)


def stored(row: Row[*tuple[Any, ...]]) -> StoredDuel:
    """Return a row of `DUELS` as a duel."""
    return StoredDuel(
        id=row.id,
        place=Place(row.chat_id, row.topic_id),
        message_id=row.message_id,
        language=row.language,
        left=_side(row, "l", row.left_receipt),
        right=_side(row, "r", row.right_receipt),
        formula=row.formula,
        claim=row.claim,
        of_members=row.of_members,
        enough=row.enough,
        votes=row.votes,
        state=row.state,
        made_at=row.made_at,
        closes_at=row.closes_at,
        version=row.version,
    )


def _side(row: Row[*tuple[Any, ...]], side: str, receipt: str) -> Side | None:
    values = row._mapping  # noqa: SLF001 - its name
    if values[f"{side}_id"] is None or not receipt:
        return None
    external = values[f"{side}_external_id"] or ""
    return Side(
        account_id=values[f"{side}_id"],
        handle=values[f"{side}_handle"],
        name=values[f"{side}_name"],
        score=Score.from_json(json.loads(receipt)),
        protected=values[f"{side}_protected"],
        hidden_by=values[f"{side}_hidden_by"],
        external_id="" if external == str(values[f"{side}_id"]) else external,
    )
