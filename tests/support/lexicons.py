"""The AT Protocol's lexicons, as far as the bot's methods use them, and what differs from them.

A property that a lexicon does not name is a difference, since a misspelt one would pass otherwise;
lexicons themselves allow more.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scoring.reading.networks.identifiers import is_did_syntax, is_handle_syntax

Schema = dict[str, Any]

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
}
_OPAQUE = {"unknown", "blob", "bytes", "cid-link"}
_OPEN = {"app.bsky.actor.defs#profileAssociated", "app.bsky.feed.defs#viewerState"}


class Lexicons:
    """All lexicons of a folder."""

    def __init__(self, folder: Path) -> None:
        files = sorted(folder.glob("*.json"))
        read = (json.loads(file.read_text(encoding="utf-8")) for file in files)
        self._documents: dict[str, Schema] = {each["id"]: each["defs"] for each in read}

    def of_request(self, target: str) -> list[str]:
        """What differs in the parameters of a request, by its path and query."""
        url = urlsplit(target)
        schema = self._documents[url.path.removeprefix("/xrpc/")]["main"]["parameters"]
        given: dict[str, Any] = {}
        for name, value in parse_qsl(url.query, keep_blank_values=True):
            known = schema["properties"].get(name, {})
            if known.get("type") == "array":
                given.setdefault(name, []).append(value)
            else:
                given[name] = int(value) if known.get("type") == "integer" else value
        return list(self._object(given, schema, "?", ""))

    def of_answer(self, target: str, body: object) -> list[str]:
        """What differs in an answer with status 200."""
        method = urlsplit(target).path.removeprefix("/xrpc/")
        schema = self._documents[method]["main"]["output"]["schema"]
        return list(self._value(body, schema, method, method))

    def _value(self, value: Any, schema: Schema, where: str, home: str) -> Iterator[str]:
        kind = schema["type"]
        if kind == "ref":
            yield from self._ref(value, schema["ref"], where, home)
        elif kind == "union":
            yield from self._union(value, schema, where, home)
        elif kind in _OPAQUE:
            return
        elif not isinstance(value, _TYPES[kind]) or (kind == "integer" and value is True):
            yield f"{where} is no {kind}"
        elif kind == "object":
            yield from self._object(value, schema, where, home)
        elif kind == "array":
            yield from self._array(value, schema, where, home)
        else:
            yield from _scalar(value, schema, where)

    def _union(self, value: Any, schema: Schema, where: str, home: str) -> Iterator[str]:
        named = value.get("$type") if isinstance(value, dict) else None
        refs = [self._full(ref, home) for ref in schema["refs"]]
        if named in refs:
            yield from self._ref(value, str(named), where, home)
        elif schema.get("closed") or named is None:
            yield f"{where} is none of {refs}"

    def _array(self, value: list[Any], schema: Schema, where: str, home: str) -> Iterator[str]:
        if len(value) > schema.get("maxLength", len(value)):
            yield f"{where} has {len(value)} items"
        for each in value:
            yield from self._value(each, schema["items"], f"{where}[]", home)

    def _ref(self, value: Any, ref: str, where: str, home: str) -> Iterator[str]:
        full = self._full(ref, home)
        document, _, name = full.partition("#")
        if document not in self._documents or full in _OPEN:
            return  # a lexicon that is not here
        yield from self._value(value, self._documents[document][name or "main"], where, document)

    def _object(self, value: Any, schema: Schema, where: str, home: str) -> Iterator[str]:
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{where}.{name} is missing"
        for name, each in value.items():
            if name in properties:
                yield from self._value(each, properties[name], f"{where}.{name}", home)
            elif name != "$type":
                yield f"{where}.{name} is not in the lexicon"

    @staticmethod
    def _full(ref: str, home: str) -> str:
        return f"{home}{ref}" if ref.startswith("#") else ref


def _scalar(value: Any, schema: Schema, where: str) -> Iterator[str]:
    if isinstance(value, int):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{where} is out of range"
        return
    if len(value.encode()) > schema.get("maxLength", 2**20):
        yield f"{where} is too long"
    if "knownValues" in schema and where.startswith("?") and value not in schema["knownValues"]:
        yield f"{where} is an unknown value"
    checks: dict[str, Callable[[str], bool]] = {
        "did": is_did_syntax,
        "handle": is_handle_syntax,
        "at-identifier": lambda text: is_did_syntax(text) or is_handle_syntax(text),
        "datetime": _is_datetime,
        "at-uri": lambda text: re.fullmatch(r"at://[^/]+/[\w.]+/[\w.~:-]+", text) is not None,
        "cid": lambda text: re.fullmatch(r"b[a-z2-7]{20,}", text) is not None,
    }
    check = checks.get(schema.get("format", ""))
    if check and not check(value):
        yield f"{where} is no {schema['format']}"


def _is_datetime(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
