"""Open invitations, for admins."""

from datetime import datetime

from lib.store.administration.admins import ForAdmins
from lib.store.people.invitations import Invitation, open_ones, revoke


class AdminInvitations(ForAdmins):
    """Lists and ends the links under which somebody may still choose a password."""

    def open(self, now: datetime) -> list[Invitation]:
        """Those that can still be used, newest first."""
        with self._read() as connection:
            return open_ones(connection, now)

    def revoke(self, invitation_id: str, now: datetime) -> None:
        """End one."""
        with self._write() as connection:
            revoke(connection, invitation_id, now, self._actor)
