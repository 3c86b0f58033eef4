"""The problems that X reports, in X's words."""

from typing import Any, Final

OLD_HOST: Final = "https://api.twitter.com/2/problems"
"""The start of problem types in real answers of X."""

NEW_HOST: Final = "https://api.x.com/2/problems"
"""The start of problem types in X's OpenAPI document."""

LEFT_OUT: Final = "left-out"
"""No problem is reported: X's answer leaves the account out."""

_Body = dict[str, Any]
_TITLES: Final = {
    "resource-not-found": "Not Found Error",
    "invalid-request": "Invalid Request",
    "resource-unavailable": "Resource Unavailable Error",
    "not-authorized-for-resource": "Authorization Error",
    "not-authorized-for-field": "Field Authorization Error",
    "field-unauthorized": "Field Authorization Error",
    "field-hydration-failure": "Field Hydration Failure",
    "disallowed-resource": "Disallowed Resource",
    "internal-error": "Internal Error",
    "client-forbidden": "Client Forbidden",
    "operational-disconnect": "Operational Disconnect",
}
"""Types of partial errors: all of `Problem` in X's OpenAPI, and two former ones."""

KINDS: Final = frozenset(_TITLES)
OF_FIELDS: Final = frozenset(("field-unauthorized", "field-hydration-failure"))
"""Types of problems beside an account that lacks the field."""

_FULL: Final = ("value", "resource_id", "resource_type", "parameter")
_NAMED_BY: Final[dict[str, tuple[str, ...]]] = {
    "resource-unavailable": ("resource_id", "resource_type"),
    "invalid-request": ("value", "parameter"),
    "not-authorized-for-field": (*_FULL, "field"),
    "field-unauthorized": ("resource_type", "field"),
    "field-hydration-failure": ("resource_type", "field"),
    "disallowed-resource": ("resource_id", "resource_type"),
    "internal-error": (),
    "client-forbidden": (),
    "operational-disconnect": (),
}
"""Members of a problem beside `type`, `title` and `detail`; `_FULL` for types not listed."""


def partial_error(kind: str, name: str, parameter: str, host: str) -> _Body:
    """Return a problem of one account, for the `errors` of an answer.

    Args:
        kind: the last part of the type, one of `KINDS` or a word of a test.
        name: the handle or number that was asked for.
        parameter: the parameter that named it: `usernames`, `ids` or `id`.
    """
    given = {
        "value": name,
        "resource_id": name,
        "resource_type": "user",
        "parameter": parameter,
        "field": "public_metrics",
    }
    title = _TITLES.get(kind, kind)
    detail = _DETAILS.get(kind, "{title}: [{name}].").format(title=title, name=name, by=parameter)
    return {
        **{key: given[key] for key in _NAMED_BY.get(kind, _FULL)},
        "title": title,
        "detail": detail,
        "type": f"{host}/{kind}",
    }


def suspended(name: str, parameter: str, host: str) -> _Body:
    """Return the problem of a suspended account: its type is that of a missing one."""
    told = {"title": "Forbidden", "detail": f"User has been suspended: [{name}]."}
    return partial_error("resource-not-found", name, parameter, host) | told


def whole(kind: str, title: str, detail: str, host: str, **more: Any) -> _Body:
    """Return a problem that is the whole answer."""
    about = "about:blank" if kind == "about:blank" else f"{host}/{kind}"
    return {"title": title, "detail": detail, "type": about, **more}


_DETAILS: Final = {
    "resource-not-found": "Could not find user with {by}: [{name}].",
    "not-authorized-for-resource": (
        "Sorry, you are not authorized to see the user with {by}: [{name}]."
    ),
    "internal-error": "Something went wrong.",
    "client-forbidden": "Your client is not permitted to see this.",
    "operational-disconnect": "This resource is not available right now.",
}
