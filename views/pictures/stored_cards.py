"""Score cards as JSON, for messages that wait in the outbox."""

from collections.abc import Mapping
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
        "history": [
            [past.moment.isoformat(), past.score, past.margin, past.formula, past.parts]
            for past in card.history
        ],
    }


def card_of(value: Mapping[str, Any]) -> ScoreCard:
    """Return the score card that `card_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is damaged, or of another version.
    """
    history = tuple(
        Past(
            datetime.fromisoformat(moment), score, margin, formula, tuple(parts) if parts else None
        )
        for moment, score, margin, formula, parts in value["history"]
    )
    return ScoreCard(value["handle"], value["name"], Score.from_json(value["score"]), history)
