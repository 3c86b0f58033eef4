"""The benchmark of pictures: time beside matplotlib's defaults, and stalls of the event loop.

The chart of matplotlib shows the same scores, band, grid, dates, legend and title at the same size
in pixels. Both are drawn in turns, in the same run, by one process. The stall is the longest delay
of a wake-up that the event loop has every millisecond, while fifty cards are asked at once.

A press is timed from the update to the end of its answer, in the whole application with a local
Telegram in the same process: for a card that has to be drawn, and for one that was sent before.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final

import matplotlib as mpl
import matplotlib.pyplot as plt
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from telegram import Update

from benchmarks.stage import TOKEN, X_TOKEN, address
from delivery.drawing import DrawingProcess
from operations import assembly
from operations.assembly import utc_now
from operations.settings import Settings
from operations.transport.dispatcher import Dispatcher, with_bodies
from playground.telegram.server.local import LocalTelegram
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from scoring.score import score
from storage.engine.schema import picture
from tests.support.facts import LIKED, facts
from views.pictures import History, Past, Picture, ScoreCard, draw, layout
from views.wording import wording_for

ROUNDS: Final = 40
AT_ONCE: Final = 50
_NOW: Final = datetime(2026, 12, 1, tzinfo=UTC)
_WORDING: Final = wording_for("en")


async def run() -> None:
    """Measure and print."""
    mpl.use("Agg")
    card, chart = _pictures()
    height = layout(chart, _WORDING, "light").height
    drawn: dict[str, Callable[[], bytes]] = {
        "card": lambda: draw(card, _WORDING, "light"),
        "chart": lambda: draw(chart, _WORDING, "light"),
        "matplotlib": lambda: _matplotlib(chart, height),
    }
    times: dict[str, list[float]] = {name: [] for name in drawn}
    sizes = {name: len(one()) for name, one in drawn.items()}  # and warm
    for _ in range(ROUNDS):
        for name, one in drawn.items():
            start = time.perf_counter()
            one()
            times[name].append((time.perf_counter() - start) * 1000)
    for name, each in times.items():
        p50, p95 = statistics.median(each), statistics.quantiles(each, n=20)[-1]
        print(f"{name}: {p50:.0f} ms p50, {p95:.0f} ms p95, {sizes[name] / 1000:.0f} kB")
    ratio = statistics.median(times["matplotlib"]) / statistics.median(times["chart"])
    print(f"ratio: {ratio:.1f} times faster than matplotlib (aim: 3)")
    await _stalls(card)
    await _presses()


async def _stalls(card: Picture) -> None:
    drawing = DrawingProcess(patience=600)
    start = time.perf_counter()
    await drawing.draw(card, "en", "light")
    print(f"first picture of a new process: {time.perf_counter() - start:.1f} s")
    stall, seconds = await _longest_stall(lambda: drawing.draw(card, "en", "light"))
    print(f"{AT_ONCE} cards, a process: {seconds:.1f} s, longest stall {stall:.0f} ms (at most 50)")
    drawing.close()
    stall, seconds = await _longest_stall(lambda: asyncio.to_thread(draw, card, _WORDING, "light"))
    print(f"{AT_ONCE} cards, threads: {seconds:.1f} s, longest stall {stall:.0f} ms")


async def _longest_stall(one: Callable[[], Coroutine[Any, Any, bytes]]) -> tuple[float, float]:
    """Draw many at once; return the longest stall in ms, and the seconds until all are done."""
    start = time.perf_counter()
    everything = asyncio.gather(*(one() for _ in range(AT_ONCE)))
    longest, last = 0.0, time.perf_counter()
    while not everything.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last - 0.001), now
    await everything
    return longest * 1000, time.perf_counter() - start


async def _presses() -> None:
    telegram = LocalTelegram(TOKEN, "klout_bot", utc_now)
    x = XServer(MadeUpWorld(utc_now()), X_TOKEN, utc_now)
    ada = telegram.person("Ada", "en")
    chat = telegram.private_chat(ada)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            address(TestServer(x.application())) as x_url,
            assembly.services(_settings(x_url, folder)) as services,
        ):
            requests = telegram.request(), telegram.request()
            bot = assembly.telegram_bot(_settings(x_url, folder), *requests)
            application = assembly.assembled(services, bot)
            async with application:
                await application.start()
                receiving = Dispatcher(application)

                async def feed(update: Any) -> float:
                    start = time.perf_counter()
                    await receiving.accept(with_bodies([Update.de_json(update, application.bot)]))
                    await receiving.drained()
                    return (time.perf_counter() - start) * 1000

                await feed(telegram.say(ada, chat, "/klout @nasa_fan"))
                score = telegram.history(chat)[-1]
                times: dict[str, list[float]] = {"drawn": [], "kept": []}
                for _ in range(ROUNDS):
                    async with services.stores.database.transaction() as connection:
                        await connection.execute(picture.delete())
                    for each in times.values():
                        each.append(await feed(telegram.press(ada, score, "Card")))
                await application.stop()
    drawn, kept = (statistics.median(each) for each in times.values())
    sent = telegram.sent("sendPhoto")
    uploads = sum(bool(call.files) for call in sent)
    print(f"a card under a score: {drawn:.0f} ms when it is drawn, {kept:.0f} ms when it was kept")
    print(
        f"{len(sent)} cards sent, {uploads} of them drawn and uploaded (as they had to: {ROUNDS})"
    )


def _settings(x_url: str, folder: str) -> Settings:
    return Settings(
        telegram_bot_token=SecretStr(TOKEN),
        x_bearer_token=SecretStr(X_TOKEN),
        x_api_url=x_url,
        database_url=f"sqlite:///{folder}/klout.db",
    )


def _pictures() -> tuple[ScoreCard, History]:
    account = facts(LIKED, as_of=_NOW, days=5_000)
    past = tuple(
        Past(
            _NOW - timedelta(weeks=ago),
            50 + ago % 5,
            3.0,
            "2026.1" if ago > 6 else "2026.2",
            (37.0, 4.0, 9.0 + ago % 5),
        )
        for ago in range(12, -1, -1)
        if ago not in (3, 4)
    )
    return ScoreCard("nasa", "NASA", score(account), past), History("nasa", "NASA", past)


def _matplotlib(history: History, height: int) -> bytes:
    figure, axes = plt.subplots(figsize=(10, height / 100))
    days = [past.moment for past in history.past]
    low = [past.score - past.margin for past in history.past]
    high = [past.score + past.margin for past in history.past]
    axes.fill_between(days, low, high, alpha=0.3, label="margin of error")  # type: ignore[arg-type]
    axes.plot(days, [past.score for past in history.past], marker="o", label="score")  # type: ignore[arg-type]
    axes.axvline(days[6], linestyle="--", color="C1", label="another formula")  # type: ignore[arg-type]
    axes.set_title(f"@{history.handle} · {history.name}")
    axes.grid()
    axes.legend()
    png = BytesIO()
    figure.savefig(png)
    plt.close(figure)
    return png.getvalue()
