"""Which addresses and names of servers may be asked: none that leads into a private network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.reading.strangers.addresses import is_public
from scoring.reading.strangers.server_names import ascii_name, server_name, server_url

PUBLIC = ("93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8", "2a00:1450::1")

PRIVATE = {
    "unspecified": ("0.0.0.0", "0.1.2.3", "::"),  # noqa: S104 - nothing is bound to it
    "loopback": ("127.0.0.1", "127.255.255.254", "::1"),
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1", "fc00::1"),
    "link-local": ("169.254.1.1", "fe80::1", "fe80::1%eth0", "fec0::1"),
    "metadata": (
        *("169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"),
    ),
    "shared": ("100.64.0.1", "100.127.255.255"),
    "multicast": ("224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"),
    "reserved": ("240.0.0.1", "255.255.255.255", "192.0.0.9", "198.18.0.1", "4000::1", "5f00::1"),
    "documentation": ("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"),
    "6to4": ("192.88.99.1", "2002:7f00:1::1", "2002:0a00:0001::1"),
    "Teredo": ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:20::1"),
    "NAT64": ("64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1"),
    "IPv4-mapped": ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    "IPv4-compatible": ("::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1"),
    "AS112": ("192.31.196.1", "192.52.193.1", "192.175.48.1", "2620:4f:8000::1"),
    "no address": ("", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "1.2.3.4:80"),
}


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("kind", "address"), [(kind, each) for kind, some in PRIVATE.items() for each in some]
)
def test_no_other_address_is_allowed(kind: str, address: str) -> None:
    assert not is_public(address), kind


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_public_mapped_as_plain(address: object) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))


@given(st.ip_addresses(v=6))
def test_only_global_unicast_is_public_in_ipv6(address: object) -> None:
    first = int(str(address).partition(":")[0] or "0", 16)
    mapped = getattr(address, "ipv4_mapped", None)
    assert mapped or 0x2000 <= first <= 0x3FFF or not is_public(str(address))


REFUSED_NAMES = (
    *("127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "017700000001"),
    *("[::1]", "::1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "1.1.1.1", "127.0.0.0x1"),
    *("①②⑦.⓪.⓪.①", "127。0。0。1", "localhost", "localhost.", "a.localhost", "LOCALHOST"),
    *("mastodon.social.", ".mastodon.social", "mastodon..social", "mastodon.social:443"),
    *("mastodon.social:8080", "user@mastodon.social", "user:pw@mastodon.social", "mastodon"),
    *("db.internal", "metadata.google.internal", "printer.local", "x.onion", "x.i2p", "a.arpa"),
    *("a.test", "a.example", "a.invalid", "a.alt", "nas.lan", "router.home", "x.corp"),
    *("mastodon.social/", "mastodon.social#", "mastodon.social?", "mastodon.social\\@a.com"),
    *("mastodon.social\n", " mastodon.social", "mastodon social", "mastodon%2esocial", "-a.com"),
    *("a-.com", "a_b.com", "a.c-", "a.1", "a.1b", "", ".", "x" * 64 + ".com", "a." * 127 + "com"),
    *("é" * 100_000 + ".com", "faß.de", "a\u200db.com", "xn--.com\u0000", "a.com\u0000.b.com"),
)


@pytest.mark.parametrize("name", REFUSED_NAMES)
def test_a_name_of_no_public_server_is_refused(name: str) -> None:
    assert server_name(name) is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("mastodon.social", "mastodon.social"),
        ("Mastodon.SOCIAL", "mastodon.social"),
        ("bücher.tld", "xn--bcher-kva.tld"),
        ("mаstodon.social", "xn--mstodon-2fg.social"),  # with a Cyrillic а: another server
        ("ｍａｓｔｏｄｏｎ.social", "mastodon.social"),
        ("a.b.c.d.e.example.org", "a.b.c.d.e.example.org"),
        ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),
    ],
)
def test_a_name_is_asked_in_lower_case_and_ascii(typed: str, name: str) -> None:
    assert server_name(typed) == name


@pytest.mark.parametrize(
    "url",
    [
        *("http://mastodon.social/u", "//mastodon.social/u", "mastodon.social/u", "/u", ""),
        *("https://mastodon.social:8443/u", "https://user@mastodon.social/u", "https://@a.com/"),
        *("https://127.0.0.1/u", "https://[::1]/u", "https://2130706433/u", "https://localhost/u"),
        *("ftp://mastodon.social/u", "file:///etc/passwd", "gopher://a.com/", "https:///u"),
        *(
            "https://a.com:x/",
            "https://a.com:99999/",
            "https://[::1",
            "https://a.com\\@b.internal/",
        ),
        "https://a.com/" + "x" * 2048,
        *("data:application/json,{}", "javascript:0", "https://a.com%00.internal/"),
    ],
)
def test_an_address_that_a_server_gives_is_checked_like_one_of_a_person(url: str) -> None:
    assert server_url(url) is None


def test_an_address_of_a_public_server_is_taken_apart() -> None:
    assert server_url("https://Mastodon.Social/users/Ada") == ("mastodon.social", "/users/Ada")
    assert server_url("https://mastodon.social:443/") == ("mastodon.social", "/")


@given(st.text(max_size=40))
def test_any_text_is_a_checked_name_or_none(text: str) -> None:
    name = server_name(text)
    assert name is None or (server_name(name) == name == ascii_name(name) and name.isascii())
