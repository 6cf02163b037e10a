"""The audit log, for admins."""

from datetime import datetime

from lib.domain.people.audit import Action, AuditRow
from lib.store.administration.admins import ForAdmins
from lib.store.people.audit import Audit


class AdminAudit(ForAdmins):
    """Reads the audit log."""

    def latest(
        self,
        limit: int,
        *,
        before: int | None = None,
        person_id: str | None = None,
        action: Action | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[AuditRow]:
        """The last rows that fit, newest first; `before` is the number of a row to go on from."""
        with self._read():
            pass
        return Audit(self._database).latest(
            limit, before=before, person_id=person_id, action=action, since=since, until=until
        )

    def fault(self) -> str | None:
        """Where the log was changed, in a sentence; `None` if it is whole."""
        with self._read():
            pass
        return Audit(self._database).fault()
