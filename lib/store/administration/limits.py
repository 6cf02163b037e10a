"""How much people may use, for admins."""

from sqlalchemy import func, or_, select

from lib.domain.people.limits import Limit, LimitKind, Scope
from lib.i18n.translation import lazy
from lib.store.administration.admins import ForAdmins
from lib.store.database.errors import StoreError
from lib.store.database.schema import people
from lib.store.people.limits import all_limits, remove_limit, set_limit


class AdminLimits(ForAdmins):
    """Reads and changes limits."""

    def all(self) -> dict[Limit, str]:
        """All limits, those for everybody first, each with the name of whom it is for."""
        name = func.coalesce(func.nullif(people.c.email, ""), people.c.name)
        with self._read() as connection:
            names = {row[0]: row[1] for row in connection.execute(select(people.c.id, name))}
            found = all_limits(connection)
        return {limit: names.get(limit.scope_id, limit.scope_id) for limit in found}

    def set(self, limit: Limit) -> None:
        """Store a limit in place of the one of its scope and kind."""
        with self._write() as connection:
            set_limit(connection, limit, self._actor)

    def set_for(self, name: str, kind: LimitKind, value: int) -> None:
        """Set a limit for whoever has this e-mail address, or this name. Raises `StoreError`."""
        sought = name.strip().lower()
        fits = or_(func.lower(people.c.email) == sought, func.lower(people.c.name) == sought)
        with self._write() as connection:
            found = list(connection.execute(select(people.c.id).where(fits)).scalars())
            if not found:
                raise StoreError(lazy("Nobody here has this e-mail address."))
            if len(found) > 1:
                raise StoreError(lazy("Several people here are called this: use `python -m lib limit`."))
            set_limit(connection, Limit(Scope.PERSON, found[0], kind, value), self._actor)

    def remove(self, limit: Limit) -> None:
        """Remove a limit."""
        with self._write() as connection:
            remove_limit(connection, limit.scope, limit.scope_id, limit.kind, self._actor)
