"""`make demo`: the real bot, unchanged, between a local Telegram and a local X."""

import asyncio
import contextlib
import logging
import tempfile
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from operations import logs, process
from operations.settings import Settings, load
from playground import past
from playground.clock import Clock, Weeks
from playground.serving import served
from playground.telegram.local import LocalTelegram
from playground.telegram.page_data import PageData, Suggestion
from playground.telegram.web import create_app
from playground.x.characters import CHARACTERS
from playground.x.made_up import MadeUpWorld
from playground.x.server import XServer

_BOT_TOKEN: Final = "4242:made-up-token-of-the-demo"  # noqa: S105 - opens nothing
_X_TOKEN: Final = "made-up-bearer-of-the-demo"  # noqa: S105 - opens nothing
_EXAMPLE: Final = "nasa_fan"
_TICK: Final = 0.5
"""Seconds: whoever lets a week pass should not have to wait for its digest."""


class DemoSettings(BaseSettings):
    """What may be chosen for the demo."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    demo_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    x_bearer_token: SecretStr | None = None
    x_api_url: str = "https://api.x.com"


def main() -> None:
    """Run the demo in an event loop of its own."""
    asyncio.run(run())


async def run() -> None:
    """Serve the chat page until interrupted; everything is forgotten afterwards.

    Raises:
        SettingsError: a setting is bad, or the port is taken.
    """
    chosen = load(DemoSettings)
    made_up = chosen.x_bearer_token is None
    clock = Clock()
    begins = clock()
    world = MadeUpWorld(begins)
    telegram = LocalTelegram(_BOT_TOKEN, "klout_demo_bot", clock)
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="klout-demo-"))
        database_url = f"sqlite:///{Path(folder) / 'demo.db'}"
        page = _page(telegram, Weeks(clock, database_url) if made_up else None)
        url = await stack.enter_async_context(served(create_app(telegram, page), chosen.demo_port))
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
        logs.configure(settings.log_level, settings.secrets, settings.log_format)
        # At this pace a tick may still be at work when the next is due; that is no news.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        if made_up:
            await past.read(world, begins, database_url)
            x = XServer(world, _X_TOKEN, clock)
            x_url = await stack.enter_async_context(served(x.application(), 0))
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
    choir = telegram.group("Choir", [bob, ada], kind="group")
    neighbours = telegram.group("Neighbours", [chloe, ada, bob], with_bot=False)
    suggestions = [
        Suggestion(character.handle, character.about) for character in CHARACTERS if weeks
    ]
    return PageData(
        [ada, bob, chloe],
        [friends, club, choir, neighbours],
        suggestions,
        made_up=weeks is not None,
        week_later=weeks.let_one_pass if weeks else None,
    )


def _welcome(url: str, *, made_up: bool) -> str:
    world = (
        "accounts are made up; nothing leaves this computer"
        if made_up
        else "X_BEARER_TOKEN is set: this reads the real X, and X charges for it"
    )
    return f"The demo is at {url} ({world}). Ctrl+C ends it."
