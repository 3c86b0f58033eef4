"""A server on this computer that a stranger controls, which counts its connections."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Final

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from scoring.reading.strangers.servers import Reach, StrangersServers
from tests.conftest import Clock

JSON: Final = "application/json"


def response(
    body: bytes | str = b"{}", status: str = "200 OK", kind: str = JSON, **headers: str
) -> bytes:
    """An HTTP answer as bytes; a header's underscores stand for hyphens."""
    content = body.encode() if isinstance(body, str) else body
    lines = {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + content


class Listener:
    """A server on 127.0.0.1.

    Attributes:
        connections: how often it was connected to.
        requests: what was asked, head and body.
        answers: what it says, in order; the last one again and again.
        stops: whether it falls silent in the middle of an answer.
        port: where it listens.
    """

    def __init__(self) -> None:
        self.connections = 0
        self.requests: list[str] = []
        self.answers: list[bytes] = [response()]
        self.stops = False
        self.port = 0
        self._closing = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(head)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            writer.write(answer[:-1] if self.stops else answer)
            await writer.drain()
            if self.stops:
                await self._closing.wait()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def close(self) -> None:
        self._closing.set()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listening = Listener()
    server = await asyncio.start_server(listening.serve, "127.0.0.1", 0)
    listening.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listening
        listening.close()


class Addresses(AbstractResolver):
    """A resolver that gives one list of addresses after the other; the last one remains.

    With a port, it claims that the servers listen there.
    """

    def __init__(self, *answers: list[str], port: int | None = None) -> None:
        self.names: list[str] = []
        self._answers = list(answers)
        self._port = port

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp's interface
    ) -> list[ResolveResult]:
        self.names.append(host)
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=self._port or port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        pass


ReachTo = Callable[..., Reach]


@pytest.fixture
def reach_to(listener: Listener) -> ReachTo:
    """Everything is found at this computer, and this computer is allowed."""

    def build(*answers: list[str], **changes: object) -> Reach:
        reach = Reach(
            scheme="http",
            port=listener.port,
            is_allowed=lambda address: address == "127.0.0.1",
            resolver=Addresses(*(answers or (["127.0.0.1"],))),
        )
        return replace(reach, **changes)  # type: ignore[arg-type]

    return build


Servers = Callable[..., StrangersServers]


@pytest.fixture
async def servers_of(clock: Clock) -> AsyncIterator[Servers]:
    async with AsyncExitStack() as stack:

        def build(reach: Reach, **options: object) -> StrangersServers:
            servers = StrangersServers(clock, "klout-tests", reach=reach, **options)  # type: ignore[arg-type]
            stack.push_async_callback(servers.close)
            return servers

        yield build


@pytest.fixture
def servers(servers_of: Servers, reach_to: ReachTo) -> StrangersServers:
    """A client for which every name leads to the listener."""
    return servers_of(reach_to())
