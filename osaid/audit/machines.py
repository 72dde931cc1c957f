"""Which machines may be connected to, by their IP addresses: for the Hub and for links alike."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

__all__ = ["are_allowed", "is_private", "is_public"]

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*texts: str) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


# IANA's registries of special-purpose addresses, written out, as what Python calls global differs from version to version. Of IPv6
# only what is given out to the public (2000::/3) counts as public.
_NOT_PUBLIC = _networks(
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24"),
    *("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    "168.63.129.16/32",  # looks public, and answers inside a cloud only
    *("2001::/23", "2001:db8::/32", "3fff::/20"),  # with Teredo
)
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
# What somebody may have a web server on at home or at work. Not among them: link-local addresses, where clouds keep secrets.
_PRIVATE = _networks("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
_NEVER = _networks("100.100.100.200/32", "fd00:ec2::/32", "fd20:ce::/32")  # and where they keep them in networks of those

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _meant(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address that is reached in the end: what is wrapped in one of IPv6 (mapped, NAT64, 6to4) is unwrapped. Raises ValueError."""
    ip = ipaddress.ip_address(text.partition("%")[0])
    if ip.version == 6:
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip in _NAT64:
            return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if ip.sixtofour is not None:
            return ip.sixtofour
    return ip


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the public internet."""
    try:
        ip = _meant(text)
    except ValueError:
        return False
    return (ip.version == 4 or ip in _PUBLIC_6) and not any(ip in network for network in _NOT_PUBLIC)


def is_private(text: str) -> bool:
    """Whether an IP address is one of a private network or of this machine, and nothing that is never asked."""
    try:
        ip = _meant(text)
    except ValueError:
        return False
    return any(ip in network for network in _PRIVATE) and not any(ip in network for network in _NEVER)


def are_allowed(machines: Iterable[str], *, allow_private: bool) -> bool:
    """Whether all machines of a host may be asked. A name that has a private address beside a public one is a trap."""
    return all(is_public(ip) or (allow_private and is_private(ip)) for ip in machines)
