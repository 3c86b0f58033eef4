"""Requests to servers of strangers: where they connect, and what they put up with."""

import asyncio
import logging
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from scoring.reading.errors import RateLimited
from scoring.reading.network_errors import ServerUnreachable
from scoring.reading.strangers import servers as servers_module
from scoring.reading.strangers.addresses import is_public
from scoring.reading.strangers.servers import Reach, StrangersServers
from tests.conftest import Clock
from tests.unit.strangers.conftest import (
    Addresses,
    Listener,
    ReachTo,
    Servers,
    response,
)
from tests.unit.strangers.test_addresses import REFUSED_NAMES

HOST = "social.example.org"
OTHER = "other.example.net"
WEBFINGER = "/.well-known/webfinger"
THIS_COMPUTER = "0.0.0.0"  # noqa: S104 - connected to, which Linux takes for loopback


async def test_a_server_is_asked_plainly(servers: StrangersServers, listener: Listener) -> None:
    listener.answers = [response('{"a": 1}', Set_Cookie="a=b")]
    answer = await servers.get(
        HOST, "/api", {"acct": "ada lovelace"}, accept="application/jrd+json"
    )
    await servers.get(HOST, "/api")
    assert (answer.host, answer.status, answer.body) == (HOST, 200, {"a": 1})
    first, second = (request.splitlines() for request in listener.requests)
    assert first[0] == "GET /api?acct=ada+lovelace HTTP/1.1"
    assert {"Accept: application/jrd+json", "Accept-Encoding: identity"} < set(first)
    assert "User-Agent: klout-tests" in first
    assert not [line for line in second if line.lower().startswith(("cookie", "authorization"))]
    assert listener.connections == 2  # none is kept: each one is checked


async def test_a_question_is_posted(servers: StrangersServers, listener: Listener) -> None:
    await servers.post(HOST, "/api/users/show", {"username": "ada"})
    assert listener.requests[0].startswith("POST /api/users/show HTTP/1.1")
    assert "Content-Type: application/json" in listener.requests[0]


def test_by_default_only_https_and_public_addresses_are_reached() -> None:
    assert Reach() == Reach("https", 443, is_public, None, None)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", THIS_COMPUTER),
        *("224.0.0.1", "198.51.100.1", "::1", "::ffff:127.0.0.1", "fe80::1", "fd00:ec2::254"),
        *("64:ff9b::7f00:1", "2002:7f00:1::1", "ff02::1", "::"),
    ],
)
async def test_a_private_address_is_never_connected_to(
    listener: Listener, servers_of: Servers, reach_to: ReachTo, address: str
) -> None:
    servers = servers_of(reach_to([address], is_allowed=is_public))
    with pytest.raises(ServerUnreachable):
        await servers.get(HOST, "/")
    assert listener.connections == 0


@pytest.mark.parametrize("name", REFUSED_NAMES)
async def test_a_name_of_no_public_server_is_not_even_looked_up(
    listener: Listener, servers_of: Servers, reach_to: ReachTo, name: str
) -> None:
    addresses = Addresses(["127.0.0.1"])
    servers = servers_of(reach_to(resolver=addresses))
    with pytest.raises(ServerUnreachable):
        await servers.get(name, "/")
    assert (listener.connections, addresses.names) == (0, [])


async def test_a_name_that_changes_its_address_is_checked_at_each_connection(
    listener: Listener, servers_of: Servers, reach_to: ReachTo
) -> None:
    allowed = {"127.0.0.1"}
    reach = reach_to(["127.0.0.1"], [THIS_COMPUTER], is_allowed=lambda address: address in allowed)
    servers = servers_of(reach)
    assert (await servers.get(HOST, "/")).status == 200
    with pytest.raises(ServerUnreachable):
        await servers.get(HOST, "/")
    assert listener.connections == 1


async def test_the_address_that_was_checked_is_the_one_connected_to(
    listener: Listener, servers_of: Servers, reach_to: ReachTo
) -> None:
    checked: list[str] = []

    def is_allowed(address: str) -> bool:
        checked.append(address)
        return address == "127.0.0.1"

    addresses = Addresses(["10.0.0.1", "127.0.0.1"], ["10.0.0.1"])
    servers = servers_of(reach_to(resolver=addresses, is_allowed=is_allowed))
    assert (await servers.get(HOST, "/")).status == 200
    assert (sorted(checked), addresses.names) == (["10.0.0.1", "127.0.0.1"], [HOST])
    assert listener.connections == 1


async def test_another_port_is_never_connected_to(
    listener: Listener, servers_of: Servers, reach_to: ReachTo
) -> None:
    reach = reach_to(port=1, resolver=Addresses(["127.0.0.1"], port=listener.port))
    with pytest.raises(ServerUnreachable):
        await servers_of(reach).get(HOST, "/")
    assert listener.connections == 0


async def test_no_proxy_of_the_machine_is_used(
    listener: Listener,
    servers_of: Servers,
    reach_to: ReachTo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    with pytest.raises(ServerUnreachable):
        await servers_of(reach_to(is_allowed=is_public)).get(HOST, "/")
    assert listener.connections == 0


async def test_a_blocked_server_is_never_asked(
    listener: Listener, servers_of: Servers, reach_to: ReachTo
) -> None:
    servers = servers_of(reach_to(), blocked=frozenset({HOST}))
    with pytest.raises(ServerUnreachable):
        await servers.get(HOST, "/")
    assert listener.connections == 0


async def test_a_server_that_fails_is_left_alone_for_a_while(
    servers: StrangersServers, listener: Listener, clock: Clock
) -> None:
    listener.answers = [response("", "500 Oops")]
    for _ in range(5):
        with pytest.raises(ServerUnreachable):
            await servers.get(HOST, "/")
    assert listener.connections == 3
    with pytest.raises(ServerUnreachable):
        await servers.get(OTHER, "/")  # another host's failures are its own
    assert listener.connections == 4
    clock.forward(minutes=10)
    with pytest.raises(ServerUnreachable):
        await servers.get(HOST, "/")
    with pytest.raises(ServerUnreachable):
        await servers.get(HOST, "/")  # one probe failed: the next waits
    assert listener.connections == 5
    clock.forward(minutes=10)
    listener.answers = [response()]
    for _ in range(3):
        assert (await servers.get(HOST, "/")).status == 200


async def test_a_server_that_asks_to_slow_down_is_not_asked_before(
    servers: StrangersServers, listener: Listener, clock: Clock
) -> None:
    listener.answers = [response("{}", "429 Too Many Requests", Retry_After="60"), response()]
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await servers.get(HOST, "/")
        assert (caught.value.until - clock()).total_seconds() == 60
    assert listener.connections == 1
    clock.forward(seconds=60)
    assert (await servers.get(HOST, "/")).status == 200


async def test_one_server_is_asked_sixty_times_a_minute_at_most(
    servers: StrangersServers, listener: Listener, clock: Clock
) -> None:
    for _ in range(60):
        await servers.get(HOST, "/")
    with pytest.raises(RateLimited) as caught:
        await servers.get(HOST, "/")
    assert (caught.value.until - clock()).total_seconds() == 60
    assert listener.connections == 60
    clock.forward(minutes=1)
    assert (await servers.get(HOST, "/")).status == 200


async def test_a_private_address_is_refused_in_the_same_words_as_a_dead_server(
    listener: Listener, servers_of: Servers, reach_to: ReachTo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, servers_module.__name__)
    said = []
    for reach in (reach_to(is_allowed=is_public), reach_to(port=1, is_allowed=lambda _: True)):
        with pytest.raises(ServerUnreachable) as caught:
            await servers_of(reach).get(HOST, "/")
        said.append((str(caught.value), caught.value.status))
    assert said[0] == said[1]
    assert listener.connections == 0
    assert "HTTP" in caplog.text
    assert HOST not in caplog.text


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """A certificate of `HOST`, which no authority vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, own = tmp_path / "key.pem", tmp_path / "own.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"),
            *("-keyout", str(key), "-out", str(own)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    return context


async def test_a_certificate_must_be_of_the_server_and_trusted(
    listener: Listener,
    servers_of: Servers,
    reach_to: ReachTo,
    certificate: ssl.SSLContext,
    tmp_path: Path,
) -> None:
    async with await asyncio.start_server(
        listener.serve, "127.0.0.1", 0, ssl=certificate
    ) as server:
        port = server.sockets[0].getsockname()[1]
        trusting = ssl.create_default_context(cafile=str(tmp_path / "own.pem"))
        ours = reach_to(scheme="https", port=port, certificates=trusting)
        assert (await servers_of(ours).get(HOST, "/")).status == 200
        with pytest.raises(ServerUnreachable):
            await servers_of(ours).get(OTHER, "/")
        with pytest.raises(ServerUnreachable):
            await servers_of(reach_to(scheme="https", port=port)).get(HOST, "/")
    assert len(listener.requests) == 1
