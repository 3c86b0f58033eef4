"""The data that a bot and Telegram exchange: requests, answers and refusals."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

Json = dict[str, Any]
"""One JSON object as the Bot API describes it: a Message, an Update, a keyboard…"""

Kind = TypeVar("Kind", int, bool, str, dict[Any, Any], list[Any])

_TYPE_NAMES: Final = {int: "Integer", bool: "Boolean", str: "String", dict: "Object", list: "Array"}

# Parameters that are text by contract. Everything else is decoded when it is valid JSON, because
# form fields carry numbers, booleans and nested objects as strings.
_TEXT: Final = frozenset(
    {
        "action",
        "callback_query_id",
        "caption",
        "description",
        "file_id",
        "guest_query_id",
        "inline_message_id",
        "inline_query_id",
        "language_code",
        "message_text",
        "name",
        "next_offset",
        "parse_mode",
        "secret_token",
        "short_description",
        "text",
        "url",
    }
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a multipart request carries it."""

    name: str
    content: bytes
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer: an HTTP status and Telegram's envelope.

    `raw` is sent instead of the envelope where another server answers, or Telegram oddly.
    """

    status: int
    body: Json
    raw: bytes | None = None

    def content(self) -> bytes:
        """Return the body to send."""
        return json.dumps(self.body).encode() if self.raw is None else self.raw


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot and its outcome.

    `params` are decoded (numbers are numbers, keyboards are dictionaries). `result` is what the
    bot got back, `error` the description of the refusal; one of the two is None.
    """

    method: str
    params: Json
    ok: bool
    result: Any
    error: str | None
    at: datetime
    files: Mapping[str, Upload] = field(default_factory=dict)


class RefusedError(Exception):
    """Telegram refuses a request: `code` is its error_code, `description` its words."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> Answer:
        """Return the envelope with the refusal."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return Answer(self.code, body)


def bad_request(reason: str) -> RefusedError:
    """Return a refusal with 400: the request itself is wrong."""
    return RefusedError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> RefusedError:
    """Return a refusal with 403: the bot is blocked in the chat or not allowed there."""
    return RefusedError(403, f"Forbidden: {reason}")


def read(holder: Json, name: str, kind: type[Kind]) -> Kind | None:
    """Return one field of an object, None when absent.

    Raises:
        RefusedError: the field has another type.
    """
    value = holder.get(name)
    # A boolean is no number in JSON, but it is one in Python.
    boolean_as_number = kind is int and isinstance(value, bool)
    if value is None or (isinstance(value, kind) and not boolean_as_number):
        return value
    raise bad_request(f'field "{name}" must be of type {_TYPE_NAMES[kind]}')


class Params:
    """The decoded parameters of one request, read by type."""

    def __init__(
        self, values: Mapping[str, Any], files: Mapping[str, Upload] | None = None
    ) -> None:
        self.values: Json = {name: _decoded(name, value) for name, value in values.items()}
        self.files: Mapping[str, Upload] = files or {}

    def text(self, name: str) -> str:
        """Return a string parameter, empty when absent."""
        return read(self.values, name, str) or ""

    def integer(self, name: str) -> int | None:
        """Return an integer parameter, None when absent."""
        return read(self.values, name, int)

    def flag(self, name: str) -> bool:
        """Return a boolean parameter, False when absent."""
        return read(self.values, name, bool) or False

    def mapping(self, name: str) -> Json | None:
        """Return an object parameter, None when absent."""
        return read(self.values, name, dict)

    def array(self, name: str) -> list[Any] | None:
        """Return a list parameter, None when absent."""
        return read(self.values, name, list)


def _decoded(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in _TEXT:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
