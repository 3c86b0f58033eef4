"""Scores of accounts: facts in, an explained number out.

All of it but `scoring.reading` is pure: no network, no storage, no chat.
"""

from scoring.comparison import Comparison, compare, probability
from scoring.facts import Facts, FactsError, Recent
from scoring.formula import Formula
from scoring.formulas import CURRENT, FORMULAS
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
