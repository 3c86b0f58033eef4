"""The webhook: Telegram posts updates, and is told 200 once they are stored.

It is plain HTTP, for a proxy that has the certificate. Its path is derived from the secret, so all
processes behind one address agree on it, and a new secret is a new address for Telegram too.
"""

import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web
from telegram import Update
from telegram.ext import ExtBot

from operations.reaching import ALLOWED_UPDATES, patiently
from operations.receiving import STORE_FAILS, Receiving
from operations.settings import Settings, SettingsError

_log = logging.getLogger(__name__)

CONNECTIONS: Final = 100
"""Requests that Telegram makes at the same time; each ends as soon as its update is stored."""

LARGEST: Final = 1024 * 1024
"""Bytes of a request; Telegram's are a few thousand."""

_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_LATER: Final = {"Retry-After": "5"}
_CLOSE: Final = 0.5
"""Seconds for requests under way at the end; Telegram makes those again that were not answered."""

_LARGEST_ID: Final = 2**63


@asynccontextmanager
async def listening(
    settings: Settings, bot: ExtBot[Any], receiving: Receiving
) -> AsyncIterator[None]:
    """Accept updates, and let Telegram know where.

    Raises:
        SettingsError: the port cannot be had, or Telegram does not know the token.
    """
    front = _Front(settings.webhook_path, settings.webhook_token, bot, receiving)
    application = web.Application(client_max_size=LARGEST)
    application.router.add_route("*", "/{path:.*}", front.receive)
    # without an access log: it would have the path in it
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_CLOSE)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.webhook_host, settings.webhook_port).start()
        except UnicodeError:
            raise SettingsError("WEBHOOK_HOST is not usable: no machine has that name.") from None
        except OSError as error:
            raise SettingsError(f"WEBHOOK_PORT is not usable: {error.strerror}.") from error
        await patiently(lambda: _announce(settings, bot))
        yield
    finally:
        await runner.cleanup()


async def _announce(settings: Settings, bot: ExtBot[Any]) -> None:
    """Tell Telegram where updates go, unless it knows: many starts are no flood of requests."""
    url = f"{settings.webhook_url}/{settings.webhook_path}"
    known = await bot.get_webhook_info()
    if (known.url, known.max_connections, set(known.allowed_updates)) != (
        url,
        CONNECTIONS,
        set(ALLOWED_UPDATES),
    ):
        await bot.set_webhook(
            url,
            secret_token=settings.webhook_token,
            max_connections=CONNECTIONS,
            allowed_updates=ALLOWED_UPDATES,
        )


class _Front:
    """Answers requests; what it refuses it neither repeats nor logs."""

    def __init__(self, path: str, secret: str, bot: ExtBot[Any], receiving: Receiving) -> None:
        self._path = path.encode()
        self._secret = secret.encode()
        self._bot = bot
        self._receiving = receiving

    async def receive(self, request: web.Request) -> web.Response:
        """200 once the update is stored; 503 when it cannot be, and Telegram sends it again."""
        if not _same(request.match_info["path"], self._path):
            raise web.HTTPNotFound
        if request.method != "POST":
            raise web.HTTPMethodNotAllowed(request.method, ["POST"])
        if not _same(request.headers.get(_HEADER, ""), self._secret):
            raise web.HTTPForbidden
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        if self._receiving.crowded:
            raise web.HTTPServiceUnavailable(headers=_LATER)
        body = await _text(request)
        if update := self._parsed(body):
            try:
                await self._receiving.accept([(update, body)])
            except STORE_FAILS as error:
                _log.warning(
                    "an update cannot be stored",
                    extra={"update_id": update.update_id, "error": str(error)},
                )
                raise web.HTTPServiceUnavailable(headers=_LATER) from None
        return web.Response()

    def _parsed(self, body: str) -> Update | None:
        """The update; None for one that would be as odd the next time it came."""
        try:
            given = json.loads(body)
            number = given["update_id"]
        except (ValueError, RecursionError, TypeError, LookupError):
            raise web.HTTPBadRequest from None
        if not isinstance(number, int) or not 0 < number < _LARGEST_ID:
            raise web.HTTPBadRequest
        try:
            return Update.de_json(given, self._bot)
        except Exception:  # noqa: BLE001 - whatever is odd about it
            _log.warning("an update cannot be understood", extra={"update_id": number})
            return None


async def _text(request: web.Request) -> str:
    """JSON may come in other encodings, too; Telegram's does not."""
    try:
        return (await request.read()).decode()
    except UnicodeDecodeError:
        raise web.HTTPBadRequest from None


def _same(given: str, wanted: bytes) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted)
