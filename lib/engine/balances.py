"""What is left on each connection's key: asked when somebody wants to know, remembered for a minute."""

import threading
import time
from concurrent.futures import Future

from lib.chat.balance import Balance
from lib.chat.connection import Connection
from lib.engine.loop import Loop
from lib.gateway.client import Gateway

FRESH_SECONDS = 60.0
"""New API answers a key's usage 20 times in 20 minutes for each address, then no more."""


class Balances:
    """The balances of all connections that were asked for."""

    def __init__(self, gateway: Gateway, loop: Loop) -> None:
        self._gateway, self._loop = gateway, loop
        self._asked: dict[Connection, tuple[float, Future[Balance | None]]] = {}
        self._lock = threading.Lock()

    def left(self, connection: Connection, *, wait_seconds: float = 1.0) -> Balance | None:
        """What is left, if the gateway says so within `wait_seconds`."""
        with self._lock:
            at, asking = self._asked.get(connection, (float("-inf"), None))
            if asking is None or time.monotonic() - at > FRESH_SECONDS:
                asking = self._loop.submit(self._gateway.balance(connection))
                self._asked[connection] = time.monotonic(), asking
        try:
            return asking.result(wait_seconds)
        except TimeoutError:
            return None
