"""What a row of the audit log says, in words. The log itself keeps kinds, ids and codes.

A chat's or a comparison's title stays with its owner, whatever is written in it: its short id is enough to
find rows that belong together.
"""

from collections.abc import Mapping
from datetime import datetime

from lib import app
from lib.domain.people.audit import COMMAND_LINE, NOBODY, SYSTEM
from lib.domain.people.grants import EVERYBODY
from lib.domain.people.people import ROLE_GROUPS, ROLES, Role
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import listed, mark

ID_SHOWN = 8
"""Letters of an id that are shown."""
ACTORS = {
    SYSTEM.person_id: mark("The server"),
    COMMAND_LINE.person_id: mark("Command line"),
    NOBODY: mark("Not signed in"),
    "unknown": mark("Unknown"),
}
WHOLE = {
    "setting connection": mark("Connection"),
    "setting notices": mark("Notices"),
    "setting secret": mark("Secret"),
    "conversations": mark("Chats"),
    "all conversations": mark("All chats"),
    "everybody": mark("Everybody"),
    "everything": mark("Everything"),
    "model": mark("Default model"),
    "the first admin": mark("The first admin"),
    "what is too old": mark("What is too old"),
    "this row was changed": mark("This row was changed"),
}
"""What a row can be about that has no id."""
THINGS = {
    "conversation": mark("Chat {}"),
    "comparison": mark("Comparison {}"),
    "deck run": mark("Run of a prompt set {}"),
    "deck": mark("Prompt set {}"),
    "recording": mark("Recording {}"),
    "report": mark("Report {}"),
}
MODEL = "model "
NAMES = {
    "to": mark("To: {}"),
    "until": mark("Until: {}"),
    "may": mark("May: {}"),
    "role": mark("Role: {}"),
    "roles": mark("Roles: {}"),
    "hidden": mark("Hidden: {}"),
    "default": mark("Default: {}"),
    "added": mark("Added: {}"),
    "removed": mark("Removed: {}"),
    "begins_at": mark("From: {}"),
    "ends_at": mark("Until: {}"),
    "before": mark("Before: {}"),
    "base_url": mark("Base URL: {}"),
    "kind": mark("Kind: {}"),
    "value": mark("Value: {}"),
    "count": mark("Count: {}"),
    "how": mark("How: {}"),
    "where": mark("Where: {}"),
    "as": mark("Format: {}"),
    "name": mark("Name: {}"),
    "grant": mark("Share: {}"),
    "conversation": mark("Chat: {}"),
    "reason": mark("Reason: {}"),
}
"""The details of a row."""
VALUES: Mapping[str, str] = {
    **{str(role): name for role, name in ROLES.items()},
    "yes": mark("yes"),
    "no": mark("no"),
    "none": mark("none"),
    "edit": mark("edit"),
    "everywhere": mark("everywhere"),
    "everywhere else": mark("everywhere else"),
    "permanently": mark("permanently"),
    "backup": mark("backup"),
    "with everything": mark("with everything"),
    "of the environment": mark("set in the environment"),
    "messages-a-minute": mark("messages a minute"),
    "replies-at-once": mark("replies at once"),
    "tokens-a-day": mark("tokens a day"),
    EVERYBODY: mark("everybody"),
}
"""Codes that a detail may hold."""
_TIMES, _IDS, _NOTICES = (
    ("until", "before", "begins_at", "ends_at"),
    ("grant", "conversation"),
    ("added", "removed"),
)


def who(person_id: str, names: Mapping[str, str]) -> str:
    """Return who did something: a name where it is known."""
    known = ACTORS.get(person_id)
    return _(known) if known else names.get(person_id, person_id)


def about(what: str, names: Mapping[str, str]) -> str:
    """Return what a row is about: a person's name, or the kind of a thing and its short id."""
    if what in WHOLE:
        return _(WHOLE[what])
    kind, _space, id_ = what.rpartition(" ")
    if kind == "person":
        return names.get(id_, what)
    if kind == "role" and id_ in set(Role):
        return _(ROLE_GROUPS[Role(id_)])
    if what.startswith(MODEL):
        return _("Model {}").format(what.removeprefix(MODEL))
    return _(THINGS[kind]).format(id_[:ID_SHOWN]) if kind in THINGS else what


def detail(values: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Return the details of a row, one after the other."""
    notices = {each.id: each.text for each in app.get().store.settings.notices()}
    told = ((name, _value(name, value, names, notices)) for name, value in values.items())
    return " · ".join(_(NAMES[name]).format(value) if name in NAMES else value for name, value in told)


def _value(name: str, value: str, names: Mapping[str, str], notices: Mapping[str, str]) -> str:
    if name in _TIMES:
        return _time(value)
    if name in _NOTICES:
        return notices.get(value, value[:ID_SHOWN])
    if name in _IDS:
        return value[:ID_SHOWN]
    if name == "roles":
        return listed(_coded(role) for role in value.split(", "))
    if name in ("reason", "name"):  # what somebody wrote is no code of ours
        return value
    return names.get(value.removeprefix("person "), _coded(value))


def _coded(value: str) -> str:
    return _(VALUES[value]) if value in VALUES else value


def _time(value: str) -> str:
    try:
        return formats.moment(datetime.fromisoformat(value))
    except ValueError:
        return value
