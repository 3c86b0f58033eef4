"""The monitoring port: `/metrics` for Prometheus, `/health` and `/ready` for a supervisor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from operations.observability.database_metrics import DatabaseMetrics
from operations.observability.health import Health

_PATIENCE: Final = 0.5
"""Seconds that a request under way gets when the port closes."""


def create_app(
    registry: CollectorRegistry, figures: DatabaseMetrics, health: Health
) -> web.Application:
    """Build the three pages; a failed health check is named in a 503."""

    async def metrics(_request: web.Request) -> web.Response:
        await figures.refresh()
        return web.Response(
            body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    async def alive(_request: web.Request) -> web.Response:
        return _answer(health.alive())

    async def ready(_request: web.Request) -> web.Response:
        return _answer(await health.ready())

    application = web.Application()
    application.add_routes(
        [web.get("/metrics", metrics), web.get("/health", alive), web.get("/ready", ready)]
    )
    return application


@asynccontextmanager
async def served(application: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """Serve the pages while the body runs.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
    """
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_PATIENCE)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


def _answer(checks: dict[str, bool]) -> web.Response:
    well = all(checks.values())
    return web.json_response(
        {"ok": well, "checks": checks},
        status=HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE,
    )
