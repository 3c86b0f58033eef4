"""What is said of a bot that stands still, and of what waits."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from telegram import Update
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from handlers.context import Services
from operations.observability.database_metrics import DatabaseMetrics
from operations.observability.health import Health
from operations.observability.instrumentation import Answering, Lag, MeasuredRequest, MeasuredSource
from operations.observability.metrics import Metrics
from playground.x.server import Fault, XServer
from scoring.reading.errors import AccountUnreadable, ItemRefused, SourceError
from scoring.reading.sources import Profile
from scoring.reading.sources.x import XSource
from storage.chats.places import Place
from storage.queues.messages import OutboxMessage
from tests.conftest import Clock
from tests.dialogue.conftest import BOT_TOKEN, Talk
from tests.support.accounts import NOW


@pytest.fixture
def metrics(clock: Clock) -> Metrics:
    return Metrics(clock)


def _health(talk: Talk, metrics: Metrics, clock: Clock, *, polls: bool = True) -> Health:
    lag = Lag(metrics, pause=0.05)
    machine = lambda: clock().timestamp()  # noqa: E731 - nothing but the clock passes time here
    return Health(talk.application, metrics, lag, clock, polls=polls, machine=machine)


async def test_a_clock_that_is_moved_is_no_stalled_tick(
    talk: Talk, metrics: Metrics, clock: Clock
) -> None:
    lag = Lag(metrics, pause=0.05)
    health = Health(talk.application, metrics, lag, clock, polls=True, machine=lambda: 0.0)
    await talk.tick()
    assert health.alive()["tick"]
    clock.forward(days=7)
    assert health.alive()["tick"]


async def test_a_tick_that_does_not_come_back(talk: Talk, metrics: Metrics, clock: Clock) -> None:
    health = _health(talk, metrics, clock)
    assert health.alive() == {"loop": True, "tick": True}  # the first is still to come
    await talk.tick()
    metrics.hear()
    assert all((await health.ready()).values())
    clock.forward(minutes=2)
    assert health.alive() == {"loop": True, "tick": False}
    assert await health.ready() == {
        "started": True,
        "database": True,
        "tick": False,
        "updates": False,
    }
    assert "updates" not in await _health(talk, metrics, clock, polls=False).ready()


async def test_a_database_in_trouble_is_no_reason_to_restart(
    talk: Talk, metrics: Metrics, clock: Clock
) -> None:
    database = talk.application.services.stores.database
    async with database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE outbox RENAME TO lost")
    clock.forward(minutes=3)
    with pytest.raises(Exception, match="outbox"):
        await talk.tick()
    assert all(_health(talk, metrics, clock).alive().values())
    async with database.transaction() as connection:  # for the end of the application
        await connection.exec_driver_sql("ALTER TABLE lost RENAME TO outbox")


async def test_a_loop_that_is_blocked_is_seen(metrics: Metrics) -> None:
    lag = Lag(metrics, pause=0.05)
    measuring = asyncio.create_task(lag.measure())
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    end = loop.time() + 0.05 + 0.1
    while loop.time() < end:  # what blocking code does
        pass
    await asyncio.sleep(0.001)
    measuring.cancel()
    assert lag.newest >= 0.1


async def _figures(services: Services) -> CollectorRegistry:
    """What a scrape finds in the database now."""
    registry = CollectorRegistry()
    figures = DatabaseMetrics(services.counting, services.spending, services.usage, services.clock)
    registry.register(figures)
    await figures.refresh()
    return registry


async def test_what_waits_and_what_became_of_the_rest(talk: Talk, clock: Clock) -> None:
    services = talk.application.services
    registry = await _figures(services)
    assert registry.get_sample_value("klout_outbox_oldest_seconds") == 0
    assert registry.get_sample_value("klout_sender_elected") == 0
    outbox = services.stores.outbox
    messages = [OutboxMessage(key=key, place=Place(ord(key)), html="x") for key in "abc"]
    async with services.stores.transaction() as tx:
        await outbox.post(tx, messages)
    first, second, _ = await outbox.lease(3)
    for message in (first, second):
        assert await outbox.arm(message)
    await outbox.doubt(first, "lost")
    await outbox.deliver(second, 7)
    clock.forward(seconds=90)
    value = (await _figures(services)).get_sample_value
    assert value("klout_outbox_oldest_seconds") == 90
    states = {"leased": 1, "uncertain": 1, "sent": 1, "pending": 0, "failed": 0}
    for state, count in states.items():
        assert value("klout_outbox_messages", {"state": state}) == count


async def test_figures_are_read_once_for_several_scrapers(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = talk.application.services
    figures = DatabaseMetrics(services.counting, services.spending, services.usage, clock)
    asked = []

    async def count(now: object) -> None:
        asked.append(now)

    monkeypatch.setattr(services.counting, "backlog", count)
    await asyncio.gather(*(figures.refresh() for _ in range(5)))
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, b""), "ok"),
        ((403, b""), "refused"),
        ((429, b""), "too_many_requests"),
        ((502, b""), "failed"),
        (TimedOut(), "timeout"),
        (NetworkError("gone"), "unreachable"),
        (asyncio.CancelledError(), "cancelled"),
    ],
)
async def test_what_becomes_of_a_request(
    metrics: Metrics, monkeypatch: pytest.MonkeyPatch, answer: Any, outcome: str
) -> None:
    async def answered(*_: object) -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(HTTPXRequest, "do_request", answered)
    request = MeasuredRequest(metrics)
    paths = {f"bot{BOT_TOKEN}/sendMessage": "sendMessage", f"file/bot{BOT_TOKEN}/photos/me": "file"}
    for path, method in paths.items():
        with suppress(TelegramError, asyncio.CancelledError):
            await request.do_request(f"https://api.telegram.org/{path}", "POST")
        labels = {"method": method, "outcome": outcome}
        assert metrics.registry.get_sample_value("klout_telegram_requests_total", labels) == 1


@pytest.mark.parametrize(
    ("fault", "outcome", "reason"),
    [
        (Fault(429, "{}"), "too_many_requests", "too_many_requests"),
        (Fault(402, "{}"), "no_credits", "no_credits"),
        (Fault(401, "{}"), "token_refused", "unauthorized"),
        (Fault(403, "{}"), "token_refused", "forbidden"),
        (Fault(400, "{}"), "unreachable", "bad_request"),
        (Fault(404, "{}"), "unreachable", "not_found"),
        (Fault(418, "{}"), "unreachable", "other"),
        (Fault(500, "{}"), "unreachable", "server_error"),
        (Fault(503, "<html>", "text/html"), "unreachable", "server_error"),
        (Fault(200, "<html>", "text/html"), "unreachable", "malformed"),
        (Fault(200, '{"data":5}'), "unreachable", "malformed"),
        (Fault(drop=True), "unreachable", "no_answer"),
    ],
)
async def test_what_becomes_of_a_read(
    metrics: Metrics, source: XSource, x: XServer, *, fault: Fault, outcome: str, reason: str
) -> None:
    measured = MeasuredSource(source, metrics)
    x.fail("users", fault, times=2 if fault.drop else 1)  # aiohttp tries a dropped GET again
    with pytest.raises(SourceError):
        await measured.profiles(["nasa"])
    assert await measured.profile_by_id(1)
    value = metrics.registry.get_sample_value
    labels = {"page": "profiles", "outcome": outcome}
    assert value("klout_x_requests_total", labels) == 1
    assert value("klout_x_requests_total", {"page": "profile_by_id", "outcome": "ok"}) == 1
    assert value("klout_x_failures_total", {"page": "profiles", "reason": reason}) == 1


async def test_a_refusal_of_one_account_and_what_is_odd_are_counted_apart(
    metrics: Metrics, source: XSource, x: XServer
) -> None:
    measured, value = MeasuredSource(source, metrics), metrics.registry.get_sample_value
    x.spoil("lea", public_metrics=...)
    x.spoil_post(1002, created_at=5)
    profile = (await measured.profiles(["nasa", "lea"]))["nasa"]
    assert isinstance(profile, Profile)
    await measured.recent_posts(profile, NOW)
    for page in ("profiles", "posts"):
        assert value("klout_x_odd_items_total", {"page": page}) == 1
        assert value("klout_x_requests_total", {"page": page, "outcome": "ok"}) == 1
    x.trouble("nasa", "not-authorized-for-resource", "tweets", 403)
    x.fail("counts", Fault(200, '{"meta": {}}'))
    with pytest.raises(ItemRefused):
        await measured.recent_posts(profile, NOW)
    with pytest.raises(AccountUnreadable):
        await measured.mentions(profile)
    for page, outcome in {"posts": "item_refused", "mentions": "unreadable"}.items():
        assert value("klout_x_requests_total", {"page": page, "outcome": outcome}) == 1
        assert value("klout_x_failures_total", {"page": page, "reason": outcome}) == 1


async def test_an_update_that_fails_is_measured_too(metrics: Metrics, clock: Clock) -> None:
    with pytest.raises(RuntimeError), Answering(metrics, clock)(Update(1)):
        raise RuntimeError
    value = metrics.registry.get_sample_value
    assert value("klout_answer_seconds_count", {"kind": "other"}) == 1
    assert value("klout_updates_in_flight") == 0
