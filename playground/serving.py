"""A local web server that runs as long as a context is open."""

import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from operations.settings import SettingsError


@contextlib.asynccontextmanager
async def served(application: web.Application, port: int) -> AsyncIterator[str]:
    """Serve an application on this computer only; yield the address."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        try:
            await site.start()
        except OSError as error:
            raise SettingsError(f"DEMO_PORT is not usable: port {port} is taken.") from error
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
