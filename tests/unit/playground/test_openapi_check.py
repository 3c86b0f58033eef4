"""The check against X's OpenAPI finds what is not as the document has it."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from playground.x.openapi import Document, Exchange
from playground.x.openapi_check import exchanges, main

# A made-up excerpt in the manner of X's document.
_HOST = "https://api.x.com/2/problems"
_COUNT = {"type": "integer", "format": "int64"}
_ANSWER: dict[str, Any] = {"$ref": "#/components/schemas/Problem"}


def _operation(parameters: list[dict[str, Any]], data: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "data": {"type": "array", "items": data},
        "errors": {"type": "array", "items": _ANSWER},
        "meta": {
            "type": "object",
            "properties": {
                "result_count": {"type": "integer", "format": "int32"},
                "next_token": {"type": "string"},
                "total_post_count": _COUNT,
            },
        },
    }
    good = {"application/json": {"schema": {"type": "object", "properties": properties}}}
    bad = {"application/problem+json": {"schema": _ANSWER}}
    responses = {"200": {"content": good}, "default": {"content": bad}}
    return {"get": {"parameters": parameters, "responses": responses}}


def _some(name: str, *values: str, required: bool = False, **items: Any) -> dict[str, Any]:
    """A parameter that takes a list."""
    item = {"type": "string", **({"enum": list(values)} if values else {}), **items}
    schema = {"type": "array", "minItems": 1, "maxItems": 100, "uniqueItems": True, "items": item}
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _problem(kind: str, *more: str) -> dict[str, Any]:
    texts = {name: {"type": "string"} for name in ("title", "detail", "resource_type", *more)}
    told = {"type": "string", "enum": [f"{_HOST}/{kind}"]}
    required = ["type", "title", "detail"]
    return {"type": "object", "required": required, "properties": {**texts, "type": told}}


_USER_FIELDS = _some("user.fields", "created_at", "description", "protected", "public_metrics")
_USER = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("id", "username", "name", "description")},
        "created_at": {"type": "string", "format": "date-time"},
        "protected": {"type": "boolean"},
        "public_metrics": {
            "type": "object",
            "required": ["followers_count", "following_count", "listed_count", "post_count"],
            "properties": dict.fromkeys(
                ("followers_count", "following_count", "listed_count", "post_count"), _COUNT
            ),
        },
    },
}
_POST_COUNTS = tuple(
    f"{name}_count" for name in ("like", "reply", "repost", "quote", "bookmark", "impression")
)
_POST = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "text": {"type": "string"},
        "created_at": {"type": "string", "format": "date-time"},
        "public_metrics": {
            "type": "object",
            "required": list(_POST_COUNTS),
            "properties": dict.fromkeys(_POST_COUNTS, _COUNT),
        },
    },
}
_KINDS = {
    "resource-not-found": _problem("resource-not-found", "value", "resource_id", "parameter"),
    "not-authorized-for-resource": _problem(
        "not-authorized-for-resource", "value", "resource_id", "parameter"
    ),
    "resource-unavailable": _problem("resource-unavailable", "resource_id"),
    "invalid-request": _problem("invalid-request", "value", "parameter"),
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.0",
    "info": {"version": "made up"},
    "paths": {
        "/2/users/by": _operation(
            [_some("usernames", required=True, pattern="^[A-Za-z0-9_]{1,15}$"), _USER_FIELDS],
            {"$ref": "#/components/schemas/User"},
        ),
        "/2/users": _operation(
            [_some("ids", required=True, pattern="^[0-9]{1,19}$"), _USER_FIELDS],
            {"$ref": "#/components/schemas/User"},
        ),
        "/2/users/{id}/tweets": _operation(
            [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                {
                    "name": "max_results",
                    "in": "query",
                    "schema": {"type": "integer", "minimum": 5, "maximum": 100},
                },
                {
                    "name": "start_time",
                    "in": "query",
                    "schema": {"type": "string", "format": "date-time"},
                },
                _some("exclude", "replies", "retweets"),
                _some("post.fields", "created_at", "public_metrics"),
            ],
            _POST,
        ),
        "/2/tweets/counts/recent": _operation(
            [
                {
                    "name": "query",
                    "in": "query",
                    "required": True,
                    "schema": {"type": "string", "minLength": 1, "maxLength": 512},
                },
                {
                    "name": "granularity",
                    "in": "query",
                    "schema": {"type": "string", "enum": ["minute", "hour", "day"]},
                },
            ],
            {"type": "object"},
        ),
    },
    "components": {
        "schemas": {
            "User": _USER,
            "Problem": {
                "oneOf": list(_KINDS.values()),
                "discriminator": {
                    "propertyName": "type",
                    "mapping": {f"{_HOST}/{k}": f"#/components/schemas/{k}" for k in _KINDS},
                },
            },
            **_KINDS,
        }
    },
}


async def test_the_bot_and_the_local_x_are_as_the_document_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(DOCUMENT))
    assert await main(file) == 0, capsys.readouterr().out
    assert "version made up: 0 findings" in capsys.readouterr().out


async def test_every_page_is_looked_at_with_good_and_bad_answers() -> None:
    seen = await exchanges(Document(DOCUMENT))
    looked_at = {(one.target.split("?")[0], one.status) for one in seen}
    for route in ("/2/users/by", "/2/users", "/2/users/1/tweets", "/2/tweets/counts/recent"):
        assert {(route, 200), (route, 400)} <= looked_at
    kinds = {
        error["type"].rpartition("/")[2]
        for one in seen
        if isinstance(one.body, dict)
        for error in one.body.get("errors", ())
        if "type" in error
    }
    assert kinds == set(_KINDS)


def _parameters(document: Any, route: str) -> dict[str, Any]:
    return {each["name"]: each for each in document["paths"][route]["get"]["parameters"]}


def _drop_a_field(document: Any) -> None:
    del _parameters(document, "/2/users/by")["user.fields"]["schema"]["items"]["enum"][0]


def _drop_a_parameter(document: Any) -> None:
    document["paths"]["/2/tweets/counts/recent"]["get"]["parameters"].pop()


def _ask_for_more(document: Any) -> None:
    document["components"]["schemas"]["User"]["properties"]["public_metrics"]["required"].append(
        "media_count"
    )


def _rename_a_count(document: Any) -> None:
    counts = document["components"]["schemas"]["User"]["properties"]["public_metrics"]
    counts["properties"]["lists_count"] = counts["properties"].pop("listed_count")


def _want_numbers(document: Any) -> None:
    document["components"]["schemas"]["User"]["properties"]["id"] = {"type": "integer"}


def _allow_fewer(document: Any) -> None:
    _parameters(document, "/2/users/{id}/tweets")["max_results"]["schema"]["maximum"] = 9


def _call_reposts_so(document: Any) -> None:
    schema = _parameters(document, "/2/users/{id}/tweets")["exclude"]["schema"]
    schema["items"]["enum"] = ["replies", "reposts"]


def _forget_a_problem(document: Any) -> None:
    document["components"]["schemas"]["Problem"]["discriminator"]["mapping"].pop(
        f"{_HOST}/resource-not-found"
    )


def _move_a_page(document: Any) -> None:
    document["paths"]["/2/users/{id}/posts"] = document["paths"].pop("/2/users/{id}/tweets")


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (_drop_a_field, "user.fields[] is none of the document's values"),
        (_drop_a_parameter, "parameter granularity is not in the document"),
        (_ask_for_more, "public_metrics.media_count is missing"),
        (_rename_a_count, "public_metrics.listed_count is not in the document"),
        (_want_numbers, "data[].id is no integer"),
        (_allow_fewer, "max_results is out of range"),
        (_call_reposts_so, "exclude[] is none of the document's values"),
        (_forget_a_problem, "errors[].type is none of the document's"),
        (_move_a_page, "/2/users/1/tweets: the document has no such path"),
    ],
)
async def test_what_differs_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any, finding: str
) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    assert await main(file) == 1
    assert finding in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "body", "finding"),
    [
        ("/2/users?ids=1,1", {}, "ids has an item twice"),
        ("/2/users?ids=x", {}, "ids[] does not match ^[0-9]{1,19}$"),
        ("/2/users?ids=", {}, "ids[] does not match ^[0-9]{1,19}$"),
        ("/2/users", {}, "parameter ids is missing"),
        ("/2/users/1/tweets?start_time=2026-01-01", {}, "start_time is no date-time"),
        ("/2/users/1/tweets?start_time=now", {}, "start_time is no date-time"),
        ("/2/users/1/tweets?max_results=ten", {}, "max_results is no integer"),
        ("/2/tweets/counts/recent?query=", {}, "query has 0 characters"),
        ("/2/users?ids=1", [], "200 is no object"),
        ("/2/users?ids=1", {"data": {}}, "200.data is no array"),
        ("/2/users?ids=1", {"data": [{"protected": 1}]}, "protected is no boolean"),
        ("/2/users/1/tweets", {"meta": {"result_count": 2**31}}, "result_count is out of range"),
        ("/2/users/1/tweets", {"meta": {"result_count": True}}, "result_count is no integer"),
        ("/2/users/1/tweets", {"data": [{"created_at": "2026-01-01T00:00:00"}]}, "is no date-time"),
    ],
)
def test_a_single_exchange_is_held_against_the_document(
    target: str, body: object, finding: str
) -> None:
    (found,) = Document(DOCUMENT).findings(Exchange(target, 200, body))
    assert finding in found


@pytest.mark.parametrize(
    ("value", "right"), [(None, True), (5, True), ("five", True), ([], False), (True, False)]
)
def test_alternatives_and_null_are_understood(value: object, *, right: bool) -> None:
    document = copy.deepcopy(DOCUMENT)
    either = {"oneOf": [{"type": "integer"}, {"type": "string"}], "nullable": True}
    document["components"]["schemas"]["User"]["properties"]["name"] = either
    found = Document(document).findings(
        Exchange("/2/users?ids=1", 200, {"data": [{"name": value}]})
    )
    assert (found == []) is right
