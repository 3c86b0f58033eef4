"""Telegram, or what stands before it, answers oddly: the process goes on, and answers the rest."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.conftest import BotProcess, Town
from tests.e2e.process.test_inbox import answers

HTML: Final = b"<html><h1>404 Not Found</h1>nginx</html>"
SECRET: Final = "a private message"
STICKER: Final = {
    "file_id": "a",
    "file_unique_id": "b",
    "type": "regular",
    "width": 1,
    "height": 1,
    "is_animated": False,
}


async def started(town: Town, folder: Path) -> BotProcess:
    bot = await town.start(folder, town.environment)
    await bot.until("answering as @klout_bot")
    return bot


async def ended(town: Town, bot: BotProcess) -> str:
    """Everything it wrote, once it has ended well."""
    assert await bot.end(signal=signal.SIGTERM) == 0
    written = "".join(bot.output)
    assert "Traceback" not in written
    assert town.environment["TELEGRAM_BOT_TOKEN"] not in written
    return written


async def asked_at_the_start(town: Town, text: str) -> str:
    """Ada's message waits before the bot is there; its answer."""
    async with asyncio.timeout(60):
        town.telegram.say(town.ada, town.chat, text)
        while not answers(town):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)
    return answers(town)[-1]


async def test_odd_updates_take_neither_their_page_nor_the_process(
    town: Town, tmp_path: Path
) -> None:
    town.environment["LOG_LEVEL"] = "INFO"  # at DEBUG the library writes what it is sent
    sticker = town.telegram.say(town.ada, town.chat, SECRET)
    sticker["message"] |= {"text": None, "sticker": STICKER}
    odd: list[Any] = [SECRET, None, {"message": SECRET}, {"update_id": "9"}, {"update_id": 2**70}]
    bare = town.telegram.world.updates.add("message", {"text": SECRET})
    question = town.telegram.say(town.ada, town.chat, "/help")
    result = [*odd, sticker, bare, question]
    page = json.dumps({"ok": True, "result": result}).encode()
    town.telegram.garble("getUpdates", 200, page)
    bot = await started(town, tmp_path)
    while not answers(town):  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(0.05)
    assert (await town.ask("/help"))["text"].startswith("What I answer")
    assert len(answers(town)) == 2
    written = await ended(town, bot)
    assert SECRET not in written
    assert f"update_id={sticker['update_id']}\n" in written
    assert written.count("an update cannot be understood") >= len(odd) + 2


PAGES: Final[dict[str, tuple[int, bytes]]] = {
    "no list": (200, b'{"ok": true, "result": {"update_id": 1}}'),
    "no result": (200, b'{"ok": true}'),
    "text": (200, b'{"ok": true, "result": "none"}'),
    "no Telegram": (200, b"<html>maintenance</html>"),
    "a list": (200, b"[]"),
    "a proxy's page": (404, HTML),
    "a gateway's refusal": (401, b'{"error": "unauthorized"}'),
    "a refusal that is a list": (400, b"[5]"),
    "a refusal with odd parameters": (
        429,
        b'{"ok": false, "error_code": 429, "description": "x", "parameters": "y"}',
    ),
}


@pytest.mark.parametrize("first", range(3))
async def test_a_page_that_is_none_means_not_reachable(
    town: Town, tmp_path: Path, first: int
) -> None:
    for status, content in list(PAGES.values())[first::3]:  # each waits twice as long as before
        town.telegram.garble("getUpdates", status, content)
    town.environment["LOG_LEVEL"] = "INFO"
    bot = await started(town, tmp_path)
    assert (await asked_at_the_start(town, "/help")).startswith("What I answer")
    written = await ended(town, bot)
    assert "no updates could be had" in written


@pytest.mark.parametrize(
    ("status", "content"),
    [(401, b'{"ok":false,"error_code":401,"description":"Unauthorized"}'), (404, HTML)],
    ids=["401", "a proxy's 404"],
)
async def test_seconds_of_refusals_end_nothing(
    town: Town, tmp_path: Path, status: int, content: bytes
) -> None:
    """At the start, and while it runs."""
    town.telegram.garble("getMe", status, content, times=5)
    bot = await started(town, tmp_path)
    town.telegram.garble("getUpdates", status, content, times=4)
    town.telegram.garble("getMe", status, content, times=4)
    assert (await asked_at_the_start(town, "/help")).startswith("What I answer")
    await ended(town, bot)


async def test_a_restart_amid_refusals_waits_for_a_token_that_worked(
    town: Town, tmp_path: Path
) -> None:
    bot = await started(town, tmp_path)
    await town.ask("/help")
    await bot.end(signal=signal.SIGTERM)
    town.telegram.fail("getMe", 401, "Unauthorized", times=12)
    bot = await town.start(tmp_path, town.environment)
    for _ in range(6):  # more than a new token is given
        await bot.until("Telegram is not reachable")
    assert bot.process.returncode is None
    assert await bot.end(signal=signal.SIGTERM) == 0
    town.telegram.recover()


async def test_a_menu_that_telegram_puts_off_delays_no_answer(town: Town, tmp_path: Path) -> None:
    for method in ("setMyCommands", "getMyCommands"):
        town.telegram.fail(method, 429, "Too Many Requests: retry after 600", retry_after=600)
    bot = await started(town, tmp_path)
    assert (await town.ask("/help"))["text"].startswith("What I answer")
    written = await ended(town, bot)
    assert "the command menu could not be published" in written
    town.telegram.recover()


@pytest.mark.parametrize(
    "odd", [b'{"ok":true,"result":{"a":1}}', b'{"ok":true,"result":[1]}', b"x"]
)
async def test_a_menu_that_cannot_be_read_is_written(
    town: Town, tmp_path: Path, odd: bytes
) -> None:
    town.telegram.garble("getMyCommands", 200, odd)
    bot = await started(town, tmp_path)
    assert (await town.ask("/help"))["text"].startswith("What I answer")
    while len(town.telegram.sent("setMyCommands")) < 2:  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(0.05)
    await ended(town, bot)


async def test_a_webhook_that_is_set_is_taken_back_when_telegram_says_so(
    town: Town, tmp_path: Path
) -> None:
    await town.telegram.call("setWebhook", {"url": "https://example.org/elsewhere"})
    town.telegram.fail("deleteWebhook", 500, "Internal Server Error: restart")
    bot = await started(town, tmp_path)
    assert (await asked_at_the_start(town, "/help")).startswith("What I answer")
    assert not town.telegram.sent("getWebhookInfo")
    await ended(town, bot)


async def test_an_answer_of_getme_that_cannot_be_read_is_asked_for_again(
    town: Town, tmp_path: Path
) -> None:
    unnamed = b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"x"}}'
    for odd in (
        unnamed,
        b'{"ok":true}',
        b'{"ok":true,"result":[]}',
        b'{"ok":true,"result":{"id":1}}',
        HTML,
    ):
        town.telegram.garble("getMe", 200, odd)
    bot = await started(town, tmp_path)
    assert (await town.ask("/help"))["text"].startswith("What I answer")
    await ended(town, bot)
