"""The versioned formulas. The oldest stands first, the one in use last."""

from typing import Final

from scoring.formula import Formula
from scoring.formulas.y2026_1 import FORMULA_2026_1
from scoring.formulas.y2026_2 import FORMULA_2026_2

CURRENT: Final[Formula] = FORMULA_2026_2
"""The formula in use: every score that is shown is by this one."""

FORMULAS: dict[str, Formula] = {
    formula.name: formula for formula in (FORMULA_2026_1, FORMULA_2026_2)
}
"""Each one by its name; each is the former of the next (`scoring.versions`)."""

__all__ = ["CURRENT", "FORMULAS"]
