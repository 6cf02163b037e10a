"""`python -m lib limit`: how much somebody may use."""

import argparse
from contextlib import closing

from lib import app
from lib.commands import OK
from lib.commands.user import WHO, found
from lib.config import Settings
from lib.domain.people.audit import COMMAND_LINE
from lib.domain.people.limits import Limit, LimitKind, Scope
from lib.domain.people.people import Role
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.store import Store


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `limit`."""
    actions = command.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help=_("print all limits"))
    set_ = actions.add_parser("set", help=_("set a limit; a person's counts before their role's"))
    for scope in _scopes(set_):
        scope.add_argument("value", type=int, help=_("the most that is allowed"))
    _scopes(actions.add_parser("remove", help=_("remove a limit")))


def _scopes(action: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """Add whom an action is for, and the kind of the limit."""
    scopes = action.add_subparsers(dest="scope", required=True)
    everybody = scopes.add_parser(Scope.EVERYBODY, help=_("each person"))
    role = scopes.add_parser(Scope.ROLE, help=_("each person of a role"))
    role.add_argument("role", choices=[role.value for role in Role], help=_("the role"))
    person = scopes.add_parser(Scope.PERSON, help=_("one person"))
    person.add_argument("email", metavar="WHO", help=_(WHO))
    for each in (everybody, role, person):
        each.add_argument("kind", choices=[kind.value for kind in LimitKind], help=_("what is limited"))
    return [everybody, role, person]


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Carry out one of the actions; return the exit status."""
    with closing(app.open_store(settings)) as store:
        if options.action == "list":
            _list(store)
            return OK
        scope, kind = Scope(options.scope), LimitKind(options.kind)
        scope_id = _scope_id(store, scope, options)
        if options.action == "set":
            store.limits.set(Limit(scope, scope_id, kind, options.value), COMMAND_LINE)
        else:
            store.limits.remove(scope, scope_id, kind, COMMAND_LINE)
        _list(store)
    return OK


def _scope_id(store: Store, scope: Scope, options: argparse.Namespace) -> str:
    match scope:
        case Scope.EVERYBODY:
            return ""
        case Scope.ROLE:
            return str(options.role)
        case Scope.PERSON:
            return found(store, options.email.strip()).id


def _list(store: Store) -> None:
    people = {person.id: person.email or person.name for person in store.people.all()}
    for limit in store.limits.all():
        whom = f"{limit.scope} {people.get(limit.scope_id, limit.scope_id)}".strip()
        print(f"{whom}\t{limit.kind}\t{formats.number(limit.value)}")
