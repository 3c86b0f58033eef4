"""`make demo`: the real bot, unchanged, between a local Telegram and a local X."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from operations import assembly, logs, process
from operations.settings import Settings, SettingsError, load
from playground.clock import Clock, Weeks
from playground.telegram.local import LocalTelegram
from playground.telegram.page_data import PageData, Suggestion
from playground.telegram.web import create_app
from playground.x.characters import CHARACTERS
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer
from scoring.errors import AccountError
from scoring.reader import Reader

_BOT_TOKEN: Final = "4242:made-up-token-of-the-demo"  # noqa: S105 - opens nothing
_X_TOKEN: Final = "made-up-bearer-of-the-demo"  # noqa: S105 - opens nothing
_EXAMPLE: Final = "nasa_fan"
_PAST_WEEKS: Final = 8
_TICK: Final = 0.5
"""Seconds: whoever lets a week pass should not have to wait for its digest."""


class DemoSettings(BaseSettings):
    """What may be chosen for the demo."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    demo_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    x_bearer_token: SecretStr | None = None
    x_api_url: str = "https://api.x.com"


async def run() -> None:
    """Serve the chat page until interrupted; everything is forgotten afterwards.

    Raises:
        SettingsError: a setting is bad, or the port is taken.
    """
    chosen = load(DemoSettings)
    made_up = chosen.x_bearer_token is None
    clock = Clock()
    begins = clock()
    telegram = LocalTelegram(_BOT_TOKEN, "klout_demo_bot", clock)
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="klout-demo-"))
        database_url = f"sqlite:///{Path(folder) / 'demo.db'}"
        page = _page(telegram, Weeks(clock, database_url) if made_up else None)
        url = await stack.enter_async_context(_served(create_app(telegram, page), chosen.demo_port))
        settings = load(
            Settings,
            telegram_bot_token=_BOT_TOKEN,
            telegram_api_url=url,
            x_bearer_token=chosen.x_bearer_token or _X_TOKEN,
            x_api_url=chosen.x_api_url,
            database_url=database_url,
            log_level="WARNING",
            **({"x_budget_usd_month": 1000} if made_up else {}),
        )
        logs.configure(settings.log_level, settings.secrets)
        if made_up:
            await _read_the_past(settings, begins)
            x = XServer(MadeUpWorld(begins), _X_TOKEN, clock)
            x_url = await stack.enter_async_context(_served(x.application(), 0))
            settings = settings.model_copy(update={"x_api_url": x_url})
        print(_welcome(url, made_up=made_up), flush=True)  # noqa: T201 - for who ran it
        if made_up:
            await process.run(settings, clock=clock, example=_EXAMPLE, tick=_TICK)
        else:
            await process.run(settings)


def _page(telegram: LocalTelegram, weeks: Weeks | None) -> PageData:
    """Who there is to play; without weeks that pass, the accounts are real ones."""
    ada = telegram.person("Ada", "en")
    bob = telegram.person("Bob", "en")
    chloe = telegram.person("Chloé", "fr")
    friends = telegram.group("Friends", [ada, bob, chloe])
    club = telegram.group("Book club", [ada, bob, chloe], forum=True)
    telegram.topic(club, "Scores")
    suggestions = [
        Suggestion(character.handle, character.about) for character in CHARACTERS if weeks
    ]
    return PageData(
        [ada, bob, chloe],
        [friends, club],
        suggestions,
        made_up=weeks is not None,
        week_later=weeks.let_one_pass if weeks else None,
    )


async def _read_the_past(settings: Settings, begins: datetime) -> None:
    """Let the bot have read everyone once a week, so that there is a past to look back on."""
    then = begins
    x = XServer(MadeUpWorld(begins), _X_TOKEN, lambda: then)
    async with _served(x.application(), 0) as url:
        past = settings.model_copy(update={"x_api_url": url})
        async with assembly.services(past, clock=lambda: then) as services:
            for weeks in range(_PAST_WEEKS, 0, -1):
                then = begins - timedelta(weeks=weeks)
                await asyncio.gather(
                    *(_read(services.reader, character.handle) for character in CHARACTERS)
                )


async def _read(reader: Reader, handle: str) -> None:
    with contextlib.suppress(AccountError):  # one is suspended from the beginning
        await reader.read(handle)


@contextlib.asynccontextmanager
async def _served(application: web.Application, port: int) -> AsyncIterator[str]:
    """Serve on this computer only; gives the address."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        try:
            await site.start()
        except OSError as error:
            raise SettingsError(f"DEMO_PORT is not usable: port {port} is taken.") from error
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _welcome(url: str, *, made_up: bool) -> str:
    world = (
        "accounts are made up; nothing leaves this computer"
        if made_up
        else "X_BEARER_TOKEN is set: this reads the real X, and X charges for it"
    )
    return f"The demo is at {url} ({world}). Ctrl+C ends it."
