"""What belongs to one person."""

from lib.domain.people.audit import Actor
from lib.store.comparison.comparisons import Comparisons
from lib.store.comparison.decks import DeckRuns, Decks
from lib.store.comparison.recordings import Recordings
from lib.store.comparison.rooms import Rooms
from lib.store.comparison.votes import Votes
from lib.store.conversation.conversations import Conversations
from lib.store.conversation.search import Search
from lib.store.database.database import Database
from lib.store.ledger import Ledger
from lib.store.models import Models
from lib.store.people.person_settings import PersonSettings
from lib.store.remembered import Remembered
from lib.store.sharing.grants import Grants
from lib.store.sharing.shared import Shared
from lib.store.sharing.shares import Shares
from lib.store.tapes import Tapes


class Library:
    """What belongs to one person; each attribute reads and writes one noun.

    Whatever belongs to somebody else is, for each method, as if it were not there: the owner is in the query.
    """

    def __init__(self, database: Database, remembered: Remembered, person_id: str, actor: Actor) -> None:
        self.person_id = person_id
        self.conversations = Conversations(database, person_id, actor)
        self.comparisons = Comparisons(database, person_id, actor)
        self.tapes = Tapes(database, person_id)
        self.ledger = Ledger(database, person_id)
        self.search = Search(database, person_id)
        self.models = Models(database, person_id, remembered)
        self.settings = PersonSettings(database, person_id, remembered)
        self.recordings = Recordings(database, person_id, actor)
        self.shares = Shares(database, person_id, actor)
        self.grants = Grants(database, person_id, actor)
        self.shared = Shared(database, person_id, actor)
        self.votes = Votes(database, person_id)
        self.rooms = Rooms(database, person_id, actor)
        self.decks = Decks(database, person_id, actor)
        self.deck_runs = DeckRuns(database, person_id, actor)
