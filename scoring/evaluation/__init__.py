"""How well the score agrees with people: `python -m scoring evaluate PAIRS.csv`.

`judgements` reads what people said, `fit` finds a formula's numbers in it, `validation` tries them
on people they were not fitted on, `agreement` says how well claims did.
"""

from pathlib import Path
from typing import Any

from scoring.evaluation.agreement import agreement
from scoring.evaluation.fit import claims, ratings
from scoring.evaluation.judgements import Judgements
from scoring.evaluation.validation import cross_validate
from scoring.formula import CURRENT, Formula


def evaluate(path: Path, formula: Formula = CURRENT) -> dict[str, Any]:
    """Compare the claims of a formula with people's judgements.

    Args:
        path: A pairs file, as `Judgements.read` takes it.
        formula: The formula under test.

    Returns:
        `n`, `auc`, `accuracy` and `bands` at recent depth, and the same at profile depth under
        `profile`, all of the formula as it is; `cross_validated` is of the formula fitted anew on
        other people than it is tried on (`validation.cross_validate`).

    Raises:
        OSError: The file cannot be read.
        FactsError: A line of it cannot be; the message names the line.
    """
    data = Judgements.read(path)
    picked = [pair.picked_a for pair in data.pairs]
    recent, profile = (
        agreement(claims(rated, data.pairs, formula), picked) for rated in ratings(data, formula)
    )
    return {
        "formula": formula.name,
        "n": len(data.pairs),
        **recent,
        "profile": profile,
        "cross_validated": cross_validate(data),
    }
