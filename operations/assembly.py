"""Assembly: builds the services from the settings, and the application from the services."""

import logging
import os
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Final

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.ext import ApplicationBuilder, ContextTypes, Defaults, ExtBot, JobQueue
from telegram.request import BaseRequest

from delivery.broadcasting import Broadcasting
from delivery.build_digests import DigestBuilder
from delivery.check_alerts import AlertChecker
from delivery.digest_pictures import DigestPictures
from delivery.drawing import DrawingProcess
from delivery.edit_duels import DuelEditor
from delivery.operator_notices import OperatorNotices
from delivery.plan_digests import DigestPlanner
from delivery.read_for_alerts import AlertReader
from delivery.sender import Sender
from delivery.tick import TICK, Delivery, Steps
from delivery.writing import MessageWriter
from handlers import Context, KloutApplication, register
from handlers.context import Running, Services
from operations import public_networks
from operations.network import route
from operations.observability.instrumentation import MeasuredRequest, MeasuredSource
from operations.observability.measured_networks import MeasuredNetwork
from operations.observability.metrics import Metrics
from operations.settings import Settings
from operations.transport.dispatcher import STORE_FAILS
from operations.transport.rate_limiter import RetryingRateLimiter
from operations.version import version
from scoring.reading.names import Network
from scoring.reading.public_fetching import PublicSource
from scoring.reading.reader import BATCH_WINDOW, Reader
from scoring.reading.sources import Source
from scoring.reading.sources.x import XSource
from scoring.reading.strangers.servers import Reach
from services.boards import Groups
from services.digests.last_told import LastTold
from services.digests.reviews import Reviews
from services.duels.duel_game import DuelGame
from services.duels.duel_records import DuelRecords
from services.duels.people_agreement import PeopleAgreement
from services.network_states import NetworkStates
from services.ownership import Ownership
from services.peers import Peers
from services.subscriptions import Subscriptions
from storage.engine.database import Database
from storage.money.circuit_breaker import CircuitBreaker
from storage.money.spending import SpendingLedger
from storage.stores import Stores

_log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

Beside = Callable[
    [Mapping[Network, PublicSource], Clock, AsyncExitStack],
    Awaitable[dict[Network, PublicSource]],
]
"""Returns sources that take the place of the given ones."""

os.environ["PTB_TIMEDELTA"] = "1"  # PTB's future default; avoids its warning


def utc_now() -> datetime:
    """Return the current time; the clock of a running bot."""
    return datetime.now(UTC)


@asynccontextmanager
async def services(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    example: str | None = None,
    metrics: Metrics | None = None,
    batch_window: float = BATCH_WINDOW,
    reach: Reach | None = None,
    beside: Beside | None = None,
) -> AsyncIterator[Services]:
    """Open all services that outlive one update, and close them in the opposite order.

    Args:
        settings: where to find Telegram, X and the database.
        clock: returns the time, aware, in UTC.
        example: a handle that hints may name; None for a well-known one that can be read.
        metrics: counts requests to X.
        batch_window: how long a look-up waits for others to share its request, in seconds.
        reach: where requests to servers of the fediverse may lead; None for the Internet.
        beside: puts made-up accounts beside the real ones of the networks without a key.
    """
    async with AsyncExitStack() as stack:
        database = await _opened(settings.database_url)
        stack.push_async_callback(database.close)
        stores = Stores(
            database,
            clock,
            secrets.token_hex(16),
            budget=settings.budget,
            exempt=settings.operators,
            voter_key=settings.voters,
        )
        stack.push_async_callback(_flush, stores.spending)
        x = _x(settings, clock, stack, metrics)
        await _try_again(stores.breaker, clock())
        public = public_networks.sources(settings, clock, stack, reach)
        if beside is not None:
            public = await beside(public, clock, stack)
        states = NetworkStates(settings.read_networks, clock)
        reader = Reader(
            x,
            stores.readings,
            stores.spending,
            stores.quotas,
            clock,
            batch_window=batch_window,
            public={
                network: MeasuredNetwork(network, each, states, metrics)
                for network, each in public.items()
            },
        )
        stack.push_async_callback(reader.close)
        drawing = DrawingProcess()
        stack.callback(drawing.close)
        writer, groups = MessageWriter(stores.chats), Groups(reader, stores, clock)
        agreement, records = PeopleAgreement(stores, clock), DuelRecords(stores, clock)
        yield Services(
            stores=stores,
            reader=reader,
            chats=stores.chats,
            networks=states,
            subscriptions=Subscriptions(reader, stores, records, clock),
            groups=groups,
            reviews=Reviews(reader, stores.follows, groups, clock),
            ownership=Ownership(reader, stores, clock),
            duels=DuelGame(stores, clock, random.SystemRandom()),
            duel_records=records,
            people_agreement=agreement,
            peers=Peers(stores.peer_counts, clock),
            told=LastTold(reader, stores.tellings, clock),
            lives=stores.lifecycle,
            spending=stores.spending,
            counting=stores.counts,
            inbox=stores.inbox,
            operators=settings.operators,
            drawing=drawing,
            pictures=stores.pictures,
            clock=clock,
            example=example or public_networks.example(settings),
            new_error_id=lambda: secrets.token_hex(4),
            usage=stores.usage,
            outages=stores.breaker,
            broadcasts=stores.broadcasts,
            writer=writer,
            notices=OperatorNotices(stores, writer, agreement, settings.operators, clock),
            running=Running(version(), clock()),
        )


async def _opened(url: str) -> Database:
    """Open the database; wait for PostgreSQL, since services start in any order."""
    while True:
        try:
            return await Database.open(url)
        except OSError as error:
            if not url.startswith("postgresql"):
                raise
            _log.warning("still waiting for the database: %s", error)


def _x(
    settings: Settings, clock: Clock, stack: AsyncExitStack, metrics: Metrics | None
) -> Source | None:
    """Return the source that reads X, measured; None where X is not read."""
    if "x" not in settings.read_networks or settings.x_bearer_token is None:
        _log.info("X is not read: that takes an X_BEARER_TOKEN, and x in NETWORKS")
        return None
    way = route(settings, settings.x_api_url)
    source = XSource(
        settings.x_bearer_token.get_secret_value(),
        settings.x_api_url,
        clock,
        proxy=way.proxy,
        certificates=way.certificates,
    )
    stack.push_async_callback(source.close)
    return MeasuredSource(source, metrics) if metrics else source


async def _try_again(breaker: CircuitBreaker, now: datetime) -> None:
    """Let a restart ask X at once, if the database can be written."""
    try:
        await breaker.restarted(now)
    except STORE_FAILS as error:
        _log.warning("X is asked when it was due to be", extra={"error": str(error)})


async def _flush(spending: SpendingLedger) -> None:
    try:
        await spending.flush()
    except STORE_FAILS as error:
        _log.warning("what was served is not counted", extra={"error": str(error)})


def application(
    settings: Settings, services: Services, metrics: Metrics, *, tick: float = TICK
) -> KloutApplication:
    """Build the bot's application, measured, with its one job, not yet started."""
    way = route(settings, settings.telegram_api_url)
    request = partial(
        MeasuredRequest,
        metrics,
        read_timeout=20,
        proxy=way.proxy,
        # `way` has the machine's proxies: httpx would read them in its own way
        httpx_kwargs={"trust_env": False, "verify": way.certificates},
    )
    bot = telegram_bot(
        settings,
        request(connection_pool_size=64, pool_timeout=10),
        # One stuck socket in a pool of one would end polling for ever.
        request(connection_pool_size=4),
    )
    jobs: JobQueue[Context] = JobQueue()
    built = assembled(services, bot, jobs)
    jobs.run_repeating(_tick, tick, first=1, name="tick", job_kwargs=dict(_ONE_AT_A_TIME))
    return built


_ONE_AT_A_TIME: Final = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


async def _tick(context: Context) -> None:
    await context.delivery.tick()


def telegram_bot(settings: Settings, answers: BaseRequest, updates: BaseRequest) -> ExtBot[int]:
    """Return the bot as Telegram sees it.

    Args:
        answers: carries its requests.
        updates: carries those that fetch updates.
    """
    return ExtBot(
        settings.telegram_bot_token.get_secret_value(),
        f"{settings.telegram_api_url}/bot",
        f"{settings.telegram_api_url}/file/bot",
        request=answers,
        get_updates_request=updates,
        defaults=Defaults(
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            allow_sending_without_reply=True,
        ),
        rate_limiter=RetryingRateLimiter(),
    )


def assembled(
    services: Services, bot: ExtBot[int], jobs: JobQueue[Context] | None = None
) -> KloutApplication:
    """Return the application of a bot, with every handler and its background work."""
    built = (
        ApplicationBuilder()
        .application_class(
            KloutApplication, kwargs={"services": services, "delivery": _delivery(services, bot)}
        )
        .context_types(ContextTypes(context=Context))
        .bot(bot)
        .updater(None)
        .job_queue(jobs)
        .build()
    )
    assert isinstance(built, KloutApplication)  # noqa: S101 - the builder types it as its base
    register(built)
    return built


def _delivery(services: Services, bot: ExtBot[int]) -> Delivery:
    """Return the background work."""
    stores, reader, clock = services.stores, services.reader, services.clock
    writer, notices = services.writer, services.notices
    steps = Steps(
        DigestPlanner(stores, clock),
        DigestBuilder(
            stores,
            reader=reader,
            groups=services.groups,
            duel_records=services.duel_records,
            writer=writer,
            notices=notices,
            clock=clock,
        ),
        AlertReader(stores.alerts, reader, clock),
        AlertChecker(stores, reader, writer, notices, clock),
        Broadcasting(stores.broadcasts, writer),
        DuelEditor(bot, stores, services.duels, notices, clock),
    )
    pictures = DigestPictures(services.drawing, services.pictures, clock)
    sender = Sender(bot, stores, pictures, notices, clock)
    return Delivery(stores, steps, sender, notices, clock)
