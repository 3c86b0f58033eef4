"""What a server answered: Telegram's word, or another one's."""

import json
import logging
from typing import Any, Final

import pytest

from delivery.send_errors import NotTelegramError, SendError, classify
from operations.transport.envelope import opened


def refused(code: Any, description: Any, **more: Any) -> bytes:
    body = {"ok": False, "error_code": code, "description": description}
    return json.dumps(body | more).encode()


HTML: Final = b"<html><h1>404 Not Found</h1>nginx</html>"
STRANGERS: Final[dict[str, tuple[int, bytes, SendError]]] = {
    "a page": (404, HTML, SendError.NOT_SENT),
    "another refusal": (401, b'{"error": "unauthorized"}', SendError.NOT_SENT),
    "words alone": (404, b'{"description": "Not Found"}', SendError.NOT_SENT),
    "a code alone": (404, b'{"ok": false, "error_code": 404}', SendError.NOT_SENT),
    "a code that is text": (404, refused("404", "Not Found"), SendError.NOT_SENT),
    "a list": (404, b"[]", SendError.NOT_SENT),
    "text": (403, b'"no"', SendError.NOT_SENT),
    "nothing": (400, b"", SendError.NOT_SENT),
    "a way elsewhere": (302, b"", SendError.NOT_SENT),
    "a limit of a proxy": (429, HTML, SendError.NOT_SENT),
    "a proxy that gave up": (499, HTML, SendError.UNKNOWN),
    "too late": (408, b"", SendError.UNKNOWN),
    "too deep": (404, b"[" * 100_000, SendError.NOT_SENT),
    "a page that is well": (200, b"<html>maintenance</html>", SendError.UNKNOWN),
    "well, and nothing": (200, b"", SendError.UNKNOWN),
    "an empty object": (200, b"{}", SendError.UNKNOWN),
    "well, it says in words": (200, b'{"ok": "true", "result": []}', SendError.UNKNOWN),
    "broken": (502, HTML, SendError.UNKNOWN),
    "no text": (404, b"\xff\xfe", SendError.NOT_SENT),
}


@pytest.mark.parametrize(("status", "payload", "verdict"), STRANGERS.values(), ids=STRANGERS)
def test_another_server_is_no_telegram(
    status: int, payload: bytes, verdict: SendError, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(NotTelegramError) as caught:
        opened(status, payload)
    assert classify(caught.value) is verdict
    assert caplog.records == []


def test_what_telegram_says_is_passed_on() -> None:
    well = b'{"ok":true,"result":[1]}'
    assert opened(200, well) == (200, well)
    no = refused(401, "Unauthorized")
    assert opened(401, no) == (401, no)
    ill = refused(500, "Internal Server Error: restart")
    assert opened(500, ill) == (500, ill)


def test_an_answer_without_a_result_has_an_empty_one() -> None:
    status, payload = opened(200, b'{"ok": true}')
    assert (status, json.loads(payload)) == (200, {"ok": True, "result": None})


def test_the_code_of_telegram_counts_and_not_the_way_it_came() -> None:
    assert opened(200, refused(403, "Forbidden: bot was blocked by the user"))[0] == 403
    assert opened(404, refused(502, "Bad Gateway"))[0] == 502


@pytest.mark.parametrize("code", [402, 406, 410, 413, 420, 451])
def test_any_other_refusal_is_certain(code: int) -> None:
    assert opened(code, refused(code, "Request Entity Too Large"))[0] == 400


PARAMETERS: Final[dict[str, tuple[Any, dict[str, int]]]] = {
    "none": (None, {"retry_after": 7}),
    "no object": ("soon", {"retry_after": 7}),
    "a list": ([1], {"retry_after": 7}),
    "named": ({"retry_after": 9}, {"retry_after": 9}),
    "text": ({"retry_after": "9"}, {"retry_after": 9}),
    "a fraction": ({"retry_after": 8.5}, {"retry_after": 9}),
    "zero": ({"retry_after": 0}, {"retry_after": 7}),
    "less": ({"retry_after": -1}, {"retry_after": 7}),
    "for ever": ({"retry_after": 1e400}, {"retry_after": 7}),
    "no number": ({"retry_after": {}}, {"retry_after": 7}),
}


@pytest.mark.parametrize(("given", "read"), PARAMETERS.values(), ids=PARAMETERS)
def test_how_long_to_wait_is_read_from_wherever_it_stands(given: Any, read: dict[str, int]) -> None:
    payload = refused(429, "Too Many Requests: retry after 7", parameters=given)
    status, answer = opened(429, payload)
    assert (status, json.loads(answer)["parameters"]) == (429, read)


def test_a_429_without_a_wait_is_a_short_wait() -> None:
    _, answer = opened(429, refused(429, "Too Many Requests"))
    assert json.loads(answer)["parameters"] == {"retry_after": 5}


@pytest.mark.parametrize("odd", ["-100", None, {}, 2**70, 0])
def test_another_number_of_a_group_has_to_be_one(odd: Any) -> None:
    moved = refused(
        400, "Bad Request: group chat was upgraded", parameters={"migrate_to_chat_id": odd}
    )
    assert json.loads(opened(400, moved)[1])["parameters"] == {}
