"""The command `bot.py run` without monitoring: the baseline of `benchmarks.watching`.

The monitoring is patched away from outside, so that the bot itself has no switch for it.
"""

import asyncio
import logging
from contextlib import nullcontext
from typing import Any

from telegram.request import HTTPXRequest

from operations import assembly, process
from operations.settings import Settings, load


def main() -> None:
    """Run the bot until a signal stops it: no metrics, no port, plain logs."""
    seams: dict[Any, dict[str, Any]] = {
        assembly: {
            "MeasuredRequest": lambda _metrics, **given: HTTPXRequest(**given),
            "MeasuredSource": lambda source, _metrics: source,
        },
        process: {"watched": lambda *_: nullcontext(), "Answering": lambda *_: nullcontext},
    }
    for module, names in seams.items():
        for name, plain in names.items():
            setattr(module, name, plain)
    settings = load(Settings)
    logging.basicConfig(level=settings.log_level)
    for name in ("apscheduler", "httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    asyncio.run(process.run(settings))


if __name__ == "__main__":
    main()
