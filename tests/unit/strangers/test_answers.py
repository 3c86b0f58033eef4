"""Answers of servers of strangers: redirects, bodies that burden or mislead, and JSON."""

import gzip
import json

import pytest

from scoring.reading.errors import QuotaSpent
from scoring.reading.network_errors import ServerUnreachable
from scoring.reading.strangers.servers import LONGEST_BODY, StrangersServers
from tests.support.accounts import NOW
from tests.unit.strangers.conftest import (
    Listener,
    ReachTo,
    Servers,
    response,
)

HOST = "social.example.org"
OTHER = "other.example.net"
WEBFINGER = "/.well-known/webfinger"
THIS_COMPUTER = "0.0.0.0"  # noqa: S104 - connected to, which Linux takes for loopback

LOCATIONS = (
    *(f"http://{OTHER}{WEBFINGER}", f"//{OTHER}{WEBFINGER}", f"/{WEBFINGER}", "", "https://"),
    *(
        f"https://127.0.0.1{WEBFINGER}",
        f"https://[::1]{WEBFINGER}",
        f"https://2130706433{WEBFINGER}",
    ),
    *(f"https://{OTHER}:8443{WEBFINGER}", f"https://u:p@{OTHER}{WEBFINGER}", f"https://{OTHER}/"),
    *(f"https://{HOST}{WEBFINGER}", f"https://db.internal{WEBFINGER}", "file:///etc/passwd"),
    f"https://localhost{WEBFINGER}",
)


def admitted(_: str) -> None:
    """Any server may be asked."""


@pytest.mark.parametrize("location", LOCATIONS)
async def test_a_redirect_to_anywhere_else_is_not_followed(
    servers: StrangersServers, listener: Listener, location: str
) -> None:
    listener.answers = [response("", "302 Found", Location=location)]
    with pytest.raises(ServerUnreachable):
        await servers.get(HOST, WEBFINGER, admit_hop=admitted)
    assert listener.connections == 1


async def test_one_redirect_is_followed_where_it_may_be(
    servers: StrangersServers, listener: Listener
) -> None:
    there = response("", "301 Moved", Location=f"https://{OTHER}{WEBFINGER}?resource=other")
    listener.answers = [there, response()]
    hops: list[str] = []
    answer = await servers.get(HOST, WEBFINGER, {"resource": "acct:a@b"}, admit_hop=hops.append)
    assert answer.host == OTHER
    assert hops == [OTHER]
    assert f"\r\nHost: {OTHER}" in listener.requests[1]
    assert "resource=acct:a@b" in listener.requests[1]  # what we ask is not theirs to choose


async def test_no_second_redirect_is_followed_and_none_elsewhere(
    servers: StrangersServers, listener: Listener
) -> None:
    listener.answers = [response("", "301 Moved", Location=f"https://{OTHER}{WEBFINGER}")]
    with pytest.raises(ServerUnreachable):
        await servers.get(HOST, WEBFINGER, admit_hop=admitted)
    assert listener.connections == 2
    with pytest.raises(ServerUnreachable):
        await servers.get("third.example.org", WEBFINGER)
    with pytest.raises(ServerUnreachable):
        await servers.post("third.example.org", WEBFINGER, {})
    assert listener.connections == 4


async def test_a_redirect_into_a_private_network_is_not_connected_to(
    listener: Listener, servers_of: Servers, reach_to: ReachTo
) -> None:
    listener.answers = [response("", "302 Found", Location=f"https://{OTHER}{WEBFINGER}")]
    reach = reach_to(["127.0.0.1"], [THIS_COMPUTER])
    with pytest.raises(ServerUnreachable):
        await servers_of(reach).get(HOST, WEBFINGER, admit_hop=admitted)
    assert listener.connections == 1


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
BIG = json.dumps(["x" * 1000] * 300)

UNUSABLE = {
    "gzip bomb": response(gzip.compress(b" " * 10_000_000, 1), Content_Encoding="gzip"),
    "said to be gzip": response(Content_Encoding="gzip"),
    "brotli": response(Content_Encoding="br"),
    "deflate": response(Content_Encoding="deflate"),
    "too long": response(BIG),
    "too long, in chunks": CHUNKED + b"4000\r\n" + b"x" * 0x4000 + b"\r\n" + b"4000\r\n" * 100,
    "too long, of an error": response(BIG, "404 Not Found"),
    "endless header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000,
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "nothing": b"",
    "an error of the server": response("{}", "503 Service Unavailable"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
async def test_an_answer_that_burdens_or_misleads_is_of_no_use(
    servers: StrangersServers, listener: Listener, kind: str
) -> None:
    listener.answers = [UNUSABLE[kind]]
    with pytest.raises(ServerUnreachable) as caught:
        await servers.get(HOST, "/")
    assert caught.value.server == HOST


def test_the_big_body_is_one_byte_over_the_limit_at_least() -> None:
    assert len(BIG) > LONGEST_BODY


async def test_a_body_of_the_greatest_length_is_read(
    servers: StrangersServers, listener: Listener
) -> None:
    text = json.dumps("x" * (LONGEST_BODY - 2))
    listener.answers = [response(text)]
    assert (await servers.get(HOST, "/")).body == json.loads(text)
    listener.answers = [response(text + " ")]
    with pytest.raises(ServerUnreachable):
        await servers.get(HOST, "/")


async def test_a_body_that_never_ends_is_given_up(
    listener: Listener, servers_of: Servers, reach_to: ReachTo
) -> None:
    listener.stops = True
    with pytest.raises(ServerUnreachable):
        await servers_of(reach_to(), patience=0.1).get(HOST, "/")
    assert listener.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        response("<html>", kind="text/html"),
        response("{}", kind="text/plain"),
        response("{}", kind="application/jsonp"),
        response("{}", kind="nonsense"),
        response("{not json"),
        response("[" * 100_000),
        response('{"a": NaN}'),
        response("9" * 20_000),
        response(""),
        response(b"\xff\xfe"),
    ],
)
async def test_what_is_no_json_says_nothing(
    servers: StrangersServers, listener: Listener, answer: bytes
) -> None:
    listener.answers = [answer]
    body = (await servers.get(HOST, "/")).body
    assert body is None or body == float("inf")


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "application/jrd+json", "application/activity+json"]
)
async def test_every_kind_of_json_is_read(
    servers: StrangersServers, listener: Listener, kind: str
) -> None:
    listener.answers = [response('{"a": "é"}', kind=kind)]
    assert (await servers.get(HOST, "/")).body == {"a": "é"}


async def test_a_redirect_to_a_server_that_is_not_admitted_is_not_followed(
    servers: StrangersServers, listener: Listener
) -> None:
    def refuse(_: str) -> None:
        raise QuotaSpent(NOW)

    listener.answers = [response("", "301 Moved", Location=f"https://{OTHER}{WEBFINGER}")]
    with pytest.raises(QuotaSpent):
        await servers.get(HOST, WEBFINGER, admit_hop=refuse)
    assert listener.connections == 1
