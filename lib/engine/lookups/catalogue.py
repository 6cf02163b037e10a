"""The models and prices of each connection: fetched once, remembered, refreshed in the background."""

import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from cachetools import TTLCache

from lib.domain.models.connection import Connection
from lib.domain.models.models import Model, ModelKind, kind_of
from lib.domain.models.prices import Price, Prices
from lib.domain.reply.errors import ChatError
from lib.engine.loop import Loop
from lib.gateway.client import Gateway

FRESH_SECONDS = 300.0
"""How long a list is used before it is fetched again."""
RETRY_SECONDS = 5.0
"""How long a failure is shown before the list is fetched again."""
REMEMBERED, FORGOTTEN_SECONDS = 256, 24 * 3600.0
"""How many connections' lists are remembered, and for how long: every visitor with their own key adds one."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing:
    """The last known models, and the error of the last request if it failed."""

    models: tuple[Model, ...] = ()
    error: ChatError | None = None


class Catalogue:
    """The lists of all connections in use."""

    def __init__(self, gateway: Gateway, loop: Loop, *, remembered: int = REMEMBERED) -> None:
        self._gateway, self._loop = gateway, loop
        self._models: TTLCache[str, _Asked[list[Model]]] = TTLCache(remembered, FORGOTTEN_SECONDS)
        self._prices: TTLCache[str, _Asked[dict[str, Price]]] = TTLCache(remembered, FORGOTTEN_SECONDS)
        self._lock = threading.Lock()

    def listing(self, connection: Connection, *, wait_seconds: float = 1.0) -> Listing:
        """What is known. Waits only if nothing is known yet, and no longer than `wait_seconds`."""
        asked = self._asked(self._models, connection.id)
        known, error = asked.answer(lambda: self._submit(self._gateway.models(connection)), wait_seconds)
        return Listing(tuple(known or ()), error)

    def ask_again(self, connection: Connection, *, wait_seconds: float) -> Listing:
        """Fetch the list again, whatever is known, and wait for it no longer than `wait_seconds`."""
        asked = self._asked(self._models, connection.id)
        known, error = asked.anew(lambda: self._submit(self._gateway.models(connection)), wait_seconds)
        return Listing(tuple(known or ()), error)

    def kind(self, connection: Connection, model: str) -> ModelKind:
        """What a model makes, from its gateway's list, otherwise from its name. Sends no request."""
        # Reads need the lock too: a lookup in a `TTLCache` drops expired entries.
        with self._lock:
            asked = self._models.get(connection.id)
        models = (asked.known if asked else None) or ()
        return next((each.kind for each in models if each.id == model), kind_of(model))

    def prices(self, connection: Connection, *, wait_seconds: float = 0.0) -> Prices:
        """The known prices. They are fetched when somebody first looks at them."""
        asked = self._asked(self._prices, connection.base_url)
        known, _ = asked.answer(lambda: self._submit(self._gateway.prices(connection)), wait_seconds)
        return known or {}

    def _asked(self, about: "TTLCache[str, _Asked[T]]", of: str) -> "_Asked[T]":
        with self._lock:
            return about.setdefault(of, _Asked())

    def _submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        return self._loop.submit(coroutine)


class _Asked(Generic[T]):
    """One question: its last good answer, and the error of the last request."""

    def __init__(self) -> None:
        self.known: T | None = None
        self._error: ChatError | None = None
        self._asked_at = float("-inf")
        self._asking: Future[T] | None = None
        self._lock = threading.Lock()

    def answer(
        self, ask: "Callable[[], Future[T]]", wait_seconds: float
    ) -> tuple[T | None, ChatError | None]:
        """The known answer, refreshed if it is old; waits for the first answer only."""
        asking = self._refresh(ask)
        if asking and self.known is None and not self._error:
            try:
                # Not `result()`: `_refresh` stores an error for every caller, and it must not be raised here.
                asking.exception(wait_seconds)
            except TimeoutError:
                return None, None
            self._refresh(ask)
        return self.known, self._error

    def anew(self, ask: "Callable[[], Future[T]]", wait_seconds: float) -> tuple[T | None, ChatError | None]:
        """Ask again; return what is known after that, or after `wait_seconds`."""
        with self._lock:
            self._asked_at = float("-inf")
        if asking := self._refresh(ask):
            wait([asking], wait_seconds)
        self._refresh(ask)
        return self.known, self._error

    def _refresh(self, ask: "Callable[[], Future[T]]") -> "Future[T] | None":
        with self._lock:
            if self._asking and self._asking.done():
                self._take(self._asking)
            good_for = RETRY_SECONDS if self._error else FRESH_SECONDS
            if self._asking or time.monotonic() - self._asked_at <= good_for:
                return self._asking
            asking = self._asking = ask()
            self._asked_at = time.monotonic()
        # Also if nobody asks again: the traceback of a failure would keep a visitor's key.
        asking.add_done_callback(self._ended)
        return asking

    def _ended(self, asking: "Future[T]") -> None:
        is_failure_of_ours = asking.cancelled() or not isinstance(asking.exception(), ChatError | None)
        with self._lock:
            if self._asking is asking and not is_failure_of_ours:
                self._take(asking)

    def _take(self, asking: "Future[T]") -> None:
        self._asking, self._error = None, None
        match asking.exception():
            case None:
                self.known = asking.result()
            case ChatError() as error:
                self._error = replace(error)  # without its traceback, which holds the key
            case BaseException() as fault:
                raise fault
