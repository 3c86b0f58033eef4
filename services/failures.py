"""Errors reduced to type and place in our code, without personal data."""

import hashlib
import traceback
from pathlib import Path
from typing import Final, NamedTuple

_ROOT: Final = Path(__file__).parent.parent
_OURS: Final = frozenset(
    (
        *("delivery", "handlers", "locales", "operations"),
        *("scoring", "services", "storage", "views"),
    )
)


class Failure(NamedTuple):
    """An error without its message, which may contain personal data.

    Attributes:
        kind: the type of the exception.
        place: where in our code, as `handlers/scores/klout.py:31 klout`.
        error_id: the id that finds it in the log; "" without one.
    """

    kind: str
    place: str
    error_id: str

    @property
    def fingerprint(self) -> str:
        """Return a key that is equal for equal errors in the same place."""
        return hashlib.sha256(f"{self.kind} {self.place}".encode()).hexdigest()[:16]


def described(error: BaseException, error_id: str = "") -> Failure:
    """Return the type of an error and the innermost place in our own code."""
    kind, place = type(error).__name__, ""
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(_ROOT) and file.relative_to(_ROOT).parts[0] in _OURS:
            place = f"{file.relative_to(_ROOT)}:{frame.lineno} {frame.name}"
    return Failure(kind, place, error_id)
