"""Which IP addresses may be connected to when a stranger chose the server."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
"""All IPv6 addresses that IANA has given out (RFC 4291 §2.4)."""

_SPECIAL: Final[tuple[IPv4Network | IPv6Network, ...]] = tuple(
    map(
        ip_network,
        (
            "168.63.129.16/32",  # Azure's own server, on a public address
            "192.0.0.0/24",  # protocol assignments, Oracle's metadata server among them
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT
            "192.88.99.0/24",  # 6to4 relays
            "192.175.48.0/24",  # AS112
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address of any kind inside
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)
"""Special networks (IANA's registries) that `is_global` lets pass on some version of Python."""


def is_public(address: str) -> bool:
    """Whether an address belongs to the public Internet.

    Private, loopback, link-local, shared (RFC 6598), multicast, documentation, unspecified and
    reserved addresses do not, nor does an IPv6 address that carries an IPv4 address, except that
    an IPv4-mapped one is judged by what it carries.

    Args:
        address: As the socket has it; anything but the text of an address is not public.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return False
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _SPECIAL)
