"""SIGTERM and SIGINT: a graceful shutdown begins, and is cut short if it hangs."""

import asyncio
import os
import signal
import threading
from typing import Final

LAST_RESORT: Final = 4.5
"""Seconds after a signal at which the process ends, whatever holds it up; less than the promised
five. What is left undone is what a crash would leave, and every stored state allows for that."""


def stop_event(*, last_resort: float = LAST_RESORT) -> asyncio.Event:
    """Return an event of the running loop that the first SIGTERM or SIGINT sets.

    Args:
        last_resort: seconds after the signal at which the process exits with code 0 by force.
    """
    stop = asyncio.Event()

    def begin() -> None:
        if not stop.is_set():
            stop.set()
            force = threading.Timer(last_resort, os._exit, (0,))
            force.daemon = True
            force.start()

    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, begin)
    return stop
