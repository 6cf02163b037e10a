"""The people of an installation, and what each role may do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lib.i18n.translation import mark

LOCAL = "local"
"""The id of the only person where nobody signs in, and the owner of what was stored before anybody did."""

PASSWORD = "password"  # noqa: S105 - the name of a way to sign in
"""The issuer of people who have a password here."""
GUEST = "guest"
"""The issuer of guests: each browser is a person of its own."""


class Role(StrEnum):
    """What somebody may do here."""

    MEMBER = "member"
    PRESENTER = "presenter"
    ADMIN = "admin"


ROLES = {
    Role.MEMBER: mark("Member"),
    Role.PRESENTER: mark("Presenter"),
    Role.ADMIN: mark("Admin"),
}
ROLE_GROUPS = {
    Role.MEMBER: mark("Members"),
    Role.PRESENTER: mark("Presenters"),
    Role.ADMIN: mark("Admins"),
}
"""Names for people, marked for translation: of one who has the role, and of all who have it."""


class Permission(StrEnum):
    """Something that not every role may do."""

    OPEN_ROOMS = "open_rooms"
    """Open a comparison to an audience, under a link."""
    SHARE_LINKS = "share_links"
    """Show a report to whoever has its link."""
    ADMINISTER = "administer"
    """The admin pages: people, limits, models, the connection, the audit log."""


DENIED = {
    Permission.OPEN_ROOMS: mark(
        "Your role does not permit you to open a comparison to an audience. An admin can change it."
    ),
    Permission.SHARE_LINKS: mark("Your role does not permit you to share by link. An admin can change it."),
    Permission.ADMINISTER: mark(
        "Your role does not permit you to administer this installation. An admin can change it."
    ),
}
"""What somebody is told whose role does not permit it."""

PERMISSIONS = {
    Role.MEMBER: frozenset[Permission](),
    Role.PRESENTER: frozenset({Permission.OPEN_ROOMS, Permission.SHARE_LINKS}),
    Role.ADMIN: frozenset(Permission),
}
"""Everybody chats, compares, and makes decks and recordings."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a browser stays signed in."""

    idle: timedelta
    """Without a request."""
    most: timedelta
    """In all."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who uses this installation."""

    id: str
    issuer: str
    """Who vouches for them: `password`, `guest`, `header`, or the address of an identity provider."""
    subject: str
    """Their name there. It never changes, unlike an e-mail address."""
    email: str
    """Empty if it is not known."""
    name: str
    role: Role
    created_at: datetime
    seen_at: datetime | None = None
    disabled_at: datetime | None = None

    def may(self, permission: Permission) -> bool:
        """Whether their role permits this."""
        return permission in PERMISSIONS[self.role]
