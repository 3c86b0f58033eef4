"""The parts put together: settings make services, services make the application."""

import logging
import os
import secrets
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.ext import (
    Application,
    ApplicationBuilder,
    ContextTypes,
    Defaults,
    JobQueue,
)

from delivery.alerts import Watch
from delivery.broadcasting import Broadcasting
from delivery.groups import Groups
from delivery.notices import Notices
from delivery.preparing import Preparing
from delivery.run import TICK, Delivery
from delivery.sender import Sender
from delivery.subscriptions import Subscriptions
from handlers import Context, KloutApplication, register
from handlers.context import Running, Services
from handlers.drawing import Drawing
from handlers.letters import Letters
from handlers.patience import Patience
from operations.measuring import MeasuredRequest, MeasuredSource
from operations.metrics import Metrics
from operations.receiving import STORE_FAILS
from operations.settings import Settings
from scoring.reader import Reader
from scoring.sources.x import XSource
from storage.alerts import Alerts
from storage.boards import Boards
from storage.broadcasts import Broadcasts
from storage.chats import Chats
from storage.claims import Claims
from storage.control import Control
from storage.database import Database
from storage.digests import Digests
from storage.figures import Counting
from storage.following import Following
from storage.inbox import Inbox
from storage.lives import Lives
from storage.outages import Outages
from storage.outbox import Outbox
from storage.pictures import Pictures
from storage.quotas import Quotas
from storage.readings import Readings
from storage.schedules import Schedules
from storage.spending import Spending
from storage.usage import Usage

_log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

os.environ.setdefault("PTB_TIMEDELTA", "1")  # what PTB will do anyway, and warns of until then


def utc_now() -> datetime:
    """The clock of a running bot."""
    return datetime.now(UTC)


@asynccontextmanager
async def services(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    example: str = "nasa",
    metrics: Metrics | None = None,
) -> AsyncIterator[Services]:
    """Open everything that outlives one update, and close it in the opposite order.

    Args:
        settings: where to find Telegram, X and the database.
        clock: the time, aware, UTC.
        example: a handle that hints may name.
        metrics: counts what is asked of X.
    """
    database = await _opened(settings.database_url)
    try:
        source = XSource(settings.x_bearer_token.get_secret_value(), settings.x_api_url, clock)
        spending = Spending(database, settings.budget)
        asked = MeasuredSource(source, metrics) if metrics else source
        quotas = Quotas(database, settings.operators)
        reader = Reader(asked, Readings(database), spending, quotas, clock)
        drawing = Drawing()
        try:
            chats = Chats(database)
            subscriptions = Subscriptions(
                reader=reader,
                chats=chats,
                following=Following(database),
                schedules=Schedules(database),
                digests=Digests(database),
                alerts=Alerts(database),
                clock=clock,
            )
            yield Services(
                database=database,
                reader=reader,
                chats=chats,
                subscriptions=subscriptions,
                groups=Groups(
                    reader=reader,
                    boards=Boards(database),
                    claims=Claims(database),
                    clock=clock,
                ),
                lives=Lives(database),
                spending=spending,
                counting=Counting(database),
                inbox=Inbox(database, clock, secrets.token_hex(16)),
                operators=settings.operators,
                drawing=drawing,
                pictures=Pictures(database),
                clock=clock,
                example=example,
                new_error_id=lambda: secrets.token_hex(4),
                usage=Usage(database),
                outages=Outages(database),
                broadcasts=Broadcasts(database),
                notices=Notices(
                    database=database,
                    spending=spending,
                    writer=Letters(chats),
                    people=settings.operators,
                    clock=clock,
                ),
                running=Running(_version(), clock()),
            )
        finally:
            drawing.close()
            await reader.close()
            await source.close()
            try:
                await spending.flush()
            except STORE_FAILS as error:
                _log.warning("what was served is not counted", extra={"error": str(error)})
    finally:
        await database.close()


async def _opened(url: str) -> Database:
    """The database; PostgreSQL is waited for, since a machine's services start in any order."""
    while True:
        try:
            return await Database.open(url)
        except OSError as error:
            if not url.startswith("postgresql"):
                raise
            _log.warning("still waiting for the database: %s", error)


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
        .rate_limiter(Patience())
        .job_queue(None)
    )


def application(
    settings: Settings, services: Services, metrics: Metrics, *, tick: float = TICK
) -> KloutApplication:
    """The bot itself, measured, with every handler and its one job, not yet started."""
    built: Application[Any, Any, Any, Any, Any, Any] = (
        builder(settings, services)
        .base_url(f"{settings.telegram_api_url}/bot")
        .base_file_url(f"{settings.telegram_api_url}/file/bot")
        .request(
            MeasuredRequest(metrics, connection_pool_size=64, pool_timeout=10, read_timeout=20)
        )
        # One stuck socket in a pool of one would end polling for ever.
        .get_updates_request(MeasuredRequest(metrics, connection_pool_size=4, read_timeout=20))
        .updater(None)
        .job_queue(JobQueue())
        .build()
    )
    complete = ready(built)
    assert complete.job_queue is not None  # noqa: S101 - it was just given
    complete.job_queue.run_repeating(
        _tick, tick, first=1, name="tick", job_kwargs=dict(_ONE_AT_A_TIME)
    )
    return complete


def _version() -> str:
    """As `pyproject.toml` has it: the program runs from its own folder, uninstalled."""
    project = Path(__file__).parent.parent / "pyproject.toml"
    version: str = tomllib.loads(project.read_text("utf-8"))["project"]["version"]
    return version


_ONE_AT_A_TIME = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


async def _tick(context: Context) -> None:
    await context.delivery.tick()


def ready(built: Application[Any, Any, Any, Any, Any, Any]) -> KloutApplication:
    """What the builder built, with every handler."""
    assert isinstance(built, KloutApplication)  # noqa: S101 - the builder types it as its base
    built.delivery = _delivery(built)
    register(built)
    return built


def _delivery(application: KloutApplication) -> Delivery:
    """The run of digests, over the application's own bot and services."""
    given = application.services
    database, reader, clock = given.database, given.reader, given.clock
    owner = secrets.token_hex(16)
    outbox, control, writer = (
        Outbox(database, clock, owner),
        Control(database),
        Letters(given.chats),
    )
    notices = given.notices
    return Delivery(
        preparing=Preparing(
            database=database,
            reader=reader,
            groups=given.groups,
            writer=writer,
            notices=notices,
            clock=clock,
        ),
        watch=Watch(Alerts(database), reader, writer, notices, clock),
        outbox=outbox,
        inbox=given.inbox,
        sender=Sender(application.bot, outbox, control, given.lives, clock, notices=notices),
        control=control,
        notices=notices,
        broadcasting=Broadcasting(given.broadcasts, writer, clock),
        spending=given.spending,
        prune=(Quotas(database).prune, given.usage.prune),
        clock=clock,
        owner=owner,
    )
