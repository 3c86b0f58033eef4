"""The preview of a formula: how the scores of stored accounts would move, before it is used.

`python -m scoring preview CANDIDATE.json [PAIRS.csv …] < RECEIPTS.jsonl`
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from scoring.evaluation import judged_by
from scoring.evaluation.judgements import Judgements
from scoring.facts import Facts, FactsError
from scoring.formula import Formula
from scoring.formulas import CURRENT
from scoring.score import score, whole

_QUANTILES: Final = {"min": 0, "p5": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95, "max": 100}
_LARGEST: Final = 10
_MOST: Final = 1_000_000_000


def candidate(value: Mapping[str, Any], current: Formula = CURRENT) -> Formula:
    """Read a formula's numbers; those that are not named stay as they are in the current one.

    Raises:
        FactsError: A number is unknown or impossible; the message names it.
    """
    name = value.get("name")
    if not isinstance(name, str) or not name or name == current.name:
        raise FactsError(f"name must be text, and another one than {current.name}.")
    values = {field.name: getattr(current, field.name) for field in fields(current)}
    known = {name: value for name, value in values.items() if not isinstance(value, bool)}
    numbers: dict[str, Any] = {}
    for key, given in value.items():
        if key in ("name", "since"):
            continue
        if key not in known:
            raise FactsError(f"{key} is no number of a formula.")
        numbers[key] = _like(known[key], given, key)
    return replace(current, name=name, since=None, **numbers)


def preview(accounts: Iterable[Facts], new: Formula, current: Formula = CURRENT) -> dict[str, Any]:
    """Return which accounts would move, and how far, if `new` took the place of `current`.

    Args:
        accounts: The latest facts of each account.
        new: The formula under consideration.
        current: The one in use.

    Returns:
        `accounts`, their number; the shares `up`, `down` and `unchanged`, in whole points as
        people see them; quantiles of the `move` in points; and the `largest` movers.

    Raises:
        FactsError: There is no account, or the new formula cannot score one.
    """
    moves = sorted(_move(facts, new, current) for facts in accounts)
    if not moves:
        raise FactsError("There is no receipt to look at.")
    seen = [whole(after) - whole(before) for _, _, before, after in moves]
    far = sorted(moves, key=lambda move: -abs(move[0]))[:_LARGEST]
    return {
        "from": current.name,
        "to": new.name,
        "accounts": len(moves),
        "up": _share(step > 0 for step in seen),
        "down": _share(step < 0 for step in seen),
        "unchanged": _share(step == 0 for step in seen),
        "move": {
            name: moves[round(percent * (len(moves) - 1) / 100)][0]
            for name, percent in _QUANTILES.items()
        },
        "largest": [
            {"handle": handle, "before": before, "after": after}
            for move, handle, before, after in far
            if move
        ],
    }


def side_by_side(paths: Sequence[Path], new: Formula, current: Formula = CURRENT) -> dict[str, Any]:
    """Return how well two formulas agree with people's judgements.

    Args:
        paths: pairs files, as `bot.py judgements` writes them.
        new: The formula under consideration.
        current: The one in use.

    Returns:
        `n`, the number of judgements, and under the name of each formula what
        `scoring.evaluation.judged_by` gives.

    Raises:
        OSError: A file cannot be read.
        FactsError: A line of a file is invalid, or there is none.
    """
    data = Judgements.read(*paths)
    if not data.pairs:
        raise FactsError("There is no judgement to look at.")
    found = {formula.name: judged_by(data, formula) for formula in (current, new)}
    return {"n": len(data.pairs), **found}


def _move(facts: Facts, new: Formula, current: Formula) -> tuple[float, str, float, float]:
    before = score(facts, current).score
    try:
        after = score(facts, new).score
    except (ArithmeticError, ValueError) as error:
        raise FactsError(f"{new.name} cannot score @{facts.handle}: {error}.") from None
    return round(after - before, 1), facts.handle, before, after


def _like(known: object, given: object, name: str) -> float | tuple[float, ...]:
    """Return a number, or two of them where the formula has two."""
    if isinstance(known, tuple) and isinstance(given, list) and len(given) == len(known):
        return tuple(map(_number, given, [name] * len(given)))
    if isinstance(known, tuple):
        raise FactsError(f"{name} must be a list of {len(known)} numbers.")
    return _number(given, name)


def _number(given: object, name: str) -> float:
    # True is no number, a NaN fails the comparison
    if type(given) in (int, float) and 0 <= given <= _MOST:  # type: ignore[operator]
        return float(given)  # type: ignore[arg-type]
    raise FactsError(f"{name} must be a number from 0 to {_MOST:,}.")


def _share(which: Iterable[bool]) -> float:
    hits = list(which)
    return round(sum(hits) / len(hits), 4)
