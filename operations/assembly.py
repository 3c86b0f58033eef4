"""The parts put together: settings make services, services make the application."""

import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.ext import (
    Application,
    ApplicationBuilder,
    ContextTypes,
    Defaults,
)

from handlers import Context, KloutApplication, register
from handlers.context import Services
from handlers.ordering import PersonByPerson
from handlers.patience import Patience
from operations.settings import Settings
from scoring.reader import Reader
from scoring.sources.x import XSource
from storage.chats import Chats
from storage.database import Database
from storage.readings import Readings
from storage.spending import Spending

Clock = Callable[[], datetime]

os.environ.setdefault("PTB_TIMEDELTA", "1")  # what PTB will do anyway, and warns of until then


def utc_now() -> datetime:
    """The clock of a running bot."""
    return datetime.now(UTC)


@asynccontextmanager
async def services(
    settings: Settings, *, clock: Clock = utc_now, example: str = "nasa"
) -> AsyncIterator[Services]:
    """Open everything that outlives one update, and close it in the opposite order.

    Args:
        settings: where to find Telegram, X and the database.
        clock: the time, aware, UTC.
        example: a handle that hints may name.
    """
    database = await Database.open(settings.database_url)
    try:
        source = XSource(settings.x_bearer_token.get_secret_value(), settings.x_api_url, clock)
        reader = Reader(source, Readings(database), Spending(database, settings.budget), clock)
        try:
            yield Services(
                reader=reader,
                chats=Chats(database),
                clock=clock,
                example=example,
                new_error_id=lambda: secrets.token_hex(4),
            )
        finally:
            await reader.close()
            await source.close()
    finally:
        await database.close()


def builder(
    settings: Settings, services: Services
) -> ApplicationBuilder[Any, Context, Any, Any, Any, Any]:
    """The bot with everything but its connection: tests bring a transport of their own."""
    return (
        ApplicationBuilder()
        .application_class(KloutApplication, kwargs={"services": services})
        .context_types(ContextTypes(context=Context))
        .token(settings.telegram_bot_token.get_secret_value())
        .defaults(
            Defaults(
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                allow_sending_without_reply=True,
            )
        )
        .concurrent_updates(PersonByPerson())
        .rate_limiter(Patience())
        .job_queue(None)
    )


def application(settings: Settings, services: Services) -> KloutApplication:
    """The bot itself, with every handler, not yet started."""
    built = (
        builder(settings, services)
        .base_url(f"{settings.telegram_api_url}/bot")
        .base_file_url(f"{settings.telegram_api_url}/file/bot")
        .connection_pool_size(64)
        .pool_timeout(10)
        .read_timeout(20)
        # One stuck socket in a pool of one would end polling for ever.
        .get_updates_connection_pool_size(4)
        .get_updates_read_timeout(20)
        .updater(None)
        .build()
    )
    return ready(built)


def ready(built: Application[Any, Any, Any, Any, Any, Any]) -> KloutApplication:
    """What the builder built, with every handler."""
    assert isinstance(built, KloutApplication)  # noqa: S101 - the builder types it as its base
    register(built)
    return built
