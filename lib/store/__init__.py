"""Everything that is stored, in one database. The only folder that imports SQLAlchemy."""

from collections.abc import Callable
from datetime import UTC, tzinfo
from operator import attrgetter
from pathlib import Path
from threading import Event, Lock

from cachetools import LRUCache, cachedmethod

from lib.domain.people.audit import Actor
from lib.store.administration import Administration
from lib.store.comparison.decks import DeckImages
from lib.store.comparison.rooms import OpenRooms
from lib.store.conversation.attachments import Attachments
from lib.store.conversation.conversations import Bin
from lib.store.database.backend import SAME
from lib.store.database.database import Database
from lib.store.files import StoredFiles
from lib.store.library import Library
from lib.store.models import KnownCapabilities
from lib.store.people.attempts import Attempts
from lib.store.people.audit import Audit
from lib.store.people.invitations import Invitations
from lib.store.people.limits import Limits
from lib.store.people.ownership import Ownership
from lib.store.people.people import People
from lib.store.people.reading import Reading
from lib.store.people.retention import Retention
from lib.store.people.sign_ins import SignIns
from lib.store.processes import Processes
from lib.store.remembered import Remembered
from lib.store.replies import Replies
from lib.store.series import StoredSeries
from lib.store.settings import StoredSettings
from lib.store.sharing.shares import Links

MOST_LIBRARIES = 250
"""How many people's libraries are kept: to prepare its queries takes longer than most of them run."""


class Store:
    """Everything that is stored: people's own things by `of`, and what belongs to the installation.

    The attributes serve the engine, the server and the links with a secret. A page reads and writes what
    belongs to somebody through `of` alone.
    """

    def __init__(
        self, address: Path | str | None, zone: tzinfo = UTC, *, listen_url: str | None = SAME
    ) -> None:
        """Open the SQLite file or the PostgreSQL URL; `None` keeps everything in memory.

        A day of the limits begins at midnight in `zone`. `listen_url` is where PostgreSQL is listened to: by
        default the same, `None` for nowhere. Raises `lib.store.database.errors.StoreError`.
        """
        self._database = Database(address, listen_url)
        self._remembered = Remembered()
        self._libraries: LRUCache[tuple[str, Actor], Library] = LRUCache(MOST_LIBRARIES)
        self._libraries_lock = Lock()
        self.attachments = Attachments(self._database)
        self.audit = Audit(self._database)
        self.attempts = Attempts(self._database)
        self.bin = Bin(self._database)
        self.capabilities = KnownCapabilities(self._database)
        self.deck_images = DeckImages(self._database)
        self.files = StoredFiles(self._database)
        self.invitations = Invitations(self._database)
        self.limits = Limits(self._database, zone)
        self.links = Links(self._database)
        self.open_rooms = OpenRooms(self._database)
        self.ownership = Ownership(self._database)
        self.people = People(self._database)
        self.processes = Processes(self._database)
        self.reading = Reading(self._database)
        self.replies = Replies(self._database, zone)
        self.retention = Retention(self._database)
        self.series = StoredSeries(self._database)
        self.settings = StoredSettings(self._database)
        self.sign_ins = SignIns(self._database)

    @property
    def is_on_server(self) -> bool:
        """Whether other processes, on other machines too, may use the same database."""
        return self._database.is_on_server

    def of(self, person_id: str, actor: Actor | None = None) -> Library:
        """What belongs to this person; the audit log names `actor`, by default the owner."""
        return self._library(person_id, actor or Actor(person_id))

    @cachedmethod(attrgetter("_libraries"), lock=attrgetter("_libraries_lock"))
    def _library(self, person_id: str, actor: Actor) -> Library:
        return Library(self._database, self._remembered, person_id, actor)

    def administration(self, actor: Actor) -> Administration:
        """What `actor` may see and change of everybody, if they are an admin."""
        return Administration(self._database, self.settings, actor)

    def look(self) -> None:
        """Check that the database is still there and intact. Raises `StoreError` with what to do."""
        self._database.look()

    def is_migrated(self) -> bool:
        """Whether the database has all that this version needs. Raises `StoreError`."""
        return self._database.is_migrated()

    def connections(self) -> tuple[int, int]:
        """How many connections to the database are in use, and how many there may be."""
        return self._database.connections()

    def check_writable(self) -> None:
        """Raise `StoreError` if another process keeps everybody from writing, after a second at most."""
        with self._database.write(is_hasty=True):
            pass

    @property
    def has_bell(self) -> bool:
        """Whether this process can wake others, and be woken by them."""
        return self._database.has_bell

    def notify(self) -> None:
        """Wake the processes that listen. Raises `StoreError`.

        In a transaction of its own: in the one that writes, all commits of the server would wait for one
        another.
        """
        self._database.notify()

    def listen(self, rings: Callable[[], None], ending: Event) -> None:
        """Call `rings` at each `notify` of any process, until `ending`. Raises `StoreError`."""
        self._database.listen(rings, ending)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()
