"""Limits that slow down or refuse clients that take too much, and nobody else.

They count by address: a script can make any number of cookies, but not of addresses. Addresses are kept in
memory only. A whole audience may share one, so its limits admit a full hall at once.
"""

import ipaddress
import math
import time
from collections.abc import Iterator
from typing import Generic, TypeVar

from cachetools import LRUCache
from starlette.requests import Request

from lib.i18n.translation import gettext as _

MOST_KNOWN = 10_000
"""Keys whose rate is known; the least recently used one is forgotten, which resets its limit."""

T = TypeVar("T")


class Refused(Exception):
    """A limit was exceeded. The message is a sentence for the client, in its language."""

    def __init__(self, sentence: str, seconds: float) -> None:
        super().__init__(sentence)
        self.retry_after = math.ceil(seconds)
        """Whole seconds after which a retry may succeed."""


def address_of(request: Request) -> str:
    """Return a client's address. A site may have a /48 of IPv6 addresses: they count as one."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(address) >> 80 << 80, 48)))
    return host


class Rate:
    """A rate limit per key: a burst, and then so many per second (a token bucket)."""

    def __init__(self, at_once: int, a_second: float) -> None:
        self._at_once, self._a_second = float(at_once), a_second
        self._left: LRUCache[str, tuple[float, float]] = LRUCache(MOST_KNOWN)
        """The tokens left to each key, and the time of that count."""

    def take(self, key: str) -> float:
        """Take a token; return 0.0, or the seconds until one is available if there is none."""
        now = time.monotonic()
        left, since = self._left.get(key, (self._at_once, now))
        left = min(self._at_once, left + (now - since) * self._a_second)
        is_free = left >= 1
        self._left[key] = left - is_free, now
        return 0.0 if is_free else (1 - left) / self._a_second


class FairPlaces(Generic[T]):
    """The places of a room. When all are taken, the address that has the most gives one up to another."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._address: dict[T, str] = {}
        self._seated: dict[str, dict[T, None]] = {}
        """Who is seated from each address, in order of arrival."""

    def __len__(self) -> int:
        return len(self._address)

    def __iter__(self) -> Iterator[T]:
        return iter(self._address)

    def __contains__(self, who: T) -> bool:
        return who in self._address

    def has_room(self, address: str) -> bool:
        """Return whether one more from this address can get a place."""
        return len(self) < self._most or self._count(self._greediest()) > self._count(address)

    def take(self, address: str, who: T) -> T | None:
        """Take a place; return who must leave for it. Raises `Refused` if no address has more than this one.

        The last arrival from the address leaves: people who came before a script keep their places.
        """
        if not self.has_room(address):
            raise Refused(_("This room is full."), 30.0)
        leaves = None
        if len(self) >= self._most:
            leaves = next(reversed(self._seated[self._greediest()]))
            self.leave(leaves)
        self._address[who] = address
        self._seated.setdefault(address, {})[who] = None
        return leaves

    def leave(self, who: T) -> None:
        """Give up a place, if `who` has one."""
        if (address := self._address.pop(who, None)) is not None:
            del self._seated[address][who]
            if not self._seated[address]:
                del self._seated[address]

    def _count(self, address: str) -> int:
        return len(self._seated.get(address, ()))

    def _greediest(self) -> str:
        return max(self._seated, key=self._count, default="")
