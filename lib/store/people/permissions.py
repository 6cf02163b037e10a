"""What a person's role permits, checked in the transaction of what they do."""

from sqlalchemy import Connection, select

from lib.domain.people.people import LOCAL, PERMISSIONS, Permission, Role
from lib.store.database.errors import StoreError
from lib.store.database.schema import people


class NotPermittedError(StoreError):
    """A person's role does not permit what they ask for. The message is a sentence for them."""


def require(connection: Connection, person_id: str, permission: Permission) -> None:
    """Raise `NotPermittedError` unless the person's role permits this."""
    if person_id == LOCAL:
        return  # where nobody signs in, that person may do everything
    query = select(people.c.role).where(people.c.id == person_id, people.c.disabled_at.is_(None))
    role = connection.execute(query).scalar()
    if role is None or permission not in PERMISSIONS[Role(role)]:
        raise NotPermittedError(f"Your role does not permit you to {permission}. An admin can change it.")
