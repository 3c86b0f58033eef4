"""Notifies systemd that the bot has started, lives and stops (`sd_notify(3)`, `Type=notify`)."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping
from typing import Final, Self

_log = logging.getLogger(__name__)

_EVERY: Final = 10.0
"""Seconds between heartbeats, unless systemd wants them more often."""

_STILL_STARTING: Final = 60
"""Seconds by which a heartbeat extends a start that waits for Telegram."""


class Watchdog:
    """Sends datagrams to the supervisor's socket; without a socket it does nothing.

    Args:
        address: the socket's path, or `@name` for an abstract one; empty for none.
        watchdog: seconds within which systemd expects a heartbeat; None when it expects none.
    """

    def __init__(self, address: str, watchdog: float | None) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._every = min(_EVERY, watchdog / 3) if watchdog else _EVERY
        self._started = False

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Return the watchdog that `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` ask for."""
        meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        microseconds = environment.get("WATCHDOG_USEC", "") if meant else ""
        watchdog = int(microseconds) / 1_000_000 if microseconds.isdecimal() else None
        return cls(environment.get("NOTIFY_SOCKET", ""), watchdog)

    def started(self, status: str) -> None:
        """Tell systemd that users are answered from now on."""
        self._started = True
        self._tell("READY=1", f"STATUS={status}")

    def stopping(self) -> None:
        """Tell systemd that the process is stopping."""
        self._tell("STOPPING=1")

    async def beat(self, alive: Callable[[], bool]) -> None:
        """Send heartbeats until cancelled, except while `alive` returns False."""
        while True:
            if not alive():
                _log.error("no sign of life: a check fails")
            elif self._started:
                self._tell("WATCHDOG=1")
            else:
                self._tell(f"EXTEND_TIMEOUT_USEC={_STILL_STARTING * 1_000_000}")
            await asyncio.sleep(self._every)

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.setblocking(False)
            try:
                sender.sendto("\n".join(lines).encode(), self._address)
            except OSError as error:  # the bot goes on without a supervisor
                _log.warning("the supervisor cannot be told", extra={"error": str(error)})
