"""`python bot.py run` as an operator's machine runs it."""

import asyncio
import contextlib
import json
import os
import re
import signal
import stat
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from operations.assembly import utc_now
from playground.networks.local_bluesky import BlueskyServer
from playground.networks.people import BLUESKY
from playground.x.server import Fault, XServer
from tests.conftest import X_TOKEN, of_sqlite
from tests.dialogue.conftest import BOT_TOKEN
from tests.e2e.conftest import BotProcess, Launch, Start, Town, locked


async def _started(town: Town, folder: Path) -> BotProcess:
    bot = await town.start(folder, town.environment)
    await bot.until("answering as @klout_bot")
    return bot


def _mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def _no_secret_in(bot: BotProcess) -> None:
    written = "".join(bot.output)
    assert BOT_TOKEN not in written
    assert X_TOKEN not in written
    assert "Traceback" not in written


async def test_it_answers_and_ends_with_zero(town: Town, tmp_path: Path) -> None:
    bot = await _started(town, tmp_path)
    answer = await town.ask("/klout @nasa")
    assert re.match(r"@nasa · \d+/100 ± \d+ · X\n", answer["text"])
    assert await bot.end(signal=signal.SIGTERM) == 0
    _no_secret_in(bot)


async def test_polling_asks_for_inline_and_guest_queries(town: Town, tmp_path: Path) -> None:
    bot = await _started(town, tmp_path)
    strangers = town.telegram.group("Strangers", [town.ada], with_bot=False)
    answer = await town.answer_to(town.ada, strangers, "@klout_bot @nasa")
    assert answer["text"].startswith("@nasa · ")
    town.telegram.type_inline(town.ada, strangers, "na")
    async with asyncio.timeout(30):
        while not town.telegram.sent("answerInlineQuery"):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)
    (result,) = town.telegram.sent("answerInlineQuery")[0].params["results"]
    assert result["title"].startswith("@nasa · ")
    assert await bot.end(signal=signal.SIGTERM) == 0


PASSING = [
    (Fault(500, "<html>", "text/html"), "X is not answering"),
    (Fault(200, ""), "X is not answering"),
]
LASTING = [
    (Fault(402, "{}"), "prepaid reads are used up"),
    (Fault(401, "{}"), "X does not accept this bot’s key"),
    (Fault(429, "{}"), "X asks us to slow down."),
]
"""After one of these X is not asked again at once."""


@pytest.mark.parametrize("lasting", LASTING, ids=["402", "401", "429"])
async def test_every_fault_at_x_is_answered(
    town: Town, x: XServer, tmp_path: Path, lasting: tuple[Fault, str]
) -> None:
    bot = await _started(town, tmp_path)
    for fault, sentence in PASSING:
        x.fail("users", fault)
        assert sentence in (await town.ask("/klout @nasa"))["text"]
    assert "no account @missing on X" in (await town.ask("/klout @missing"))["text"]
    fault, sentence = lasting
    x.fail("users", fault)
    assert sentence in (await town.ask("/klout @nasa"))["text"]
    asked = len(x.requests)
    assert sentence in (await town.ask("/klout @lea"))["text"]
    assert len(x.requests) == asked
    assert await bot.end(signal=signal.SIGTERM) == 0
    _no_secret_in(bot)


async def test_the_budget_is_enforced_from_the_first_read(
    town: Town, x: XServer, tmp_path: Path
) -> None:
    town.environment["X_BUDGET_USD_MONTH"] = "0.009"
    bot = await _started(town, tmp_path)
    assert "used up its budget" in (await town.ask("/klout @nasa"))["text"]
    assert not x.requests
    assert await bot.end(signal=signal.SIGINT) == 0


@pytest.mark.parametrize("page", ["users", "tweets"])
async def test_sigterm_while_x_is_silent(town: Town, x: XServer, tmp_path: Path, page: str) -> None:
    bot = await _started(town, tmp_path)
    x.fail(page, Fault(hang=True))
    town.telegram.say(town.ada, town.chat, "/klout @nasa")
    await x.asked.wait()
    assert await bot.end(signal=signal.SIGTERM) == 0
    assert town.telegram.history(town.chat)[-1]["text"].startswith("I am being restarted.")
    _no_secret_in(bot)


@pytest.mark.parametrize("method", ["sendMessage", "getUpdates", "getMe", "setMyCommands"])
async def test_sigterm_while_telegram_is_silent(
    town: Town, x: XServer, tmp_path: Path, method: str
) -> None:
    if method == "sendMessage":
        bot = await _started(town, tmp_path)
        town.telegram.hang("sendMessage", times=9)
        town.telegram.say(town.ada, town.chat, "/klout @nasa")
        await x.asked.wait()
    else:
        town.telegram.hang(method, times=9)
        bot = await town.start(tmp_path, town.environment)
        await bot.until("the database is open")
    assert await bot.end(signal=signal.SIGTERM) == 0
    _no_secret_in(bot)


async def test_sigterm_while_a_picture_is_drawn(town: Town, tmp_path: Path) -> None:
    bot = await _started(town, tmp_path)
    answer = await town.ask("/klout @nasa")
    town.telegram.press(town.ada, answer, "Card")
    painter = await _painter(bot.process.pid)
    os.kill(painter, signal.SIGSTOP)  # it will never be done
    assert await bot.end(signal=signal.SIGTERM) == 0
    _no_secret_in(bot)
    with pytest.raises(ProcessLookupError):
        os.kill(painter, 0)


async def _painter(bot: int) -> int:
    """The number of the process that draws, as soon as there is one."""
    while not (drawing := _drawing(bot)):  # noqa: ASYNC110 - it is not in this process
        await asyncio.sleep(0.01)
    return drawing[0]


def _drawing(bot: int) -> list[int]:
    children = Path(f"/proc/{bot}/task/{bot}/children")
    if not children.exists():
        pytest.skip("only Linux says which processes are whose")
    numbers = children.read_text().split()
    return [int(n) for n in numbers if b"spawn_main" in Path(f"/proc/{n}/cmdline").read_bytes()]


async def test_what_was_read_survives_kill_9(town: Town, x: XServer, tmp_path: Path) -> None:
    bot = await _started(town, tmp_path)
    before = await town.ask("/klout @nasa")
    bot.process.kill()
    await bot.process.wait()
    bot = await _started(town, tmp_path)
    assert (await town.ask("/klout @nasa"))["text"] == before["text"]
    assert len(x.requests) == 3
    assert await bot.end(signal=signal.SIGTERM) == 0


@of_sqlite
async def test_the_database_is_its_owners_alone(town: Town, tmp_path: Path) -> None:
    (tmp_path / "klout.db").unlink()
    bot = await _started(town, tmp_path)
    await town.ask("/klout @nasa")
    modes = [_mode(tmp_path / name) for name in ("klout.db", "klout.db-wal", "klout.db-shm")]
    assert modes == [0o600] * 3
    await bot.end(signal=signal.SIGTERM)


async def test_a_telegram_token_is_enough(town: Town, tmp_path: Path) -> None:
    async with TestServer(BlueskyServer(BLUESKY, utc_now).application()) as bluesky:
        free = {"X_BEARER_TOKEN": "", "NETWORKS": "x,bluesky,fediverse"}
        url = {"BLUESKY_API_URL": str(bluesky.make_url("")).rstrip("/")}
        bot = await town.start(tmp_path, town.environment | free | url)
        await bot.until("X is not read")
        await bot.until("answering as @klout_bot")
        scored = await town.ask("/klout @ada.bsky.test")
        assert scored["text"].startswith("@ada.bsky.test · 52/100")
        assert "does not read X" in (await town.ask("/klout @nasa"))["text"]
        await bot.end(signal=signal.SIGTERM)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"TELEGRAM_BOT_TOKEN": ""}, "TELEGRAM_BOT_TOKEN is not set: see .env.example."),
        ({"X_BEARER_TOKEN": ""}, "X_BEARER_TOKEN is not set, and NETWORKS names no other network."),
        ({"NETWORKS": "x,y"}, "NETWORKS is not usable: must be some of x, bluesky and fediverse"),
        (
            {"BLUESKY_API_URL": "bsky.app"},
            "BLUESKY_API_URL is not usable: must begin with https://",
        ),
        ({"TELEGRAM_BOT_TOKEN": "nonsense"}, "TELEGRAM_BOT_TOKEN is not usable: must look like"),
        ({"X_API_URL": "api.x.com"}, "X_API_URL is not usable: must begin with https://"),
        ({"X_BUDGET_USD_MONTH": "-1"}, "X_BUDGET_USD_MONTH is not usable: "),
        ({"X_BUDGET_USD_MONTH": "nan"}, "X_BUDGET_USD_MONTH is not usable: "),
        ({"DATABASE_URL": "postgresql://u@h:x/d"}, "DATABASE_URL is not usable: must look like"),
        ({"DATABASE_URL": "postgresql://u@h:99999/d"}, "DATABASE_URL is not usable: must look"),
        ({"DATABASE_URL": "postgresql://u@h/d?sslmode=on"}, "DATABASE_URL is not usable: its only"),
        ({"X_API_URL": "https://a.b/?c"}, "X_API_URL is not usable: must end with a path"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL is not usable: must look like sqlite:///"),
        ({"ADMIN_IDS": "me"}, "ADMIN_IDS is not usable: must be Telegram user ids"),
        ({"WEBHOOK_URL": "http://a.b"}, "WEBHOOK_URL is not usable: must begin with https://"),
        ({"WEBHOOK_URL": "https://a.b"}, "WEBHOOK_SECRET is not usable: must be 32 to 256"),
        ({"WEBHOOK_SECRET": "short"}, "WEBHOOK_SECRET is not usable: must be 32 to 256"),
        ({"WEBHOOK_PORT": "0"}, "WEBHOOK_PORT is not usable: "),
        ({"TELEGRAM_API_URL": "http://x:y"}, "TELEGRAM_API_URL is not usable: must be an address"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL is not usable: must look like"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL is not usable: "),
    ],
)
async def test_a_bad_setting_is_one_sentence_and_exit_code_2(
    town: Town, tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    bot = await town.start(tmp_path, town.environment | changes)
    assert await bot.end() == 2
    (line,) = "".join(bot.output).splitlines()
    assert line.startswith(sentence)


async def test_a_token_that_telegram_does_not_know_is_named(town: Town, tmp_path: Path) -> None:
    bot = await town.start(tmp_path, town.environment | {"TELEGRAM_BOT_TOKEN": "1:unknown"})
    assert await bot.end() == 2
    assert "TELEGRAM_BOT_TOKEN is not usable: Telegram does not know it." in "".join(bot.output)
    town.telegram.violations.clear()


@of_sqlite
async def test_a_database_that_cannot_be_opened_is_said_so(town: Town, tmp_path: Path) -> None:
    (tmp_path / "klout.db").unlink()
    (tmp_path / "klout.db").mkdir()
    bot = await town.start(tmp_path, town.environment)
    assert await bot.end() == 1
    assert "The bot cannot start: " in "".join(bot.output)


@of_sqlite
async def test_a_file_that_is_no_database_is_said_so(town: Town, tmp_path: Path) -> None:
    (tmp_path / "klout.db").write_text("something else entirely" * 100)
    bot = await town.start(tmp_path, town.environment)
    assert await bot.end() == 1
    assert "The bot cannot start: " in "".join(bot.output)
    assert "Traceback" not in "".join(bot.output)


async def test_stored_receipts_are_printed(town: Town, tmp_path: Path) -> None:
    bot = await _started(town, tmp_path)
    await town.ask("/klout @nasa @lea")
    assert await bot.end(signal=signal.SIGTERM) == 0
    only = {"DATABASE_URL": town.environment["DATABASE_URL"]}
    printing = await town.start(tmp_path, only, "receipts")
    await printing.until('"nasa"')
    assert await printing.end() == 0
    receipts = [json.loads(line) for line in "".join(printing.output).splitlines()]
    assert [receipt["facts"]["handle"] for receipt in receipts] == ["nasa", "lea"]


async def test_receipts_of_no_database_are_one_sentence(start: Start, tmp_path: Path) -> None:
    printing = await start(tmp_path, {}, "receipts")
    await printing.until("The receipts cannot be read: there is no file ")
    assert await printing.end() == 1
    assert len("".join(printing.output).splitlines()) == 1


@of_sqlite
async def test_f18_a_place_where_nothing_can_be_written_is_said_so(
    town: Town, tmp_path: Path
) -> None:
    bot = await town.start(
        tmp_path, town.environment | {"DATABASE_URL": "sqlite:////proc/klout.db"}
    )
    assert await bot.end() == 1
    assert "The bot cannot start: " in "".join(bot.output)
    assert "Traceback" not in "".join(bot.output)


@of_sqlite
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write what is read-only")
async def test_f18_a_database_that_is_read_only_is_said_so(town: Town, tmp_path: Path) -> None:
    (tmp_path / "klout.db").chmod(0o400)
    bot = await town.start(tmp_path, town.environment)
    assert await bot.end() == 1
    assert "The bot cannot start: " in "".join(bot.output)
    assert "Traceback" not in "".join(bot.output)


@of_sqlite
async def test_f18_a_damaged_database_is_said_so_and_left_as_it_is(
    town: Town, tmp_path: Path
) -> None:
    bot = await _started(town, tmp_path)
    await town.ask("/follow @nasa")
    assert await bot.end(signal=signal.SIGTERM) == 0
    file = tmp_path / "klout.db"
    content = bytearray(file.read_bytes())
    content[200:4096] = b"\xff" * 3_896  # its table of tables
    file.write_bytes(content)
    bot = await town.start(tmp_path, town.environment)
    assert await bot.end() == 1
    assert "The bot cannot start: " in "".join(bot.output)
    assert "Traceback" not in "".join(bot.output)
    assert file.read_bytes() == content


async def test_a_refusal_of_the_token_that_passes_ends_nothing(town: Town, tmp_path: Path) -> None:
    bot = await _started(town, tmp_path)
    town.telegram.fail("getUpdates", 401, "Unauthorized")
    assert (await town.ask("/help"))["text"].startswith("What I answer")
    assert await bot.end(signal=signal.SIGTERM) == 0


@pytest.mark.parametrize(("code", "text"), [(429, "retry"), (403, "no"), (500, "restart")])
async def test_telegram_in_trouble_at_the_start_is_waited_for(
    town: Town, tmp_path: Path, code: int, text: str
) -> None:
    town.telegram.fail("getMe", code, text, times=2, retry_after=1 if code == 429 else None)
    bot = await _started(town, tmp_path)
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_sigterm_while_still_importing(town: Town, tmp_path: Path) -> None:
    bot = await town.start(tmp_path, town.environment)
    await asyncio.sleep(0.5)  # the interpreter is up; the imports take longer than this
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_sigterm_while_another_process_writes(town: Town, tmp_path: Path) -> None:
    bot = await _started(town, tmp_path)
    async with locked(town.environment["DATABASE_URL"]):
        town.telegram.say(town.ada, town.chat, "/klout @nasa")
        await bot.until("`getUpdates` finished with return value `[{")  # it cannot be stored
        assert await bot.end(signal=signal.SIGTERM) == 0
    bot = await _started(town, tmp_path)
    async with locked(town.environment["DATABASE_URL"]):
        starting = await town.start(tmp_path, town.environment)
        await starting.until("opening the database")
        assert await starting.end(signal=signal.SIGTERM) == 0
    assert await bot.end(signal=signal.SIGTERM) == 0


async def test_no_process_has_secrets_in_its_arguments(
    town: Town, launch: Launch, tmp_path: Path
) -> None:
    """Every user of the machine can list the arguments of every process."""
    bot = await launch(tmp_path, town.environment)
    await bot.until("answering as @klout_bot")
    await town.ask("/history @nasa")  # a process that draws is started
    everybody = _arguments_of(bot.process.pid)
    assert len(everybody) >= 2
    for secret in (BOT_TOKEN, X_TOKEN):
        assert not [line for line in everybody if secret.encode() in line]
    await bot.end(signal=signal.SIGTERM)


async def test_an_env_file_that_others_can_read_is_warned_of(town: Town, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=INFO\n", encoding="utf-8")
    (tmp_path / ".env").chmod(0o644)
    bot = await town.start(tmp_path, town.environment)
    await bot.until("others on this machine can read .env")
    await bot.end(signal=signal.SIGTERM)


def _arguments_of(process_id: int) -> list[bytes]:
    """The command lines of a process and of its children."""
    family, found = {str(process_id)}, []
    for path in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            parent = (path / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
            if {path.name, parent} & family:
                family.add(path.name)
                found.append((path / "cmdline").read_bytes())
    return found
