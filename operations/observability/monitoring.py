"""Runs the monitoring of the process while it serves: metrics, watchdog, port."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from handlers import KloutApplication
from operations.assembly import Clock
from operations.observability.database_metrics import DatabaseMetrics
from operations.observability.health import Health
from operations.observability.instrumentation import Lag, LineCounter
from operations.observability.metrics import Metrics
from operations.observability.monitoring_port import create_app, served
from operations.observability.systemd import Watchdog
from operations.settings import Settings


@asynccontextmanager
async def watched(
    settings: Settings,
    application: KloutApplication,
    metrics: Metrics,
    heartbeat: Watchdog,
    clock: Clock,
) -> AsyncIterator[None]:
    """Measure, send heartbeats, and open the monitoring port if one is configured.

    Raises:
        OSError: the port cannot be opened.
    """
    services, lag = application.services, Lag(metrics)
    polls = settings.webhook_url is None
    health = Health(application, metrics, lag, clock, polls=polls)
    figures = DatabaseMetrics(services.counting, services.spending, services.usage, clock)
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
