"""Connections to the public Internet only, for addresses that a stranger chose.

The address that is connected to counts, not the name or the digits that lead there: the connecting library
reads more kinds of digits than `ipaddress` does, and a name may resolve to anything.
"""

import ipaddress
import socket
from typing import Any

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All assigned IPv6 addresses (RFC 4291); others embed, map or loop back."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Networks without IPv4 reach it through these (RFC 6052); the last four bytes are the IPv4 address."""


class NotPublic(OSError):
    """An address that belongs to this machine or to a private network."""


def is_public(host: str) -> bool:
    """Whether an address is on the public Internet."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(str(address.ipv4_mapped))
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(address.packed[-4:])))
        # 6to4 and Teredo addresses contain an IPv4 address, which may be private.
        if address not in _GLOBAL_UNICAST or address.sixtofour or address.teredo:
            return False
    return address.is_global and not address.is_multicast


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """Create a socket for `address`, in the format of `getaddrinfo`. Raises `NotPublic`."""
    family, kind, protocol, _, place = address
    if not is_public(place[0]):
        raise NotPublic("This address is not public.")
    return socket.socket(family, kind, protocol)
