"""Checks each answer of the Bot API against Telegram's envelope.

PTB trusts the HTTP status alone. It takes a proxy's 404 for a refusal of the token, raises an
exception that no caller expects for a body that is no object, and logs what it cannot parse.
"""

import json
import math
from http import HTTPStatus
from typing import Any, Final

from delivery.send_errors import NotTelegramError, named_wait

_LARGEST_ID: Final = 2**52
_LONGEST_WAIT: Final = 86_400

_TOLD_APART: Final = frozenset({400, 401, 403, 404, 409, 429})
"""Statuses for which PTB has an exception of its own; it takes any other one for a failure of the
network, after which a message may have arrived.
"""


def opened(status: int, payload: bytes) -> tuple[int, bytes]:
    """Return an answer with the status that Telegram means, and parameters that PTB can read.

    Args:
        status: of the HTTP answer.
        payload: its body.

    Raises:
        NotTelegramError: the answer is not Telegram's.
    """
    body = _json(payload)
    if body.get("ok") is True and status < HTTPStatus.MULTIPLE_CHOICES:
        return status, payload if "result" in body else json.dumps(body | _NO_RESULT).encode()
    code, description = body.get("error_code"), body.get("description")
    refused = body.get("ok") is False and isinstance(description, str)
    if not refused or not isinstance(code, int) or not _is_refusal(code):
        raise NotTelegramError(status)
    if "parameters" in body or code == HTTPStatus.TOO_MANY_REQUESTS:
        body["parameters"] = _parameters(body.get("parameters"))
        if code == HTTPStatus.TOO_MANY_REQUESTS:
            body["parameters"].setdefault("retry_after", named_wait(str(description)))
        payload = json.dumps(body).encode()
    certain = code < HTTPStatus.INTERNAL_SERVER_ERROR and code not in _TOLD_APART
    return HTTPStatus.BAD_REQUEST if certain else code, payload


_NO_RESULT: Final = {"result": None}


def _json(payload: bytes) -> dict[str, Any]:
    """Parse the body as an object; return an empty one for anything else."""
    try:
        body = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _is_refusal(code: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= code < HTTPStatus.INTERNAL_SERVER_ERROR + 100


def _parameters(given: object) -> dict[str, int]:
    """Return the parameters that can be parsed."""
    found = given if isinstance(given, dict) else {}
    moved, wait = found.get("migrate_to_chat_id"), found.get("retry_after")
    kept = {}
    if isinstance(moved, int) and 0 < abs(moved) < _LARGEST_ID:
        kept["migrate_to_chat_id"] = moved
    try:
        seconds = math.ceil(float(str(wait)))
    except (ValueError, OverflowError):
        return kept
    return kept | ({"retry_after": seconds} if 0 < seconds <= _LONGEST_WAIT else {})
