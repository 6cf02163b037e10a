"""The balance of each connection's key: fetched on demand, remembered for a minute."""

import threading
from concurrent.futures import Future

from cachetools import TTLCache

from lib.domain.models.balance import Balance
from lib.domain.models.connection import Connection
from lib.engine.loop import Loop
from lib.gateway.client import Gateway

FRESH_SECONDS = 60.0
"""New API answers 20 usage requests in 20 minutes from each address, then refuses."""
REMEMBERED = 256
"""How many balances are remembered: every visitor with a key of their own adds one."""


class Balances:
    """The balances of the connections that were asked for."""

    def __init__(
        self,
        gateway: Gateway,
        loop: Loop,
        *,
        fresh_seconds: float = FRESH_SECONDS,
        remembered: int = REMEMBERED,
    ) -> None:
        self._gateway, self._loop = gateway, loop
        self._asked: TTLCache[str, Future[Balance | None]] = TTLCache(remembered, fresh_seconds)
        self._lock = threading.Lock()

    def left(self, connection: Connection, *, wait_seconds: float = 1.0) -> Balance | None:
        """The balance, if the gateway reports it within `wait_seconds`."""
        with self._lock:
            asking = self._asked.get(connection.id)
            if asking is None:
                asking = self._asked[connection.id] = self._loop.submit(self._gateway.balance(connection))
        try:
            return asking.result(wait_seconds)
        except TimeoutError:
            # The request goes on, and the next caller gets its answer.
            return None
