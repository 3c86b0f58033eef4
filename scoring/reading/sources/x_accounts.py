"""The parser of X's answers about accounts: an odd account does not affect the others.

Odd items are counted by the field's name, for the log; their values never leave this module.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from scoring.reading.errors import AccountSuspended, AccountUnreadable, HandleNotFound
from scoring.reading.handles import is_handle, key
from scoring.reading.sources import Found, Profile
from scoring.reading.sources.json_items import OddFieldError
from scoring.reading.sources.x_items import (
    Odd,
    UnusableError,
    list_of,
    partial_errors,
    profile_of,
)
from scoring.reading.sources.x_refusals import Json, is_of_one, problems_in, slug_of

_NAMED: Final = re.compile(r"\[@?(\w{1,15})\]", re.ASCII)
_LEFT_OUT: Final = "left out"


class LookedUp(NamedTuple):
    """The result of a look-up.

    Attributes:
        found: one result for the key of each handle that was asked for.
        odd: counts of what could not be read, or was not asked for.
    """

    found: Mapping[str, Found]
    odd: Odd


def looked_up(body: Json, handles: Sequence[str]) -> LookedUp:
    """Read the answer of `GET /2/users/by`.

    Args:
        body: the answer.
        handles: the valid handles that were asked for.

    Raises:
        UnusableError: the answer is about no account at all.
    """
    users, odd = list_of(body, "data"), Odd()
    asked = {key(handle): handle for handle in handles}
    said, about_one = _said(body, asked, odd)
    if not about_one and not any(isinstance(user, dict) for user in users):
        raise UnusableError("no word about any account")
    read, others, strangers = _users(users, asked, odd)
    _tell_apart(read, asked, odd)
    if others:
        odd["not asked for"] += len(others)
    found: dict[str, Found] = {**said, **read}
    billed = strangers + len(others)
    for name, handle in asked.items():
        if name not in found:
            # X may have returned the account under its new handle
            odd[_LEFT_OUT] += 1
            found[name] = AccountUnreadable(
                handle, (_LEFT_OUT,), may_be_billed=billed > 0, others=others
            )
            billed -= 1
    return LookedUp(found, odd)


def _users(
    users: Sequence[object], asked: Mapping[str, str], odd: Odd
) -> tuple[dict[str, Profile | AccountUnreadable], list[Profile], int]:
    """Return asked-for accounts by key, other accounts, and how many others are unreadable."""
    read: dict[str, Profile | AccountUnreadable] = {}
    others: list[Profile] = []
    strangers = 0
    for user in users:
        name = _asked_name(user, asked)
        try:
            profile = profile_of(user)
        except OddFieldError as error:
            odd[error.field] += 1
            if name is None:
                strangers += 1
            else:
                unreadable = AccountUnreadable(asked[name], (error.field,), may_be_billed=True)
                read.setdefault(name, unreadable)
        else:
            if name is None:
                others.append(profile)
            else:
                read[name] = _agreed(read.get(name), profile, asked[name], odd)
    return read, others, strangers


def _asked_name(user: object, asked: Mapping[str, str]) -> str | None:
    """Return the key of the asked-for handle that a user's object is about, if any."""
    name = user.get("username") if isinstance(user, dict) else None
    return key(name) if isinstance(name, str) and key(name) in asked else None


def _agreed(
    before: Profile | AccountUnreadable | None, profile: Profile, handle: str, odd: Odd
) -> Profile | AccountUnreadable:
    """Return one of two objects under one handle, which must be the same account."""
    if isinstance(before, Profile) and before.id != profile.id:
        odd["id"] += 1
        return AccountUnreadable(handle, ("id",), may_be_billed=True)
    return before if isinstance(before, Profile) else profile


def _tell_apart(
    read: dict[str, Profile | AccountUnreadable], asked: Mapping[str, str], odd: Odd
) -> None:
    """Reject a number that two handles share: it is right for one of them at most."""
    numbers = Counter(each.id for each in read.values() if isinstance(each, Profile))
    for name, each in read.items():
        if isinstance(each, Profile) and numbers[each.id] > 1:
            odd["id"] += 1
            read[name] = AccountUnreadable(asked[name], ("id",), may_be_billed=True)


def _said(body: Json, asked: Mapping[str, str], odd: Odd) -> tuple[dict[str, Found], bool]:
    """Return partial errors by handle, and whether any of them is about an account."""
    said: dict[str, Found] = {}
    about_one = False
    for error in partial_errors(body, odd):
        name = _named(error, asked)
        about_one = about_one or name is not None or is_of_one(error)
        verdict = _verdict(error, asked[name]) if name else None
        if verdict is None:
            odd[f"error {slug_of(error) or 'without a type'}"] += 1
        if name:
            said.setdefault(name, verdict or AccountUnreadable(asked[name], ("errors",)))
    return said, about_one


def _named(error: Json, asked: Mapping[str, str]) -> str | None:
    """Return the key of the handle that a partial error is about."""
    if error.get("resource_type", "user") != "user":
        return None
    told = error.get("detail")
    names = [error.get("resource_id"), error.get("value")]
    names += _NAMED.findall(told) if isinstance(told, str) else []
    return next((key(n) for n in names if isinstance(n, str) and key(n) in asked), None)


def _verdict(error: Json, handle: str) -> AccountSuspended | HandleNotFound | None:
    """Tell suspended from missing by title and words, as the problem type is the same."""
    title, told = error.get("title"), str(error.get("detail")).lower()
    if slug_of(error) not in {"", "resource-not-found"}:
        return None
    if title == "Forbidden" or "suspended" in told:
        return AccountSuspended(handle)
    if slug_of(error) or title == "Not Found Error":
        return HandleNotFound(handle)
    return None


def one_profile(body: Json, account_id: int) -> Profile | None:
    """Read the answer of `GET /2/users` about one account; None when it is gone.

    Raises:
        UnusableError: the answer says nothing about the account.
        scoring.reading.errors.AccountUnreadable: a value in the answer is impossible.
    """
    number = str(account_id)
    users = [user for user in list_of(body, "data") if isinstance(user, dict)]
    for user in users:
        if str(user.get("id")) == number:
            name = user.get("username")
            handle = name if isinstance(name, str) and is_handle(name) else ""
            try:
                return profile_of(user)
            except OddFieldError as error:
                raise AccountUnreadable(handle, (error.field,), may_be_billed=True) from None
    problems = problems_in(body)
    if any(_verdict(problem, "") for problem in problems):
        return None
    if users or any(map(is_of_one, problems)):
        field = "errors" if problems else "id"
        raise AccountUnreadable("", (field,), may_be_billed=bool(users))
    raise UnusableError("no word about the account")
