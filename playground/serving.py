"""A local server for as long as somebody needs it."""

import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from operations.settings import SettingsError


@contextlib.asynccontextmanager
async def served(application: web.Application, port: int) -> AsyncIterator[str]:
    """Serve on this computer only; gives the address."""
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
