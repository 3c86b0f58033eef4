"""The local Telegram over HTTP: the Bot API for the bot, a chat page for people."""

from collections.abc import AsyncIterator, Collection, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from aiohttp.web_request import FileField

from playground.telegram.methods.media import file_at
from playground.telegram.people.page_api import PageApi
from playground.telegram.people.page_data import PageData
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.pushing import pushing
from playground.telegram.server.wire import Upload

PAGE: Final = Path(__file__).parents[2] / "page"
LOCAL_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")

_LARGEST_REQUEST: Final = 50 * 1024 * 1024
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(
    telegram: LocalTelegram, page: PageData, *, hosts: Collection[str] = LOCAL_NAMES
) -> web.Application:
    """Return an application for one port: the page at `/`, the Bot API at `/bot<token>/<method>`.

    Args:
        telegram: the local Telegram.
        page: the people and suggestions of the page.
        hosts: names of this computer. A request to any other name is refused: a web site has
            pointed its own name here.
    """
    app = web.Application(client_max_size=_LARGEST_REQUEST, middlewares=[_guard(hosts)])
    page_api = PageApi(telegram, page)
    bot_api = _BotApiFront(telegram)
    app.router.add_get("/", _index)
    app.router.add_static("/page/", PAGE)
    app.router.add_route("*", "/bot{token}/{method}", bot_api.call)
    app.router.add_get("/file/bot{token}/{path:.+}", bot_api.download)
    app.add_routes(page_api.routes())

    async def close(_: web.Application) -> None:
        telegram.world.updates.end_poll()
        page_api.close()

    async def push(_: web.Application) -> AsyncIterator[None]:
        async with pushing(telegram.world):
            yield

    app.cleanup_ctx.append(push)
    app.on_response_prepare.append(_add_headers)
    app.on_shutdown.append(close)
    return app


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        value = await request.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise web.HTTPBadRequest(text="The body is not a JSON object.")
    return value


async def _index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


def _guard(hosts: Collection[str]) -> Middleware:
    """Keep other web sites from reading or driving this one through the visitor's browser."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if _hostname(request.host) not in hosts:
            raise web.HTTPMisdirectedRequest(text="This is not a name of this computer.")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="Another web site cannot do this.")
        return await handler(request)

    return guard


def _hostname(host: str) -> str:
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host


class _BotApiFront:
    """Reads requests as Telegram's server does: query, form, multipart or JSON, GET or POST."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram

    async def call(self, request: web.Request) -> web.Response:
        values, files = await _parameters(request)
        answer = await self._telegram.call(
            request.match_info["method"], values, files, request.match_info["token"]
        )
        kind = "application/json" if answer.raw is None else "text/html"
        return web.Response(body=answer.content(), status=answer.status, content_type=kind)

    async def download(self, request: web.Request) -> web.Response:
        right_token = request.match_info["token"] == self._telegram.token
        file = file_at(self._telegram.world, request.match_info["path"]) if right_token else None
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.content, content_type=file.mime_type)


async def _parameters(request: web.Request) -> tuple[Mapping[str, Any], dict[str, Upload]]:
    values: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        values |= await _json(request)
        return values, files
    for name, part in (await request.post()).items():
        if isinstance(part, FileField):
            files[name] = Upload(part.filename, part.file.read(), part.content_type)
        else:
            values[name] = part if isinstance(part, str) else part.decode()
    return values, files
