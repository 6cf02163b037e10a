"""What a person's role permits, checked in the transaction of what they do."""

from sqlalchemy import ColumnElement, Connection, select

from lib.domain.people.people import DENIED, LOCAL, PERMISSIONS, Permission, Role
from lib.i18n.translation import lazy
from lib.store.database.errors import StoreError
from lib.store.database.schema import people


class NotPermittedError(StoreError):
    """Somebody may not do what they ask for. The message is a sentence for them."""


def require(connection: Connection, person_id: str, permission: Permission) -> None:
    """Raise `NotPermittedError` unless the person's role permits this."""
    if person_id == LOCAL:
        return  # where nobody signs in, that person may do everything
    query = select(people.c.role).where(people.c.id == person_id, people.c.disabled_at.is_(None))
    role = connection.execute(query).scalar()
    if role is None or permission not in PERMISSIONS[Role(role)]:
        raise NotPermittedError(lazy(DENIED[permission]))


def require_sign_in(connection: Connection, person_id: str) -> None:
    """Raise `NotPermittedError` unless the person may sign in."""
    if person_id == LOCAL:
        return
    found = connection.execute(select(people.c.disabled_at).where(people.c.id == person_id)).one_or_none()
    if found is None:
        raise NotPermittedError(lazy("Your account is gone."))
    if found.disabled_at:
        raise NotPermittedError(lazy("Your account is disabled. Ask an admin to enable it."))


def is_permitted(owner: ColumnElement[str], permission: Permission) -> ColumnElement[bool]:
    """Whether the owner of a row may sign in, and has a role that permits this."""
    roles = [role for role, permitted in PERMISSIONS.items() if permission in permitted]
    able = select(people.c.id).where(people.c.disabled_at.is_(None), people.c.role.in_(roles))
    return (owner == LOCAL) | owner.in_(able)
