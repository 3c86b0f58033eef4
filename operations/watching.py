"""Everything by which the process is watched, for as long as it serves."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from handlers import KloutApplication
from operations.assembly import Clock
from operations.figures import StoredFigures
from operations.health import Health
from operations.heartbeat import Heartbeat
from operations.measuring import Lag, LineCounter
from operations.metrics import Metrics
from operations.port import create_app, served
from operations.settings import Settings


@asynccontextmanager
async def watched(
    settings: Settings,
    application: KloutApplication,
    metrics: Metrics,
    heartbeat: Heartbeat,
    clock: Clock,
) -> AsyncIterator[None]:
    """Measure, give signs of life, and open the port if there is one.

    Raises:
        OSError: the port cannot be opened.
    """
    services, lag = application.services, Lag(metrics)
    polls = settings.webhook_url is None
    health = Health(application, metrics, lag, clock, polls=polls)
    figures = StoredFigures(services.counting, services.spending, services.usage, clock)
    metrics.registry.register(figures)
    async with AsyncExitStack() as stack:
        counter = LineCounter(metrics)
        logging.getLogger().addHandler(counter)
        stack.callback(logging.getLogger().removeHandler, counter)
        for work, name in (
            (lag.measure(), "lag"),
            (heartbeat.beat(lambda: all(health.alive().values())), "heartbeat"),
        ):
            stack.callback(asyncio.create_task(work, name=name).cancel)
        if settings.metrics_port is not None:
            pages = create_app(metrics.registry, figures, health)
            host, port = settings.metrics_host, settings.metrics_port
            await stack.enter_async_context(served(pages, host, port))
        yield
