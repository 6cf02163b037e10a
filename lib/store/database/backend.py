"""What the two databases have to know of themselves."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from lib.i18n.translation import Lazy

SAME = "same"
"""Where to listen: at the address of the database."""


class Backend(Protocol):
    """A kind of database, opened."""

    engine: Engine
    path: Path | None
    """The file, if it is one."""
    address: str
    """Where it is, without a password, for a sentence."""
    turn: AbstractContextManager[Any]
    """What a writer holds."""
    reading: Mapping[str, Any]
    """SQLAlchemy's options of a connection that reads."""
    snapshot: Mapping[str, Any]
    """Of one in which all statements see the same state."""
    writing: Mapping[str, Any]
    """Of one that writes."""

    errors: tuple[type[Exception], ...]
    """What its driver raises."""
    is_on_server: bool
    """Whether processes on other machines may use it."""
    has_bell: bool
    """Whether `notify` wakes whoever listens in another process."""

    def notify(self) -> None:
        """Wake whoever listens."""

    def listen(self, rings: Callable[[], None], ending: Event) -> None:
        """Call `rings` at each notification until `ending`."""

    def opened(self) -> None:
        """Called once the database is there, of the current schema. Raises `StoreError`."""

    def lock_migrations(self, connection: Connection) -> None:
        """Wait until no other process migrates; keep others out until the transaction ends."""

    def back_up(self, revision: str) -> None:
        """Copy what is there before it is migrated from `revision`."""

    def problem(self) -> Lazy | None:
        """Why nothing may be read or written, in a sentence or two. Takes microseconds: asked each time."""

    def look(self) -> Lazy | None:
        """The same, found out anew. Takes milliseconds."""

    def size(self, connection: Connection) -> int | None:
        """The bytes that it takes; `None` in memory."""

    def reason(self, error: Exception) -> str | Lazy:
        """What an error says, for the end of a sentence, without values."""
