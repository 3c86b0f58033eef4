"""The life of the process: start, serve until told to stop, stop within a supervisor's patience."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, TypeVar

from delivery.run import TICK
from handlers import KloutApplication, menu
from operations import assembly, webhook
from operations.assembly import Clock, utc_now
from operations.heartbeat import Heartbeat
from operations.measuring import Answering
from operations.metrics import Metrics
from operations.polling import poll, prepare
from operations.reaching import patiently
from operations.receiving import STORE_FAILS, Receiving
from operations.settings import Settings, readable_by_others
from operations.watching import watched

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

_SEND: Final = 1.0
_FINISH_ANSWERS: Final = 1.0
_CLOSE: Final = 1.0
"""Seconds for each step of stopping; together below the five that are promised."""


async def run(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    example: str = "nasa",
    tick: float = TICK,
) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        settings: where to find Telegram, X and the database.
        clock: the time, aware, UTC.
        example: a handle that hints may name.
        tick: seconds between two looks at what is due.

    Raises:
        operations.settings.SettingsError: Telegram does not know the token.
        OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
    """
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    if readable_by_others(Path(".env")):
        _log.warning("others on this machine can read .env, which has the tokens: chmod 600 .env")
    metrics, heartbeat = Metrics(clock), Heartbeat.of()
    _log.info("opening the database")
    async with AsyncExitStack() as stack:
        opening = assembly.services(settings, clock=clock, example=example, metrics=metrics)
        services = await _until(stop, stack.enter_async_context(opening))
        if services is None:
            return
        _log.info("the database is open")
        application = assembly.application(settings, services, metrics, tick=tick)
        receiving = Receiving(application, Answering(metrics, clock))
        try:
            async with watched(settings, application, metrics, heartbeat, clock):
                await _until(stop, _serve(settings, application, receiving, heartbeat))
        finally:
            heartbeat.stopping()
            await _stop(application, receiving)


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T | None:
    """The result of `work`; None if `stop` is set before, and then `work` is cancelled."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait((working,))
    return None if working.cancelled() else working.result()


async def _serve(
    settings: Settings, application: KloutApplication, receiving: Receiving, heartbeat: Heartbeat
) -> None:
    bot = application.bot
    await patiently(application.initialize)
    await menu.publish(bot, application.services.operators)
    await application.start()
    receiving.start()
    if settings.webhook_url:
        async with webhook.listening(settings, bot, receiving):
            heartbeat.started(f"answering as @{bot.username}")
            _log.info("answering as @%s, by webhook", bot.username)
            await asyncio.Event().wait()
    await prepare(bot)
    heartbeat.started(f"answering as @{bot.username}")
    _log.info("answering as @%s", bot.username)
    await poll(bot, receiving)


async def _stop(application: KloutApplication, receiving: Receiving) -> None:
    """Take nothing more, let answers under way finish for a moment, then let go."""
    await _at_most(_SEND, application.delivery.close(_SEND / 2))
    await application.services.reader.close()  # who waits for X is told to ask again
    await _at_most(_FINISH_ANSWERS + _CLOSE, receiving.close(_FINISH_ANSWERS))
    if application.running:
        await _at_most(_CLOSE, application.stop())
    await _at_most(_CLOSE, application.shutdown())


async def _at_most(seconds: float, step: Awaitable[None]) -> bool:
    """Whether the step ended in time, and could be noted."""
    try:
        await asyncio.wait_for(step, seconds)
    except TimeoutError:
        _log.warning("stopping takes too long; going on without")
        return False
    except STORE_FAILS as error:  # its leases run out by themselves
        _log.warning("stopping cannot be noted; going on without", extra={"error": str(error)})
        return False
    return True
