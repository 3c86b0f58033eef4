"""What is said of a bot that stands still, and of what waits."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from telegram import Update
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from operations.figures import StoredFigures
from operations.health import Health
from operations.measuring import Answering, Lag, MeasuredRequest, MeasuredSource
from operations.metrics import Metrics
from playground.x.server import Fault, XServer
from scoring.errors import SourceError
from scoring.sources.x import XSource
from storage.outbox import Outbox, post
from storage.places import Place
from tests.conftest import Clock
from tests.dialogue.conftest import BOT_TOKEN, Talk


@pytest.fixture
def metrics(clock: Clock) -> Metrics:
    return Metrics(clock)


def _health(talk: Talk, metrics: Metrics, clock: Clock, *, polls: bool = True) -> Health:
    return Health(talk.application, metrics, Lag(metrics), clock, polls=polls)


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
    database = talk.application.services.database
    async with database.transaction() as connection:
        await connection.exec_driver_sql("DROP TABLE outbox")
    clock.forward(minutes=3)
    with pytest.raises(Exception, match="outbox"):
        await talk.tick()
    assert all(_health(talk, metrics, clock).alive().values())


async def test_a_loop_that_is_blocked_is_seen(metrics: Metrics) -> None:
    lag = Lag(metrics)
    measuring = asyncio.create_task(lag.measure())
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    end = loop.time() + lag._PAUSE + 0.1
    while loop.time() < end:  # what blocking code does
        pass
    await asyncio.sleep(0.001)
    measuring.cancel()
    assert lag.newest >= 0.1


async def test_what_waits_and_what_became_of_the_rest(talk: Talk, clock: Clock) -> None:
    services = talk.application.services
    registry = CollectorRegistry()
    figures = StoredFigures(services.counting, services.spending, services.usage, clock)
    registry.register(figures)
    await figures.refresh()
    assert registry.get_sample_value("klout_outbox_oldest_seconds") == 0
    assert registry.get_sample_value("klout_sender_elected") == 0
    outbox = Outbox(services.database, clock, "one")
    async with services.database.transaction() as connection:
        for key in "abc":
            place = Place(ord(key), 0)
            await post(connection, key, place, "x", now=clock(), useful=timedelta(days=1))
    first, second, _ = await outbox.lease(3)
    for message in (first, second):
        assert await outbox.arm(message)
    await outbox.doubt(first, "lost")
    await outbox.deliver(second, 7)
    clock.forward(seconds=90)
    figures._read_at = float("-inf")  # as if they were old
    await figures.refresh()
    value = registry.get_sample_value
    assert value("klout_outbox_oldest_seconds") == 90
    states = {"leased": 1, "uncertain": 1, "sent": 1, "pending": 0, "failed": 0}
    for state, count in states.items():
        assert value("klout_outbox_messages", {"state": state}) == count


async def test_figures_are_read_once_for_several_who_ask(
    talk: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = talk.application.services
    figures = StoredFigures(services.counting, services.spending, services.usage, clock)
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
    ("fault", "outcome"),
    [
        (Fault(429, "{}"), "too_many_requests"),
        (Fault(402, "{}"), "no_credits"),
        (Fault(401, "{}"), "token_refused"),
        (Fault(500, "{}"), "unreachable"),
    ],
)
async def test_what_becomes_of_a_read(
    metrics: Metrics, source: XSource, x: XServer, fault: Fault, outcome: str
) -> None:
    measured = MeasuredSource(source, metrics)
    x.fail("users", fault)
    with pytest.raises(SourceError):
        await measured.profiles(["nasa"])
    assert await measured.profile_by_id(1)
    value = metrics.registry.get_sample_value
    labels = {"page": "profiles", "outcome": outcome}
    assert value("klout_x_requests_total", labels) == 1
    assert value("klout_x_requests_total", {"page": "profile_by_id", "outcome": "ok"}) == 1


async def test_an_update_that_fails_is_measured_too(metrics: Metrics, clock: Clock) -> None:
    with pytest.raises(RuntimeError), Answering(metrics, clock)(Update(1)):
        raise RuntimeError
    value = metrics.registry.get_sample_value
    assert value("klout_answer_seconds_count", {"kind": "other"}) == 1
    assert value("klout_updates_in_flight") == 0
