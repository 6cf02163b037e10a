"""An admin's reading of other people's chats, which its owner is told of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from lib.domain.conversation.conversations import Conversation
from lib.domain.people.audit import Action, Actor
from lib.domain.people.people import Permission
from lib.i18n.translation import lazy
from lib.store.conversation import messages
from lib.store.database.database import Database
from lib.store.database.errors import StoreError
from lib.store.database.schema import audit, conversations, people
from lib.store.people import permissions
from lib.store.people.audit import COLUMNS, record, row_of

SHORTEST_REASON, LONGEST_REASON = 10, 300
"""Characters."""
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Look:
    """That an admin has read a chat, as its owner sees it."""

    at: datetime
    admin: str
    """Their e-mail address, else their name."""
    reason: str


class Reading:
    """Lets an admin read a chat of somebody else. `is_allowed` is what the installation's settings say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def chats(self, by: Actor, email: str, *, is_allowed: bool) -> dict[str, datetime]:
        """When each of somebody's last chats changed, by id, newest first. Raises `StoreError`."""
        has_it = (func.lower(people.c.email) == email.strip().lower()) & (people.c.email != "")
        theirs = conversations.c.person_id.in_(select(people.c.id).where(has_it))
        query = select(conversations.c.id, conversations.c.updated_at).where(theirs, _IS_CHAT)
        with self._database.read() as connection:
            _require(connection, by, is_allowed=is_allowed)
            rows = connection.execute(query.order_by(conversations.c.updated_at.desc()).limit(MOST_LISTED))
            return {row.id: row.updated_at for row in rows}

    def read(self, by: Actor, conversation_id: str, reason: str, *, is_allowed: bool) -> Conversation | None:
        """A chat, once the audit log holds who reads it and why; `None` if there is none.

        Raises `StoreError` if this is not permitted, or the reason says too little.
        """
        reason = " ".join(reason.split())[:LONGEST_REASON]
        query = select(conversations).where(conversations.c.id == conversation_id, _IS_CHAT)
        with self._database.write() as connection:
            _require(connection, by, is_allowed=is_allowed)
            if len(reason) < SHORTEST_REASON:
                raise StoreError(
                    lazy(
                        "Give a reason of at least {least} characters.",
                        least=SHORTEST_REASON,
                    )
                )
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            detail = {"conversation": conversation_id, "reason": reason}
            record(connection, by, Action.READ_BY_ADMIN, f"person {row.person_id}", detail)
            return messages.get(connection, row)

    def of(self, person_id: str) -> list[Look]:
        """Who has read somebody's chats, last first."""
        name = func.coalesce(
            func.nullif(people.c.email, ""), func.nullif(people.c.name, ""), audit.c.person_id
        )
        query = (
            select(*COLUMNS, name.label("admin"))
            .outerjoin(people, people.c.id == audit.c.person_id)
            .where(audit.c.action == Action.READ_BY_ADMIN, audit.c.about == f"person {person_id}")
            .order_by(audit.c.number.desc())
        )
        with self._database.read() as connection:
            rows = [(row_of(row), row.admin) for row in connection.execute(query)]
        return [Look(told.at, admin, told.detail.get("reason", "")) for told, admin in rows]


_IS_CHAT = conversations.c.deleted_at.is_(None) & conversations.c.comparison_id.is_(None)


def _require(connection: Connection, by: Actor, *, is_allowed: bool) -> None:
    permissions.require(connection, by.person_id, Permission.ADMINISTER)
    if not is_allowed:
        raise permissions.NotPermittedError(lazy("Nobody may read the chats of others here."))
