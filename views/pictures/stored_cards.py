"""Score cards as JSON, for messages that wait in the outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from scoring.score import Score
from views.pictures.card import ScoreCard
from views.pictures.history_chart import Past


def card_json(card: ScoreCard) -> dict[str, Any]:
    """Return a score card as JSON."""
    return {
        "handle": card.handle,
        "name": card.name,
        "score": card.score.to_json(),
        "history": [_row(past) for past in card.history],
        "base": _row(card.base) if card.base else None,
    }


def card_of(value: Mapping[str, Any]) -> ScoreCard:
    """Return the score card that `card_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is damaged, or of another version.
    """
    history = tuple(_past(row) for row in value["history"])
    base, score = value.get("base"), Score.from_json(value["score"])
    return ScoreCard(
        value["handle"], value["name"], score, history, base=_past(base) if base else None
    )


def _row(past: Past) -> list[Any]:
    return [past.moment.isoformat(), past.score, past.margin, past.formula, past.parts]


def _past(row: Sequence[Any]) -> Past:
    moment, score, margin, formula, parts = row
    return Past(
        datetime.fromisoformat(moment), score, margin, formula, tuple(parts) if parts else None
    )
