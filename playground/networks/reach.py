"""The way to local servers of the fediverse: every name leads to this computer."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from scoring.reading.strangers.servers import Reach

_HERE = "127.0.0.1"


class _EveryNameIsHere(AbstractResolver):
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp's interface
    ) -> list[ResolveResult]:
        flags = socket.AI_NUMERICHOST
        here = ResolveResult(
            hostname=host, host=_HERE, port=port, family=socket.AF_INET, proto=0, flags=flags
        )
        return [here]

    async def close(self) -> None:
        """Nothing is open."""


def local_reach(port: int) -> Reach:
    """Return the way to servers on a port of this computer, and to nowhere else."""
    return Reach(
        scheme="http", port=port, is_allowed=lambda ip: ip == _HERE, resolver=_EveryNameIsHere()
    )
