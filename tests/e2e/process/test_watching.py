"""The port by which a running bot is watched, as a scraper and a supervisor see it."""

import asyncio
import json
import re
import signal
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from playground.x.server import Fault, XServer
from storage.engine.database import Database
from tests.conftest import X_TOKEN
from tests.dialogue.conftest import BOT_TOKEN
from tests.e2e.conftest import ROOT, BotProcess, Town


@pytest.fixture
def port(town: Town) -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    town.environment["METRICS_PORT"] = str(number)
    return number


async def _started(town: Town, folder: Path) -> BotProcess:
    bot = await town.start(folder, town.environment)
    await bot.until("answering as @klout_bot")
    return bot


async def _get(port: int, page: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/{page}") as answer,
    ):
        return answer.status, await answer.text()


async def _metrics(port: int) -> dict[str, float]:
    """Every sample by its name and its labels' values, in the order of the labels' names."""
    _, text = await _get(port, "metrics")
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def _checks(port: int, page: str, status: int) -> dict[str, Any]:
    """What a page says once it answers with `status`."""
    async with asyncio.timeout(30):
        while (answer := await _get(port, page))[0] != status:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)
    checks: dict[str, Any] = json.loads(answer[1])["checks"]
    return checks


async def test_a_running_bot_is_measured(town: Town, x: XServer, tmp_path: Path, port: int) -> None:
    bot = await _started(town, tmp_path)
    await town.ask("/klout @nasa")
    town.telegram.fail("sendMessage", 429, "retry", retry_after=1)
    await town.ask("/klout @nasa")
    x.fail("users", Fault(429, "{}"))
    await town.ask("/klout @lea")
    checks = await _checks(port, "ready", 200)
    assert checks == dict.fromkeys(["started", "database", "tick", "updates"], True)
    assert await _checks(port, "health", 200) == {"loop": True, "tick": True}
    async with asyncio.timeout(30):  # the first tick may still be at its election
        while not (found := await _metrics(port))["klout_sender_elected"]:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.5)
    assert found["klout_telegram_requests_total sendMessage ok"] == 3
    assert found["klout_telegram_requests_total sendMessage too_many_requests"] == 1
    assert found["klout_x_requests_total ok profiles"] == 1
    assert found["klout_x_requests_total too_many_requests profiles"] == 1
    assert found["klout_x_requests_total ok posts"] == 1
    assert found["klout_answer_seconds_count message"] >= 2
    assert found["klout_update_age_seconds_count"] == 3
    assert found["klout_database_up"] == 1
    assert 0 < found["klout_x_spent_today_dollars"] <= 0.065
    assert found["klout_x_spent_month_dollars"] == found["klout_x_spent_today_dollars"]
    assert found["klout_x_budget_dollars"] == 10
    assert found["klout_outbox_messages uncertain"] == 0
    assert found["klout_inbox_updates waiting"] == 0
    assert found["klout_sender_elected"] == 1
    assert found["process_resident_memory_bytes"] > 0
    _, text = await _get(port, "metrics")
    for private in (BOT_TOKEN, X_TOKEN, "nasa", str(town.chat.id)):
        assert private not in text
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_alarms_and_dashboard_ask_for_what_there_is(
    town: Town, tmp_path: Path, port: int
) -> None:
    bot = await _started(town, tmp_path)
    await town.ask("/klout @nasa")
    _, text = await _get(port, "metrics")
    there = {
        sample.name for family in text_string_to_metric_families(text) for sample in family.samples
    }
    for file in ("alarms.yml", "dashboard.json"):
        asked = set(re.findall(r"\b(?:klout|process)_\w+", (ROOT / "deploy" / file).read_text()))
        assert len(asked) > 10
        assert asked <= there, file
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_what_is_not_ready_is_named_and_no_reason_to_restart(
    town: Town, tmp_path: Path, port: int
) -> None:
    town.telegram.fail("getMe", 500, "restart", times=1_000)
    bot = await town.start(tmp_path, town.environment)
    await bot.until("Telegram is not reachable")
    checks = await _checks(port, "ready", 503)
    assert checks == {"started": False, "database": True, "tick": False, "updates": False}
    await _checks(port, "health", 200)
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_a_database_that_is_gone_is_told(
    town: Town, database: Database, tmp_path: Path, port: int
) -> None:
    bot = await _started(town, tmp_path)
    await _checks(port, "ready", 200)
    async with database.transaction() as connection:
        await connection.execute(text("DROP TABLE spending"))
    assert (await _metrics(port))["klout_database_up"] == 0
    assert (await _checks(port, "health", 200))["loop"]
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_bot_py_health_asks(town: Town, tmp_path: Path, port: int) -> None:
    del port
    asking = await town.start(tmp_path, town.environment, "health")
    await asking.until("The bot does not answer: ")
    assert await asking.end() == 1
    bot = await _started(town, tmp_path)
    asking = await town.start(tmp_path, town.environment, "health")
    await asking.until('"ok": true')
    assert await asking.end() == 0
    asking = await town.start(tmp_path, {}, "health")
    await asking.until("METRICS_PORT is not set")
    assert await asking.end() == 2
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_a_port_that_is_taken_is_said_so(town: Town, tmp_path: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        bot = await town.start(tmp_path, town.environment)
        await bot.until("The bot cannot start: ")
        assert await bot.end() == 1
    assert "Traceback" not in "".join(bot.output)


async def test_systemd_is_told_and_lines_are_json(town: Town, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(60)
        town.environment |= {"NOTIFY_SOCKET": str(tmp_path / "notify"), "LOG_FORMAT": "json"}
        bot = await town.start(tmp_path, town.environment)
        town.telegram.fail("sendMessage", 400, "Bad Request: odd")
        told = [await asyncio.to_thread(supervisor.recv, 1000)]
        while not told[-1].startswith(b"READY=1"):
            told.append(await asyncio.to_thread(supervisor.recv, 1000))
        assert told[-1] == b"READY=1\nSTATUS=answering as @klout_bot"
        town.telegram.say(town.ada, town.chat, "/help")
        line = json.loads(await bot.until("a bug"))
        assert await bot.end(signal=signal.SIGTERM) == 0
        while not told[-1].startswith(b"STOPPING=1"):
            told.append(await asyncio.to_thread(supervisor.recv, 1000))
    assert line["level"] == "error"
    assert line["update_id"] > 0
    assert len(line["error_id"]) == 8
    for written in "".join(bot.output).splitlines():
        json.loads(written)
