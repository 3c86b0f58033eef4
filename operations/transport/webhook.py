"""The webhook: Telegram posts updates, and gets a 200 once they are stored.

It is plain HTTP, behind a proxy that has the certificate. The path is derived from the secret, so
all processes behind one address agree on it, and a new secret is a new address for Telegram too.
"""

import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web
from telegram.ext import ExtBot

from handlers.outgoing.unparsed import ask
from operations.settings import Settings, SettingsError
from operations.startup import ALLOWED_UPDATES, Token, patiently
from operations.transport.dispatcher import STORE_FAILS, Dispatcher
from operations.transport.updates import number_of, understood

_log = logging.getLogger(__name__)

CONNECTIONS: Final = 100
"""The most simultaneous requests by Telegram; each ends once its update is stored."""

LARGEST: Final = 1024 * 1024
"""The most bytes of a request; Telegram's are a few thousand."""

_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_LATER: Final = {"Retry-After": "5"}
_CLOSE: Final = 0.5
"""Seconds for requests under way at the end; Telegram repeats unanswered ones."""


@asynccontextmanager
async def listening(
    settings: Settings, bot: ExtBot[Any], token: Token, receiving: Dispatcher
) -> AsyncIterator[None]:
    """Accept updates while the body runs, and tell Telegram the address.

    Raises:
        SettingsError: the port cannot be had, or Telegram does not know the token.
    """
    front = _Front(settings.webhook_path, settings.webhook_token, bot, receiving)
    application = web.Application(client_max_size=LARGEST)
    application.router.add_route("*", "/{path:.*}", front.receive)
    # no access log: it would contain the secret path
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_CLOSE)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.webhook_host, settings.webhook_port).start()
        except UnicodeError:
            raise SettingsError("WEBHOOK_HOST is not usable: no machine has that name.") from None
        except OSError as error:
            raise SettingsError(f"WEBHOOK_PORT is not usable: {error.strerror}.") from error
        await patiently(token, lambda: _announce(settings, bot))
        yield
    finally:
        await runner.cleanup()


async def _announce(settings: Settings, bot: ExtBot[Any]) -> None:
    """Set the webhook, unless Telegram has it already, so that many starts make few requests."""
    url = f"{settings.webhook_url}/{settings.webhook_path}"
    known = await ask(bot, "getWebhookInfo")
    if not _is(known, url):
        await bot.set_webhook(
            url,
            secret_token=settings.webhook_token,
            max_connections=CONNECTIONS,
            allowed_updates=ALLOWED_UPDATES,
        )


def _is(known: object, url: str) -> bool:
    """Whether Telegram's webhook is this one; an unreadable description counts as another."""
    if not isinstance(known, dict) or not isinstance(known.get("allowed_updates"), list):
        return False
    allowed = sorted(map(str, known["allowed_updates"]))
    given = (known.get("url"), known.get("max_connections"), allowed)
    return given == (url, CONNECTIONS, sorted(ALLOWED_UPDATES))


class _Front:
    """Answers requests; a refused request is neither echoed nor logged."""

    def __init__(self, path: str, secret: str, bot: ExtBot[Any], receiving: Dispatcher) -> None:
        self._path = path.encode()
        self._secret = secret.encode()
        self._bot = bot
        self._receiving = receiving

    async def receive(self, request: web.Request) -> web.Response:
        """Answer 200 once the update is stored, or 503, so that Telegram sends it again."""
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
        given = _numbered(body)
        # an unreadable update would be unreadable the next time too
        if update := understood(given, self._bot):
            try:
                await self._receiving.accept([(update, body)])
            except STORE_FAILS as error:
                _log.warning(
                    "an update cannot be stored",
                    extra={"update_id": update.update_id, "error": str(error)},
                )
                raise web.HTTPServiceUnavailable(headers=_LATER) from None
        return web.Response()


def _numbered(body: str) -> object:
    """Parse an update, which may be odd but must have a number, as Telegram's always have."""
    try:
        given: object = json.loads(body)
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest from None
    number = given.get("update_id") if isinstance(given, dict) else None
    # accept a number too large for the database: Telegram would send it again and again
    if number_of(given) is None and not (isinstance(number, int) and number > 1):
        raise web.HTTPBadRequest
    return given


async def _text(request: web.Request) -> str:
    """Return the body as text; other encodings than Telegram's are refused."""
    try:
        return (await request.read()).decode()
    except UnicodeDecodeError:
        raise web.HTTPBadRequest from None


def _same(given: str, wanted: bytes) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted)
