"""What X's refusals mean, until when, and what of them is logged."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.reading.errors import (
    CreditsDepleted,
    ItemRefused,
    RateLimited,
    SourceError,
    SourceUnreachable,
    TokenRefused,
)
from scoring.reading.sources import Profile
from scoring.reading.sources.x import XSource
from scoring.reading.sources.x_refusals import QUARTER, reset_time
from tests.conftest import X_TOKEN, Clock, Serve
from tests.support.accounts import NOW

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def _at(moment: datetime) -> str:
    return str(int(moment.timestamp()))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, QUARTER),
        ({"x-rate-limit-reset": _at(NOW + 7 * MINUTE)}, 7 * MINUTE),
        ({"x-rate-limit-reset": _at(NOW + 7 * MINUTE) + "000"}, 7 * MINUTE),  # milliseconds
        ({"x-rate-limit-reset": _at(NOW + 20 * timedelta(hours=1))}, timedelta(hours=20)),
        ({"x-rate-limit-reset": _at(NOW - timedelta(seconds=1))}, timedelta(seconds=1)),
        ({"x-rate-limit-reset": _at(NOW - 7 * MINUTE)}, QUARTER),
        ({"x-rate-limit-reset": _at(NOW + 900 * DAY)}, QUARTER),
        ({"x-rate-limit-reset": "9" * 20}, QUARTER),
        ({"x-rate-limit-reset": "9" * 19}, QUARTER),
        ({"x-rate-limit-reset": "-5"}, QUARTER),
        ({"x-rate-limit-reset": "soon"}, QUARTER),
        ({"x-rate-limit-reset": "²"}, QUARTER),
        ({"x-rate-limit-reset": "0"}, QUARTER),
        (
            {
                "x-rate-limit-reset": _at(NOW + 7 * MINUTE),
                "x-rate-limit-remaining": "299",
                "x-app-limit-24hour-remaining": "0",
                "x-app-limit-24hour-reset": _at(NOW + timedelta(hours=11)),
            },
            timedelta(hours=11),
        ),
        (
            {
                "x-rate-limit-reset": _at(NOW + 7 * MINUTE),
                "x-rate-limit-remaining": "0",
                "x-app-limit-24hour-remaining": "4000",
                "x-app-limit-24hour-reset": _at(NOW + timedelta(hours=11)),
            },
            7 * MINUTE,
        ),
        (
            {
                "x-rate-limit-reset": _at(NOW + 7 * MINUTE),
                "x-rate-limit-remaining": "0",
                "x-user-limit-24hour-remaining": "0",
                "x-user-limit-24hour-reset": _at(NOW + 2 * MINUTE),
            },
            7 * MINUTE,
        ),
        (
            {"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": _at(NOW + 9 * DAY)},
            QUARTER,
        ),
    ],
)
def test_a_limit_ends_when_the_header_that_matters_says_so(
    headers: dict[str, str], wait: timedelta
) -> None:
    assert reset_time(headers, NOW) - NOW == wait


async def _nasa(source: XSource) -> Profile:
    found = (await source.profiles(["nasa"]))["nasa"]
    assert isinstance(found, Profile)
    return found


async def test_the_daily_limit_is_read_from_an_answer(source: XSource, x: XServer) -> None:
    headers = {
        "x-rate-limit-remaining": "12",
        "x-app-limit-24hour-remaining": "0",
        "x-app-limit-24hour-reset": _at(NOW + timedelta(hours=5)),
    }
    x.fail("counts", Fault(429, "{}", headers=headers))
    profile = await _nasa(source)
    with pytest.raises(RateLimited) as error:
        await source.mentions(profile)
    assert error.value.until == NOW + timedelta(hours=5)


TYPE = "https://api.x.com/2/problems/"


@pytest.mark.parametrize(
    ("page", "fault", "kind", "problem_type"),
    [
        ("tweets", Fault(401, "{}"), TokenRefused, ""),
        ("tweets", Fault(403, '{"title":"Forbidden","type":"about:blank"}'), TokenRefused, ""),
        (
            "counts",
            Fault(403, f'{{"type":"{TYPE}client-forbidden"}}'),
            TokenRefused,
            "client-forbidden",
        ),
        (
            "counts",
            Fault(403, f'{{"errors":[{{"type":"{TYPE}not-authorized-for-resource"}}]}}'),
            ItemRefused,
            "not-authorized-for-resource",
        ),
        ("tweets", Fault(403, '{"title":"Authorization Error"}'), ItemRefused, ""),
        ("tweets", Fault(404, '{"title":"Not Found Error"}'), ItemRefused, ""),
        ("tweets", Fault(404, "<html>no such page</html>", "text/html"), SourceUnreachable, "html"),
        ("tweets", Fault(404, '{"message":"no route"}'), SourceUnreachable, ""),
        ("tweets", Fault(404, ""), SourceUnreachable, "empty"),
        ("tweets", Fault(402, "{}"), CreditsDepleted, ""),
        *(
            (page, Fault(status, body), CreditsDepleted, "")
            for page in ("users", "tweets", "counts")
            for status, body in (
                (402, f'{{"title":"CreditsDepleted","type":"{TYPE}credits"}}'),
                (429, f'{{"title":"UsageCapExceeded","type":"{TYPE}usage-capped"}}'),
                (403, f'{{"title":"SpendCapReached","type":"{TYPE}credits"}}'),
                (403, '{"title":"Forbidden","reason":"spend-cap-reached"}'),
            )
        ),
        (
            "counts",
            Fault(
                403,
                f'{{"title":"Authorization Error","type":"{TYPE}not-authorized-for-resource",'
                '"detail":"not authorized to see [@creditkarma]","value":"creditkarma"}',
            ),
            ItemRefused,
            "not-authorized-for-resource",
        ),
        ("tweets", Fault(403, '{"title":"Forbidden","detail":"@creditkarma"}'), TokenRefused, ""),
        # X's own simulator says so of a key that it does not take
        (
            "users",
            Fault(401, f'{{"type":"{TYPE}not-authorized-for-resource"}}'),
            TokenRefused,
            "not-authorized-for-resource",
        ),
        *(
            (page, Fault(status, "<html>Photo credit: NASA</html>"), SourceUnreachable, "html")
            for page in ("users", "tweets", "counts")
            for status in (401, 403)
        ),
        *(
            ("users", Fault(403, f'{{"type":"{TYPE}{kind}"{value}}}'), ItemRefused, kind)
            for kind in ("not-authorized-for-resource",)
            for value in ("", ',"value":"nasa"')
        ),
        ("users", Fault(307, headers={"Location": "/2/users"}), SourceUnreachable, "empty"),
        ("users", Fault(404, '{"title":"Not Found Error"}'), SourceUnreachable, ""),
        (
            "users",
            Fault(400, f'{{"type":"{TYPE}invalid-request"}}'),
            SourceUnreachable,
            "invalid-request",
        ),
        ("users", Fault(403, '{"type":"https://evil.example/<b>"}'), TokenRefused, ""),
        ("users", Fault(403, '{"type":["a"],"errors":[5,null],"title":7}'), TokenRefused, ""),
    ],
)
async def test_a_refusal_names_the_accounts_it_is_about(
    source: XSource,
    x: XServer,
    caplog: pytest.LogCaptureFixture,
    *,
    page: str,
    fault: Fault,
    kind: type[SourceError],
    problem_type: str,
) -> None:
    profile = await _nasa(source)
    x.fail(page, fault)
    ask: dict[str, Callable[[], Awaitable[object]]] = {
        "users": lambda: source.profiles(["nasa"]),
        "tweets": lambda: source.recent_posts(profile, NOW),
        "counts": lambda: source.mentions(profile),
    }
    with pytest.raises(kind) as error:
        await ask[page]()
    if kind is not CreditsDepleted:
        assert (error.value.status, error.value.problem_type) == (fault.status, problem_type)
    (line,) = [record.getMessage() for record in caplog.records]
    assert f"HTTP {fault.status}" in line
    assert problem_type in line
    assert page in line


SECRET = "a-word-of-the-body"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(400, f'{{"title":"{SECRET}","errors":[{{"message":"{SECRET}"}}]}}'),
        Fault(404, SECRET),
        Fault(500, f"<html>{SECRET}</html>", "text/html"),
        Fault(503, f'"{SECRET}"'),
        Fault(200, f"<html>{SECRET}</html>", "text/html"),
        Fault(200, f'{{"data":"{SECRET}"}}'),
        Fault(200, f'{{"errors":[{{"title":"{SECRET}","type":"{SECRET}!"}}]}}'),
        Fault(200, f'["{SECRET}"]'),
        Fault(drop=True),
    ],
)
async def test_what_x_refuses_is_logged_without_anything_that_was_in_it(
    source: XSource, x: XServer, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    x.fail("users", fault, times=2 if fault.drop else 1)
    with pytest.raises(SourceUnreachable) as error:
        await source.profiles(["nasa"])
    (line,) = [each for each in caplog.records if each.levelno == logging.WARNING]
    text = line.getMessage() + str(error.value)
    assert "/2/users/by" in text
    assert ("no answer" if fault.drop else f"HTTP {fault.status}") in text
    assert not [word for word in (SECRET, "nasa", X_TOKEN) if word in text]
    assert error.value.status == (None if fault.drop else fault.status)


@pytest.mark.parametrize(
    ("new_names", "reposts"), [(True, "retweets"), (False, "reposts"), (True, "reposts")]
)
async def test_another_spelling_is_found_out_once_and_costs_nothing(
    world: FixedWorld, clock: Clock, serve: Serve, *, new_names: bool, reposts: str
) -> None:
    x = XServer(world, X_TOKEN, clock, new_names=new_names, reposts=reposts)
    source = await serve(x)
    profile = await _nasa(source)
    before = x.bill
    assert len((await source.recent_posts(profile, NOW)).posts) == 10
    assert x.requests.count("/2/users/1/tweets") == 2
    assert x.bill - before == 50_000
    await source.recent_posts(profile, NOW)
    assert x.requests.count("/2/users/1/tweets") == 3


async def test_a_spelling_that_comes_back_is_taken_again(
    world: FixedWorld, clock: Clock, serve: Serve
) -> None:
    x = XServer(world, X_TOKEN, clock, new_names=True)
    source = await serve(x)
    profile = await _nasa(source)
    await source.recent_posts(profile, NOW)
    x.rename_parameters(new_names=False)
    assert len((await source.recent_posts(profile, NOW)).posts) == 10


@pytest.mark.parametrize(
    ("body", "requests"),
    [
        ('{"errors":[{"parameters":{"start_time":["x"]}}]}', 1),
        ("{}", 1),
        ("<html>", 1),
        ('{"errors":[{"message":"The query parameter [tweet.fields] is not one of [id]"}]}', 2),
        ('{"errors":[{"parameter":"tweet.fields"}]}', 2),
        ('{"detail":"The `exclude` query parameter value [retweets] is not one of [x]"}', 2),
        ('{"errors":[{"parameters":{"tweet.fields":["a"],"exclude":["retweets"]}}]}', 3),
        ('{"parameter":["tweet.fields"],"errors":[{"parameters":["exclude"]}]}', 1),
    ],
)
async def test_a_bad_request_is_repeated_only_where_a_spelling_is_to_blame(
    source: XSource, x: XServer, body: str, requests: int
) -> None:
    profile = await _nasa(source)
    x.fail("tweets", Fault(400, body), times=9)
    with pytest.raises(SourceUnreachable) as error:
        await source.recent_posts(profile, NOW)
    assert error.value.status == 400
    assert x.requests.count("/2/users/1/tweets") == requests


@pytest.mark.parametrize("status", [401, 403])
async def test_one_account_that_a_look_up_is_refused_for_costs_no_other(
    source: XSource, x: XServer, status: int
) -> None:
    body = f'{{"type":"{TYPE}not-authorized-for-resource","value":"NASA"}}'
    x.fail("users", Fault(status, body))
    found = await source.profiles(["nasa", "lea"])
    assert isinstance(found["nasa"], ItemRefused)
    assert isinstance(found["lea"], Profile)
    assert x.requests == ["/2/users/by"] * 2


async def test_a_look_up_that_is_refused_for_one_of_several_is_not_the_keys(
    source: XSource, x: XServer
) -> None:
    x.fail("users", Fault(403, f'{{"type":"{TYPE}not-authorized-for-resource"}}'))
    with pytest.raises(SourceUnreachable):
        await source.profiles(["nasa", "lea"])
