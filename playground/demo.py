"""`make demo`: the real bot, unchanged, between a local Telegram and a local X."""

import asyncio
import contextlib
import logging
import signal
import tempfile
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from operations import process
from operations.network import NetworkSettings, route
from operations.observability import logs
from operations.settings import Settings, load
from playground import past
from playground.clock import Clock, Weeks
from playground.networks.made_up_networks import SUGGESTED, beside
from playground.serving import served
from playground.telegram.people.page_data import PageData, Suggestion
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.web import create_app
from playground.x.characters import CHARACTERS
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from scoring.reading.sources.bluesky import PUBLIC_URL

_BOT_TOKEN: Final = "4242:made-up-token-of-the-demo"  # noqa: S105 - opens nothing
_X_TOKEN: Final = "made-up-bearer-of-the-demo"  # noqa: S105 - opens nothing
_EXAMPLE: Final = "nasa_fan"
_PORTS: Final = {"http": 80, "https": 443}
_PATIENCE: Final = 2.0
"""Seconds to find out whether there is Internet."""

_TICK: Final = 0.5
"""Seconds between ticks: a user who lets a week pass should not wait for its digest."""


class DemoSettings(BaseSettings):
    """The settings of the demo."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    demo_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    x_bearer_token: SecretStr | None = None
    x_api_url: str = "https://api.x.com"
    bluesky_api_url: str = PUBLIC_URL


def main() -> None:
    """Run the demo in an event loop of its own."""
    with contextlib.suppress(asyncio.CancelledError):  # a signal came before the server was up
        asyncio.run(run())


async def run() -> None:
    """Serve the chat page until interrupted; all data is removed afterwards.

    Raises:
        SettingsError: a setting is bad, or the port is taken.
    """
    preparing = asyncio.current_task()
    assert preparing is not None  # noqa: S101 - a coroutine runs in one
    for number in (signal.SIGTERM, signal.SIGINT):  # until `process.run` takes them over
        asyncio.get_running_loop().add_signal_handler(number, preparing.cancel)
    chosen = load(DemoSettings)
    made_up = chosen.x_bearer_token is None
    clock = Clock()
    begins = clock()
    world = MadeUpWorld(begins)
    telegram = LocalTelegram(_BOT_TOKEN, "klout_demo_bot", clock)
    async with contextlib.AsyncExitStack() as stack:
        # After a signal, SQLite's thread may still add a file to the folder.
        temporary = tempfile.TemporaryDirectory(prefix="klout-demo-", ignore_cleanup_errors=True)
        folder = stack.enter_context(temporary)
        database_url = f"sqlite:///{Path(folder) / 'demo.db'}"
        offline = made_up and not await _reaches(chosen.bluesky_api_url)
        weeks = Weeks(clock, database_url) if made_up else None
        page = _page(telegram, weeks, offline=offline)
        url = await stack.enter_async_context(served(create_app(telegram, page), chosen.demo_port))
        settings = load(
            Settings,
            telegram_bot_token=_BOT_TOKEN,
            telegram_api_url=url,
            x_bearer_token=chosen.x_bearer_token or _X_TOKEN,
            x_api_url=chosen.x_api_url,
            database_url=database_url,
            log_level="WARNING",
            # Telegram runs in this process, and so does X unless it is the real one.
            no_proxy=f"{load(NetworkSettings).no_proxy or ''},127.0.0.1".lstrip(","),
            **({"x_budget_usd_month": 1000} if made_up else {}),
        )
        logs.configure(settings.log_level, settings.secrets, settings.log_format)
        # At this pace a tick may still run when the next is due, which is not worth a log line.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        if made_up:
            await past.read(world, begins, database_url)
            x = XServer(world, _X_TOKEN, clock)
            x_url = await stack.enter_async_context(served(x.application(), 0))
            settings = settings.model_copy(update={"x_api_url": x_url})
        print(_welcome(url, made_up=made_up, offline=offline), flush=True)  # noqa: T201 - for who ran it
        if made_up:
            await process.run(settings, clock=clock, example=_EXAMPLE, tick=_TICK, beside=beside)
        else:
            await process.run(settings)


async def _reaches(url: str) -> bool:
    """Return whether a host can be reached; behind a proxy that is not tried."""
    if route(load(NetworkSettings), url).proxy:
        return True
    host = urlsplit(url)
    try:
        async with asyncio.timeout(_PATIENCE):
            port = host.port or _PORTS[host.scheme]
            _, writer = await asyncio.open_connection(host.hostname, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _page(telegram: LocalTelegram, weeks: Weeks | None, *, offline: bool) -> PageData:
    """Return the page's people and groups; without `weeks` the accounts are real ones."""
    ada = telegram.person("Ada", "en")
    bob = telegram.person("Bob", "en")
    chloe = telegram.person("Chloé", "fr")
    friends = telegram.group("Friends", [ada, bob, chloe])
    club = telegram.group("Book club", [ada, bob, chloe], forum=True)
    telegram.topic(club, "Scores")
    choir = telegram.group("Choir", [bob, ada], kind="group")
    neighbours = telegram.group("Neighbours", [chloe, ada, bob], with_bot=False)
    suggestions = [
        Suggestion(character.handle, character.about) for character in CHARACTERS if weeks
    ]
    suggestions += [Suggestion(handle, about) for handle, about in SUGGESTED.items() if weeks]
    return PageData(
        [ada, bob, chloe],
        [friends, club, choir, neighbours],
        suggestions,
        made_up=weeks is not None,
        offline=offline,
        week_later=weeks.let_one_pass if weeks else None,
    )


def _welcome(url: str, *, made_up: bool, offline: bool) -> str:
    if offline:
        world = "all accounts are made up: Bluesky cannot be reached from here"
    elif made_up:
        world = (
            "accounts of X are made up; those of Bluesky and the fediverse that you name are real"
        )
    else:
        world = "X_BEARER_TOKEN is set: this reads the real X, and X charges for it"
    return f"The demo is at {url} ({world}). Ctrl+C ends it."
