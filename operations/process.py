"""The life of the process: start, serve until told to stop, stop within a supervisor's patience."""

import asyncio
import logging
import signal
from collections.abc import Awaitable
from typing import Final

from telegram import Update
from telegram.error import BadRequest, InvalidToken, NetworkError

from handlers import KloutApplication, menu
from handlers.ordering import PersonByPerson
from operations import assembly
from operations.settings import Settings, SettingsError

_log = logging.getLogger(__name__)

_ALLOWED_UPDATES: Final = [Update.MESSAGE, Update.CALLBACK_QUERY]
"""Said explicitly: Telegram remembers the list of an earlier run."""

_LONGEST_PAUSE: Final = 30.0
"""Seconds between attempts to reach Telegram at the start."""

_STOP_POLLING: Final = 1.0
_FINISH_ANSWERS: Final = 2.0
_CLOSE: Final = 1.0
"""Seconds for each step of stopping; together below the five that are promised."""


async def run(settings: Settings, *, example: str = "nasa") -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        SettingsError: Telegram does not know the token.
        OSError, sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
    """
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    async with assembly.services(settings, example=example) as services:
        _log.info("the database is open")
        application = assembly.application(settings, services)
        try:
            await _until(stop, _serve(application))
        finally:
            await _stop(application)


async def _until(stop: asyncio.Event, work: Awaitable[None]) -> None:
    """Run `work` until it fails or `stop` is set, whichever comes first."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        working.result()
    else:
        working.cancel()
        await asyncio.wait((working,))


async def _serve(application: KloutApplication) -> None:
    await _reach_telegram(application)
    await menu.publish(application.bot)
    if application.updater is None:
        raise RuntimeError("the application was built without an updater")
    await application.updater.start_polling(allowed_updates=_ALLOWED_UPDATES, bootstrap_retries=-1)
    await application.start()
    _log.info("answering as @%s", application.bot.username)
    await asyncio.Event().wait()


async def _reach_telegram(application: KloutApplication) -> None:
    pause = 1.0
    while True:
        try:
            await application.initialize()
        except InvalidToken:
            raise SettingsError(
                "TELEGRAM_BOT_TOKEN is not usable: Telegram does not know it."
            ) from None
        except BadRequest:
            raise
        except NetworkError as error:
            _log.warning("Telegram is not reachable (%s); next attempt in %g s", error, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            return


async def _stop(application: KloutApplication) -> None:
    """Fetch nothing more, let answers under way finish for a moment, then let go."""
    if application.updater and application.updater.running:
        await _at_most(_STOP_POLLING, application.updater.stop())
    await application.services.reader.close()  # who waits for X is told to ask again
    if application.running:
        await _at_most(_FINISH_ANSWERS, application.update_queue.join())
        processor = application.update_processor
        if isinstance(processor, PersonByPerson):
            processor.give_up()
        await _at_most(_CLOSE, application.stop())
    await _at_most(_CLOSE, application.shutdown())


async def _at_most(seconds: float, step: Awaitable[None]) -> None:
    try:
        await asyncio.wait_for(step, seconds)
    except TimeoutError:
        _log.warning("stopping takes too long; going on without")
