"""The check of requests and answers against X's OpenAPI document, stricter than JSON Schema.

It understands the part of OpenAPI 3.0 that X's document uses. A property that the document does
not name is a finding here, since a misspelt or renamed field would pass otherwise.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

_Schema = dict[str, Any]

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_BITS: Final = {"int32": 31, "int64": 63}
_OK: Final = 200
_UNKNOWN: Final = "is not in the document"


class Exchange(NamedTuple):
    """A request and its answer.

    Attributes:
        target: path and query, as sent.
        body: the decoded body of the answer.
        meant_wrong: whether X refuses the request on purpose; only the answer is checked then.
    """

    target: str
    status: int
    body: object
    meant_wrong: bool = False


class Document:
    """An OpenAPI document.

    Args:
        content: the decoded document, with `paths` and `components`.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self._paths: dict[str, Any] = content["paths"]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a document from a file.

        Raises:
            ValueError: the file is no JSON.
            KeyError: the file is no OpenAPI document.
        """
        return cls(json.loads(path.read_text(encoding="utf-8")))

    @property
    def version(self) -> str:
        """X's version of the document."""
        return str(self._content.get("info", {}).get("version", "unknown"))

    def names(self, word: str) -> bool:
        """Whether any parameter or property of the document has this name."""
        return f'"{word}"' in json.dumps(self._content)

    def problem_types(self) -> list[str]:
        """Return the last parts of the problem types that the document lists."""
        schemas = self._content.get("components", {}).get("schemas", {})
        mapping = schemas.get("Problem", {}).get("discriminator", {}).get("mapping", {})
        return sorted(name.rpartition("/")[2] for name in mapping)

    def findings(self, exchange: Exchange) -> list[str]:
        """Return the differences of a request and its answer from the document."""
        url = urlsplit(exchange.target)
        found = self._operation(url.path)
        if found is None:
            return [f"{url.path}: the document has no such path"]
        route, operation, in_path = found
        findings: list[str] = []
        if not exchange.meant_wrong:
            given = parse_qsl(url.query, keep_blank_values=True)
            findings += self._of_query(operation, given, in_path)
        findings += self._of_answer(operation, exchange)
        return [f"{route}: {finding}" for finding in findings]

    def _operation(self, path: str) -> tuple[str, _Schema, dict[str, str]] | None:
        """Return route, operation and the path's values; exact routes come first."""
        for route in sorted(self._paths, key=lambda route: route.count("{")):
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(route))
            if (match := re.fullmatch(pattern, path)) and "get" in self._paths[route]:
                return route, self._paths[route]["get"], match.groupdict()
        return None

    def _of_query(
        self, operation: _Schema, given: Sequence[tuple[str, str]], in_path: Mapping[str, str]
    ) -> Iterator[str]:
        known = {each["name"]: each for each in map(self._resolved, operation["parameters"])}
        for name, value in [*given, *in_path.items()]:
            if name not in known:
                yield f"parameter {name} {_UNKNOWN}"
                continue
            yield from self._against(
                self._decoded(value, known[name]["schema"]), known[name]["schema"], name
            )
        for name, parameter in known.items():
            if parameter.get("required") and name not in {*dict(given), *in_path}:
                yield f"parameter {name} is missing"

    def _decoded(self, text: str, schema: _Schema) -> object:
        """Decode a parameter; lists are comma separated (`explode` is false throughout)."""
        schema = self._resolved(schema)
        if schema.get("type") == "array":
            return [self._decoded(part, schema["items"]) for part in text.split(",")]
        if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
            return int(text)
        return text

    def _of_answer(self, operation: _Schema, exchange: Exchange) -> Iterator[str]:
        responses = operation["responses"]
        answer = self._resolved(responses.get(str(exchange.status), responses.get("default", {})))
        kinds = answer.get("content", {})
        if not kinds:
            yield f"status {exchange.status} is not in the document"
            return
        if _is_blank(exchange):
            return
        attempts = [
            list(self._against(exchange.body, kind["schema"], f"{exchange.status}"))
            for kind in kinds.values()
        ]
        if exchange.status != _OK:  # a problem may have more members than are documented
            attempts = [[each for each in one if _UNKNOWN not in each] for one in attempts]
        yield from min(attempts, key=len)

    def _resolved(self, schema: _Schema) -> _Schema:
        while "$ref" in schema:
            found: Any = self._content
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def _against(self, value: object, schema: _Schema, where: str) -> Iterator[str]:
        schema = self._resolved(schema)
        if value is None and schema.get("nullable"):
            return
        if "oneOf" in schema:
            yield from self._of_one(value, schema, where)
            return
        kind = schema.get("type", "object" if "properties" in schema else None)
        if kind and (
            not isinstance(value, _TYPES[kind]) or (kind != "boolean" and isinstance(value, bool))
        ):
            yield f"{where} is no {kind}"
        elif isinstance(value, dict):
            yield from self._of_object(value, schema, where)
        elif isinstance(value, list):
            yield from self._of_list(value, schema, where)
        else:
            yield from _of_value(value, schema, where)

    def _of_one(self, value: object, schema: _Schema, where: str) -> Iterator[str]:
        """Yield findings unless exactly one alternative fits; a discriminator picks one."""
        told = schema.get("discriminator", {})
        name = value.get(told.get("propertyName")) if isinstance(value, dict) else None
        if chosen := told.get("mapping", {}).get(name):
            yield from self._against(value, {"$ref": chosen}, where)
        elif told:
            yield f"{where}.{told['propertyName']} is none of the document's"
        elif all(list(self._against(value, each, where)) for each in schema["oneOf"]):
            yield f"{where} fits none of its alternatives"

    def _of_object(self, value: dict[str, Any], schema: _Schema, where: str) -> Iterator[str]:
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{where}.{name} is missing"
        for name, each in value.items():
            if name in properties:
                yield from self._against(each, properties[name], f"{where}.{name}")
            elif properties and not schema.get("additionalProperties"):
                yield f"{where}.{name} {_UNKNOWN}"

    def _of_list(self, value: list[Any], schema: _Schema, where: str) -> Iterator[str]:
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{where} has {len(value)} items"
        if schema.get("uniqueItems") and len({json.dumps(each) for each in value}) < len(value):
            yield f"{where} has an item twice"
        for each in value:
            yield from self._against(each, schema.get("items", {}), f"{where}[]")


def _is_blank(exchange: Exchange) -> bool:
    """Whether an answer is a problem without a type (RFC 9457), which X does not document."""
    body = exchange.body
    return isinstance(body, dict) and body.get("type") == "about:blank" and exchange.status != _OK


def _of_value(value: Any, schema: _Schema, where: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is none of the document's values"
    if isinstance(value, str):
        yield from _of_text(value, schema, where)
    elif isinstance(value, int | float):
        bits = _BITS.get(schema.get("format", ""))
        least, most = schema.get("minimum", value), schema.get("maximum", value)
        if not least <= value <= most or (bits and not -(2**bits) <= value < 2**bits):
            yield f"{where} is out of range"


def _of_text(value: str, schema: _Schema, where: str) -> Iterator[str]:
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where} does not match {schema['pattern']}"
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{where} has {len(value)} characters"
    if schema.get("format") == "date-time":
        try:
            zoned = datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            zoned = False
        if not zoned:
            yield f"{where} is no date-time"
