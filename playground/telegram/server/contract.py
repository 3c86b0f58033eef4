"""The contract: checks requests against the published description of the Bot API.

The description is a large file, kept outside the repository. Where it is absent the check is off;
the methods themselves still refuse what they refuse.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from playground.telegram.server.wire import Json, Params

PUBLISHED: Final = Path(__file__).parents[4] / "shared" / "data" / "telegram_bot_api_10.1.json"

_ARRAY: Final = "Array of "
_SCALARS: Final[dict[str, tuple[type, ...]]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
}


_IGNORED: Final = {
    "editMessageReplyMarkup": frozenset(("parse_mode", "link_preview_options")),
    "sendMessage": frozenset(("ephemeral_message_parameters",)),
}
"""Parameters that a server ignores: defaults that PTB adds to a method without them, and what is
newer than the description (Bot API 10.3)."""


class Contract:
    """One version of the Bot API."""

    def __init__(self, methods: Json, types: Json) -> None:
        self._methods = methods
        self._types = types

    def problems(self, method: str, params: Params) -> list[str]:
        """Return a request's faults in words; none for a method that the version lacks."""
        described = self._methods.get(method)
        if described is None:
            return []
        given = dict.fromkeys(params.files) | params.values
        fields = described.get("fields", ())
        # A multipart file may carry any name when another parameter points at it.
        attached = {name for name in params.files if f"attach://{name}" in str(params.values)}
        passed_over = attached | _IGNORED.get(method, frozenset())
        given = {name: value for name, value in given.items() if name not in passed_over}
        return list(self._object_problems(given, fields, "parameter"))

    def _object_problems(self, given: Json, fields: Any, what: str) -> Iterator[str]:
        known = {field["name"]: field for field in fields}
        for name in given.keys() - known.keys():
            yield f"unknown {what} {name!r}"
        for name, field in known.items():
            if name not in given:
                if field["required"]:
                    yield f"missing {what} {name!r}"
            elif given[name] is not None and not self._fits(given[name], field["types"]):
                reasons = self._reasons(given[name], field["types"])
                yield f"{what} {name!r} is not {' or '.join(field['types'])}{reasons}"

    def _reasons(self, value: Any, types: list[str]) -> str:
        """Return why an object does not fit, where only one type is possible."""
        if len(types) == 1 and isinstance(value, dict) and types[0] in self._types:
            fields = self._types[types[0]].get("fields", ())
            return ": " + "; ".join(self._object_problems(value, fields, f"{types[0]} field"))
        return ""

    def _fits(self, value: Any, types: list[str]) -> bool:
        return any(self._fits_one(value, kind) for kind in types)

    def _fits_one(self, value: Any, kind: str) -> bool:
        if kind.startswith(_ARRAY):
            inner = kind.removeprefix(_ARRAY)
            return isinstance(value, list) and all(self._fits_one(item, inner) for item in value)
        if kind in _SCALARS:
            boolean_as_number = isinstance(value, bool) and kind != "Boolean"
            return isinstance(value, _SCALARS[kind]) and not boolean_as_number
        described = self._types.get(kind)
        if described is None or kind == "InputFile":
            return True
        if subtypes := described.get("subtypes"):
            return self._fits(value, subtypes)
        fields = described.get("fields", ())
        return isinstance(value, dict) and not any(self._object_problems(value, fields, ""))


@cache
def published_contract() -> Contract | None:
    """Return the newest description on this machine; None without one."""
    if not PUBLISHED.exists():
        return None
    described = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return Contract(described["methods"], described["types"])
