"""The stored tapes of a person's replies."""

from sqlalchemy import select

from lib.domain.reply.tape import Event
from lib.store.database.database import Database
from lib.store.database.schema import conversations, messages
from lib.store.replies import journaled


class Tapes:
    """Reads the tapes of a person's replies."""

    def __init__(self, database: Database, person_id: str) -> None:
        self._database = database
        self._own = (
            select(messages.c.id)
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .where(conversations.c.person_id == person_id)
        )

    def get(self, reply_id: str) -> list[Event]:
        """The journaled events of a reply in order, without unreadable ones; none for a missing reply."""
        with self._database.read() as connection:
            if not connection.execute(self._own.where(messages.c.id == reply_id)).first():
                return []
            return [event for _, events in journaled(connection, reply_id) for event in events]
