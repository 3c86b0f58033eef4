"""How well the score agrees with people, and with what came after: `python -m scoring evaluate`.

`judgements` reads what people said, `fit` fits a formula's numbers to it, `validation` tests them
on people they were not fitted on, `agreement` measures how well claims match what people said.
`prediction` holds scores against what came after: the reactions of the next posts.
"""

from pathlib import Path
from typing import Any

from scoring.evaluation.agreement import agreement
from scoring.evaluation.fit import claims, ratings
from scoring.evaluation.judgements import Judgements
from scoring.evaluation.prediction import predict
from scoring.evaluation.validation import cross_validate, yardsticks
from scoring.formula import Formula
from scoring.formulas import CURRENT, FORMULAS


def evaluate(*paths: Path, formula: Formula = CURRENT) -> dict[str, Any]:
    """Compare the claims of every formula with people's judgements.

    Args:
        paths: Pairs files, as `Judgements.read` takes them, judged as one.
        formula: The formula under test.

    Returns:
        `n`, `auc`, `accuracy`, `log_loss` and `bands` at recent depth, and the same at profile
        depth under `profile`, all of the formula as it is; `former`: the same of each older one,
        of the pairs that it can score;
        `yardsticks`: the same of what they are held against, fitted on the whole file;
        `cross_validated` is of the formulas fitted anew and tested on other people
        (`validation.cross_validate`).

    Raises:
        OSError: The file cannot be read.
        FactsError: A line of the file is invalid; the message names the line.
    """
    data = Judgements.read(*paths)
    older = [other for other in FORMULAS.values() if other.name != formula.name]
    return {
        "formula": formula.name,
        "n": len(data.pairs),
        **judged_by(data, formula),
        "former": {other.name: judged_by(data.scored_by([other]), other) for other in older},
        "yardsticks": yardsticks(data),
        "cross_validated": cross_validate(data.scored_by(older), [*older, formula]),
    }


def foretell(path: Path) -> dict[str, Any]:
    """Return how well every formula foretells the reactions of the next posts.

    Args:
        path: A file of accounts, as `prediction.read` takes it.

    Returns:
        `n` and `spearman`, as `prediction.predict` gives them.

    Raises:
        OSError: The file cannot be read.
        FactsError: A line of the file is invalid; the message names the line.
    """
    return predict(path, list(FORMULAS.values()))


def judged_by(data: Judgements, formula: Formula) -> dict[str, Any]:
    """Return the agreement at recent depth, and that at profile depth under `profile`."""
    picked, counts = [pair.picked_a for pair in data.pairs], [pair.weight for pair in data.pairs]
    recent, profile = (
        agreement(claims(rated, data.pairs, formula), picked, counts)
        for rated in ratings(data.seen_by(formula), formula)
    )
    return {**recent, "profile": profile}
