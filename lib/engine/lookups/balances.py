"""What is left on each connection's key: asked when somebody wants to know, remembered for a minute."""

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future

from lib.domain.models.balance import Balance
from lib.domain.models.connection import Connection
from lib.engine.loop import Loop
from lib.gateway.client import Gateway

FRESH_SECONDS = 60.0
"""New API answers a key's usage 20 times in 20 minutes for each address, then no more."""
REMEMBERED = 256
"""Connections whose balance is kept: every visitor with a key of their own has one."""


class Balances:
    """The balances of all connections that were asked for."""

    def __init__(self, gateway: Gateway, loop: Loop) -> None:
        self._gateway, self._loop = gateway, loop
        self._asked: OrderedDict[str, tuple[float, Future[Balance | None]]] = OrderedDict()
        self._lock = threading.Lock()

    def left(self, connection: Connection, *, wait_seconds: float = 1.0) -> Balance | None:
        """What is left, if the gateway says so within `wait_seconds`."""
        with self._lock:
            at, asking = self._asked.get(connection.id, (float("-inf"), None))
            if asking is None or time.monotonic() - at > FRESH_SECONDS:
                asking = self._loop.submit(self._gateway.balance(connection))
                self._asked[connection.id] = time.monotonic(), asking
                self._asked.move_to_end(connection.id)
                if len(self._asked) > REMEMBERED:
                    self._asked.popitem(last=False)
        try:
            return asking.result(wait_seconds)
        except TimeoutError:
            return None
