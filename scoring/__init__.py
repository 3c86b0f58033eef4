"""What a score is: facts in, an explained number out. Pure: no network, no storage, no chat."""

from scoring.comparison import Comparison, compare, probability
from scoring.facts import Facts, FactsError, Recent
from scoring.formula import CURRENT, FORMULAS, Formula
from scoring.score import Score, score

__all__ = [
    "CURRENT",
    "FORMULAS",
    "Comparison",
    "Facts",
    "FactsError",
    "Formula",
    "Recent",
    "Score",
    "compare",
    "probability",
    "score",
]
