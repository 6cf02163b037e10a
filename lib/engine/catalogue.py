"""Which models each connection offers: asked once, remembered, asked again in the background."""

import threading
import time
from concurrent.futures import Future, wait
from dataclasses import dataclass

from lib.chat.connection import Connection
from lib.chat.errors import ChatError
from lib.chat.models import Kind, Model, kind_of
from lib.engine.loop import Loop
from lib.gateway.client import Gateway

FRESH_SECONDS = 300.0
"""How long a list is good before it is asked for again."""
RETRY_SECONDS = 10.0
"""How long a failure is shown before it is asked for again."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The models last heard of, and the error of the last try, if it failed."""

    models: tuple[Model, ...] = ()
    error: ChatError | None = None


@dataclass(slots=True)
class _Entry:
    listing: Listing
    asked_at: float
    asking: "Future[list[Model]] | None"


class Catalogue:
    """The lists of all connections in use."""

    def __init__(self, gateway: Gateway, loop: Loop) -> None:
        self._gateway, self._loop = gateway, loop
        self._entries: dict[Connection, _Entry] = {}
        self._lock = threading.Lock()

    def listing(self, connection: Connection, *, wait_seconds: float = 1.0) -> Listing:
        """What is known; waits only where nothing has been heard yet, and never longer than told."""
        listing, asking = self._refreshed(connection)
        if asking and not listing.models and not listing.error:
            try:
                asking.exception(wait_seconds)
            except TimeoutError:
                return listing
            listing, _ = self._refreshed(connection)
        return listing

    def ask_again(self, connection: Connection, *, wait_seconds: float) -> Listing:
        """Ask now, whatever is known, and wait for the answer, never longer than told."""
        with self._lock:
            if entry := self._entries.get(connection):
                entry.asked_at = float("-inf")
        _, asking = self._refreshed(connection)
        if asking:
            wait([asking], wait_seconds)
        return self._refreshed(connection)[0]

    def kind(self, connection: Connection, model: str) -> Kind:
        """What a model makes: as its gateway has listed it, else by its name. Asks nobody."""
        with self._lock:
            entry = self._entries.get(connection)
            models = entry.listing.models if entry else ()
        return next((each.kind for each in models if each.id == model), kind_of(model))

    def _refreshed(self, connection: Connection) -> "tuple[Listing, Future[list[Model]] | None]":
        with self._lock:
            entry = self._entries.setdefault(connection, _Entry(Listing(), float("-inf"), None))
            if entry.asking and entry.asking.done():
                entry.listing, entry.asking = _heard(entry.asking, entry.listing), None
            good_for = RETRY_SECONDS if entry.listing.error else FRESH_SECONDS
            if not entry.asking and time.monotonic() - entry.asked_at > good_for:
                entry.asking = self._loop.submit(self._gateway.models(connection))
                entry.asked_at = time.monotonic()
            return entry.listing, entry.asking


def _heard(asking: "Future[list[Model]]", known: Listing) -> Listing:
    error = asking.exception()
    if isinstance(error, ChatError):
        return Listing(known.models, error)
    if error:
        raise error
    return Listing(tuple(asking.result()))
