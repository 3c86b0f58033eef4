"""The life of the process: start, serve, and graceful shutdown within five seconds."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, TypeVar

from telegram.error import TelegramError

from delivery.tick import TICK
from handlers import KloutApplication, menu
from operations import assembly
from operations.assembly import Beside, Clock, utc_now
from operations.observability.instrumentation import Answering
from operations.observability.metrics import Metrics
from operations.observability.monitoring import watched
from operations.observability.systemd import Watchdog
from operations.settings import Settings, readable_by_others
from operations.startup import LONGEST_PAUSE, SHORTEST_PAUSE, Token, fingerprint, patiently
from operations.termination import stop_event
from operations.transport import webhook
from operations.transport.dispatcher import STORE_FAILS, Dispatcher
from operations.transport.polling import poll

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

_WORKED: Final = "token"
"""The key in `storage.queues.leader` for the fingerprint of the last token that worked."""

_SEND: Final = 1.0
_FINISH_ANSWERS: Final = 1.0
_CLOSE: Final = 1.0
"""Seconds for each step of the graceful shutdown."""

_STOP: Final = 3.0
"""Seconds for all steps together; each step left over then gets a tenth of a second."""


async def run(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    example: str | None = None,
    tick: float = TICK,
    beside: Beside | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then shut down gracefully.

    Args:
        settings: where to find Telegram, X and the database.
        clock: returns the time, aware, in UTC.
        example: a handle that hints may name; None for a well-known one that can be read.
        tick: seconds between two ticks of the background work.
        beside: puts made-up accounts beside the real ones of the networks without a key.

    Raises:
        operations.settings.SettingsError: Telegram does not know the token.
        OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
    """
    stop = stop_event()
    if readable_by_others(Path(".env")):
        _log.warning("others on this machine can read .env, which has the tokens: chmod 600 .env")
    metrics, heartbeat = Metrics(clock), Watchdog.of()
    _log.info("opening the database")
    async with AsyncExitStack() as stack:
        opening = assembly.services(
            settings, clock=clock, example=example, metrics=metrics, beside=beside
        )
        services = await _until(stop, stack.enter_async_context(opening))
        if services is None:
            return
        _log.info("the database is open")
        application = assembly.application(settings, services, metrics, tick=tick)
        receiving = Dispatcher(application, Answering(metrics, clock))
        try:
            async with watched(settings, application, metrics, heartbeat, clock):
                await _until(stop, _serve(settings, application, receiving, heartbeat))
        finally:
            heartbeat.stopping()
            await _stop(application, receiving)


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T | None:
    """Return the result of `work`; if `stop` is set first, cancel `work` and return None."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait((working,))
    return None if working.cancelled() else working.result()


async def _serve(
    settings: Settings, application: KloutApplication, receiving: Dispatcher, heartbeat: Watchdog
) -> None:
    bot = application.bot
    token = await _token(settings, application)
    await patiently(token, lambda: _introduce(application))
    beside = asyncio.create_task(_beside(settings, application), name="beside serving")
    try:
        await application.start()
        receiving.start()
        if settings.webhook_url:
            async with webhook.listening(settings, bot, token, receiving):
                heartbeat.started(f"answering as @{bot.username}")
                _log.info("answering as @%s, by webhook", bot.username)
                await asyncio.Event().wait()
        heartbeat.started(f"answering as @{bot.username}")
        _log.info("answering as @%s", bot.username)
        await poll(bot, token, receiving)
    finally:
        beside.cancel()  # not waited for: a locked database would hold up the stop


async def _introduce(application: KloutApplication) -> None:
    """Ask Telegram for the bot's own user; an answer without a username is refused.

    Raises:
        telegram.error.TelegramError: the request failed, or the answer is odd.
    """
    await application.initialize()
    if not application.bot.username:
        await application.bot.get_me()
        if not application.bot.username:
            raise TelegramError("getMe names no bot")


async def _token(settings: Settings, application: KloutApplication) -> Token:
    """Return the token's state: whether this database saw it work before."""
    mine = fingerprint(settings.telegram_bot_token.get_secret_value())
    try:
        worked = await application.services.stores.leader.noted(_WORKED) == mine
    except STORE_FAILS as error:
        _log.warning("the database cannot be read yet", extra={"error": str(error)})
        worked = False
    return Token(application.bot, worked=worked)


async def _beside(settings: Settings, application: KloutApplication) -> None:
    """Run the tasks that no user waits for: store that the token works, publish the menus."""
    services = application.services
    leader = services.stores.leader
    mine = fingerprint(settings.telegram_bot_token.get_secret_value())
    try:
        if await leader.noted(_WORKED) != mine:
            await leader.note(_WORKED, mine, services.clock())
    except STORE_FAILS as error:
        _log.warning("it is not noted that the token works", extra={"error": str(error)})
    pause = SHORTEST_PAUSE
    while (wait := await menu.publish(application.bot, services.operators)) is not None:
        await asyncio.sleep(max(wait, pause))
        pause = min(2 * pause, LONGEST_PAUSE)


async def _stop(application: KloutApplication, receiving: Dispatcher) -> None:
    """Shut down gracefully: take nothing more, let answers finish briefly, give leases back."""
    deadline = asyncio.get_running_loop().time() + _STOP
    await _at_most(_SEND, deadline, application.delivery.close(_SEND / 2))
    await application.services.reader.close()  # users who wait for X are told to ask again
    await _at_most(_FINISH_ANSWERS + _CLOSE, deadline, receiving.close(_FINISH_ANSWERS))
    if application.running:
        await _at_most(_CLOSE, deadline, application.stop())
    await _at_most(_CLOSE, deadline, application.shutdown())


async def _at_most(seconds: float, deadline: float, step: Awaitable[None]) -> None:
    """Run a step of the shutdown for so many seconds, or up to the deadline of all steps.

    Args:
        deadline: by the event loop's clock.
    """
    left = max(0.1, deadline - asyncio.get_running_loop().time())
    try:
        await asyncio.wait_for(step, min(seconds, left))
    except TimeoutError:
        _log.warning("stopping takes too long; going on without")
    except STORE_FAILS as error:  # its leases run out by themselves
        _log.warning("stopping cannot be noted; going on without", extra={"error": str(error)})
