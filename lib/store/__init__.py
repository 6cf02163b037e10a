"""Everything that is stored, in one database. The only folder that imports SQLAlchemy."""

from pathlib import Path

from lib.store.attachments import Attachments
from lib.store.comparisons import Comparisons
from lib.store.conversations import Conversations
from lib.store.database.database import Database
from lib.store.decks import DeckRuns, Decks
from lib.store.ledger import Ledger
from lib.store.models import Models
from lib.store.processes import Processes
from lib.store.recordings import Recordings
from lib.store.replies import Replies
from lib.store.rooms import Rooms
from lib.store.search import Search
from lib.store.secrets import Secrets
from lib.store.shares import Shares
from lib.store.votes import Votes


class Store:
    """Everything that is stored; each attribute reads and writes one noun."""

    def __init__(self, path: Path | None) -> None:
        """Open or create the SQLite file at `path`; `None` keeps everything in memory.

        Raises `lib.store.database.errors.StoreError`.
        """
        self._database = Database(path)
        self.conversations = Conversations(self._database)
        self.attachments = Attachments(self._database)
        self.comparisons = Comparisons(self._database)
        self.replies = Replies(self._database)
        self.processes = Processes(self._database)
        self.ledger = Ledger(self._database)
        self.search = Search(self._database)
        self.models = Models(self._database)
        self.recordings = Recordings(self._database)
        self.shares = Shares(self._database)
        self.secrets = Secrets(self._database)
        self.votes = Votes(self._database)
        self.rooms = Rooms(self._database)
        self.decks = Decks(self._database)
        self.deck_runs = DeckRuns(self._database)

    def look(self) -> None:
        """Check that the file still exists, is the same and intact. Raises `StoreError` with what to do."""
        self._database.look()

    def close(self) -> None:
        """Close all connections."""
        self._database.close()
