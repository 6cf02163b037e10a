"""What is written down about who did what, and how a changed record is found out.

Each row carries the hash of the one before: whoever changes, removes or inserts one breaks the chain there.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from lib.domain.people.people import LOCAL
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark

FIRST = "0" * 64
"""What stands for the hash before the first row."""


class Action(StrEnum):
    """What somebody did."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    SIGN_IN_FAILED = "sign-in failed"
    INVITED = "invited"
    INVITATION_REVOKED = "invitation revoked"
    ADDED = "person added"
    PASSWORD_CHANGED = "password changed"  # noqa: S105 - not one
    ROLE_CHANGED = "role changed"
    DISABLED = "disabled"
    ENABLED = "enabled"
    LIMIT_CHANGED = "limit changed"
    MODEL_CHANGED = "model changed"
    SETTING_CHANGED = "setting changed"
    KEY_SET = "key set"
    SECRET_ROTATED = "secret rotated"  # noqa: S105 - not one
    SHARED = "shared"
    SHARE_OPENED = "share opened"
    SHARE_REVOKED = "share revoked"
    ROOM_OPENED = "room opened"
    ROOM_CLOSED = "room closed"
    EXPORTED = "exported"
    IMPORTED = "imported"
    DELETED = "deleted"
    HANDED_OVER = "handed over"
    READ_BY_ADMIN = "read by an admin"
    UNREADABLE = "unreadable"
    """Nobody did this: what is told of a row that was changed by other means, and cannot be read."""


ACTIONS = {
    Action.SIGNED_IN: mark("Signed in"),
    Action.SIGNED_OUT: mark("Signed out"),
    Action.SIGN_IN_FAILED: mark("Sign-in failed"),
    Action.INVITED: mark("Invited"),
    Action.INVITATION_REVOKED: mark("Invitation withdrawn"),
    Action.ADDED: mark("Person added"),
    Action.PASSWORD_CHANGED: mark("Password changed"),
    Action.ROLE_CHANGED: mark("Role changed"),
    Action.DISABLED: mark("Account disabled"),
    Action.ENABLED: mark("Account enabled"),
    Action.LIMIT_CHANGED: mark("Limit changed"),
    Action.MODEL_CHANGED: mark("Model changed"),
    Action.SETTING_CHANGED: mark("Setting changed"),
    Action.KEY_SET: mark("Key set"),
    Action.SECRET_ROTATED: mark("Secret rotated"),
    Action.SHARED: mark("Shared"),
    Action.SHARE_OPENED: mark("Shared item opened"),
    Action.SHARE_REVOKED: mark("Sharing stopped"),
    Action.ROOM_OPENED: mark("Room opened"),
    Action.ROOM_CLOSED: mark("Room closed"),
    Action.EXPORTED: mark("Exported"),
    Action.IMPORTED: mark("Imported"),
    Action.DELETED: mark("Deleted"),
    Action.HANDED_OVER: mark("Handed over"),
    Action.READ_BY_ADMIN: mark("Read by an admin"),
    Action.UNREADABLE: mark("Unreadable"),
}
"""Names for people, marked for translation. The values above are stored, and part of the chain."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does something, and from where."""

    person_id: str = LOCAL
    address: str = ""
    """Of the network; empty on the command line."""
    request_id: str = ""
    """The same for all that one request did."""


NOBODY = "nobody"
"""The id of whoever is not signed in."""
SYSTEM = Actor("system")
"""What happens by itself, such as the deletion of what is too old."""
COMMAND_LINE = Actor("command line")
"""Whoever has the installation's files."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing that somebody did."""

    number: int
    """From 1, without a gap."""
    at: datetime
    actor: Actor
    action: Action
    about: str
    """What it was done to: the kind and id of a thing, or the id or address of a person."""
    detail: Mapping[str, str] = field(default_factory=dict)
    """More about it: never a message's text, a password or a key."""
    hash: str = ""
    """Of this row and of the hash of the one before."""


def hash_of(row: AuditRow, before: str) -> str:
    """The SHA-256 that a row must carry after one with the hash `before`."""
    actor = row.actor
    values = (
        *(before, row.number, row.at.astimezone(UTC).isoformat(timespec="microseconds")),
        *(actor.person_id, actor.address, actor.request_id, row.action, row.about, {**row.detail}),
    )
    return sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def fault(rows: Iterable[AuditRow], last: tuple[int, str]) -> str | None:
    """Where a chain is broken, in a sentence; `None` if it is whole.

    `last` is the number and the hash of the row that was written last.
    """
    number, before = 0, FIRST
    for row in rows:
        if row.number != number + 1:
            return _missing(number + 1, row.number - 1)
        if row.hash != hash_of(row, before):
            return _("Row {number} was changed, or was not written by this app.").format(number=row.number)
        number, before = row.number, row.hash
    if number < last[0]:
        return _missing(number + 1, last[0])
    if (number, before) != last:
        return _(
            "Rows up to {number} were written anew: the last hash is not the one that was noted."
        ).format(number=number)
    return None


def _missing(first: int, last: int) -> str:
    if last < first:
        return _("Row {number} was inserted.").format(number=last + 1)
    if first == last:
        return _("Row {number} is missing.").format(number=first)
    return _("Rows {first} to {last} are missing.").format(first=first, last=last)
