"""Limits that slow down and turn away who takes too much, and nobody else.

Who that is, is told by addresses: a script has as many cookies as it likes, but not as many addresses. They
are kept in memory only. A whole audience may sit behind one, so its limits let a full hall in at once.
"""

import ipaddress
import math
import time
from collections.abc import Iterator
from typing import Generic, TypeVar

from cachetools import LRUCache
from starlette.requests import Request

MOST_KNOWN = 10_000
"""Keys whose rate is known; the one that was not heard of for longest is forgotten, which favours it."""

T = TypeVar("T")


class Refused(Exception):
    """Too much was asked for. The message is a sentence for whoever asked."""

    def __init__(self, sentence: str, seconds: float) -> None:
        super().__init__(sentence)
        self.retry_after = math.ceil(seconds)
        """Whole seconds after which asking again may help."""


def address_of(request: Request) -> str:
    """Where a request comes from. One site may have a /48 of IPv6 addresses: they count as one."""
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
    """What each key may do: so much at once, and then so much a second (a token bucket)."""

    def __init__(self, at_once: int, a_second: float) -> None:
        self._at_once, self._a_second = float(at_once), a_second
        self._left: LRUCache[str, tuple[float, float]] = LRUCache(MOST_KNOWN)
        """What is left to each key, and since when."""

    def take(self, key: str) -> float:
        """Take one; 0.0 where there was one to take, else the seconds until there will be."""
        now = time.monotonic()
        left, since = self._left.get(key, (self._at_once, now))
        left = min(self._at_once, left + (now - since) * self._a_second)
        is_free = left >= 1
        self._left[key] = left - is_free, now
        return 0.0 if is_free else (1 - left) / self._a_second


class Seats(Generic[T]):
    """The places of a room. When all are taken, the address that has the most gives one up for another."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._address: dict[T, str] = {}
        self._seated: dict[str, dict[T, None]] = {}
        """Who sits there from each address, in the order in which they came."""

    def __len__(self) -> int:
        return len(self._address)

    def __iter__(self) -> Iterator[T]:
        return iter(self._address)

    def __contains__(self, who: T) -> bool:
        return who in self._address

    def has_room(self, address: str) -> bool:
        """Whether one more from this address can sit down."""
        return len(self) < self._most or self._count(self._greediest()) > self._count(address)

    def take(self, address: str, who: T) -> T | None:
        """Sit down; returns who has to leave for it. Raises `Refused` when no address has more than this one.

        Who leaves is the last one that came from its address: before a script came, others did.
        """
        if not self.has_room(address):
            raise Refused("This room is full.", 30.0)
        leaves = None
        if len(self) >= self._most:
            leaves = next(reversed(self._seated[self._greediest()]))
            self.leave(leaves)
        self._address[who] = address
        self._seated.setdefault(address, {})[who] = None
        return leaves

    def leave(self, who: T) -> None:
        """Give one's place up; nothing happens to one who has none."""
        if (address := self._address.pop(who, None)) is not None:
            del self._seated[address][who]
            if not self._seated[address]:
                del self._seated[address]

    def _count(self, address: str) -> int:
        return len(self._seated.get(address, ()))

    def _greediest(self) -> str:
        return max(self._seated, key=self._count, default="")
