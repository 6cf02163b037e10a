"""`python -m lib user`: the accounts of this installation."""

import argparse
import sys
from contextlib import closing
from datetime import UTC, datetime

from lib import app
from lib.commands import FAILED, OK
from lib.config import Settings
from lib.domain.people.audit import COMMAND_LINE, Action
from lib.domain.people.people import LOCAL, PASSWORD, Person, Role
from lib.engine.keeping import archive
from lib.files.folder import Files
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.store import Store
from lib.store.people.permissions import NotPermittedError
from lib.web.sign_in import passwords
from lib.web.sign_in.accounts import INVITE, account, is_email

WHO = mark("an e-mail address, a name at the issuer, ISSUER/NAME, or an id")
FORCE = mark("also if nobody is left then who could administer")


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `user`."""
    actions = command.add_subparsers(dest="action", required=True)
    add = actions.add_parser(
        "add", help=_("invite somebody: prints a link under which they choose a password")
    )
    add.add_argument("email", help=_("their e-mail address"))
    add.add_argument(
        "--role", choices=[role.value for role in Role], default=Role.MEMBER, help=_("by default a member")
    )
    add.add_argument("--password-stdin", action="store_true", help=_("read the password instead: no link"))
    actions.add_parser("list", help=_("print everybody: e-mail, role, when last seen"))
    role = actions.add_parser("role", help=_("change what somebody may do"))
    role.add_argument("email", metavar="WHO", help=_(WHO))
    role.add_argument("role", choices=[role.value for role in Role], help=_("what they may do from now on"))
    hand_over = actions.add_parser("hand-over", help=_("give everything of one person to another"))
    hand_over.add_argument("email", metavar="FROM", help=_(WHO))
    hand_over.add_argument("to", metavar="TO", help=_(WHO))
    words = {
        "adopt": _("give somebody what was stored before people signed in"),
        "export": _("print everything of somebody, as a zip"),
        "remove": _("delete somebody with everything of theirs"),
        "disable": _("keep somebody from signing in; what they have stays"),
        "enable": _("let somebody in again"),
        "sign-out": _("sign somebody out everywhere"),
        "reset": _("print a link under which somebody chooses a new password"),
    }
    others = {name: actions.add_parser(name, help=help_) for name, help_ in words.items()}
    for each in others.values():
        each.add_argument("email", metavar="WHO", help=_(WHO))
    for each in (role, others["remove"], others["disable"]):
        each.add_argument("--force", action="store_true", help=_(FORCE))


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Carry out one of the actions; return the exit status."""
    with closing(app.open_store(settings)) as store:
        if options.action == "list":
            return _list(store)
        if options.action == "add":
            return _add(store, options.email.strip().lower(), options, settings)
        try:
            return _change(store, options, settings)
        except NotPermittedError as error:
            raise ValueError(_("{error} Or use --force.").format(error=error)) from None


def _list(store: Store) -> int:
    for person in store.people.all():
        seen = _("never seen")
        if person.seen_at:
            seen = _("last seen {time}").format(time=f"{person.seen_at:%Y-%m-%d %H:%M}")
        state = _("{} (disabled)").format(seen) if person.disabled_at else seen
        print(_row(person.email or person.name, person.role, person.issuer, state))
    return OK


def _add(store: Store, email: str, options: argparse.Namespace, settings: Settings) -> int:
    role = Role(options.role)
    if not is_email(email):
        raise ValueError(_("'{email}' is not an e-mail address.").format(email=email))
    if store.people.of_subject(PASSWORD, email):
        raise ValueError(
            _("{email} has an account; `user reset {way}/{email}` gives it a new password.").format(
                email=email, way=PASSWORD
            )
        )
    if not options.password_stdin:
        return _invite(store, email, role, settings)
    password = sys.stdin.readline().rstrip("\n")
    if fault := passwords.fault(password, email=email):
        print(f"lib: {fault}", file=sys.stderr)
        return FAILED
    store.people.add(account(email, role), passwords.hashed(password), by=COMMAND_LINE)
    print(_("{email} can sign in.").format(email=email))
    return OK


def _invite(store: Store, email: str, role: Role, settings: Settings) -> int:
    token = store.invitations.add(email, role, datetime.now(UTC), COMMAND_LINE)
    hosts = settings.allowed_hosts
    if hosts:
        print(_("For {email}, once, within three days:").format(email=email))
    else:
        print(
            _("For {email}, once, within three days, under the address of your server:").format(email=email)
        )
    print(f"{f'https://{hosts[0]}' if hosts else ''}{settings.address(INVITE)}{token}")
    return OK


def _change(store: Store, options: argparse.Namespace, settings: Settings) -> int:
    person = found(store, options.email.strip())
    match options.action:
        case "adopt":
            store.ownership.hand_over(LOCAL, person.id, COMMAND_LINE)
        case "hand-over":
            store.ownership.hand_over(person.id, found(store, options.to.strip()).id, COMMAND_LINE)
        case "export":
            return _export(store, person, app.open_files(settings, store))
        case "remove":
            store.ownership.remove(person.id, COMMAND_LINE, is_forced=options.force)
        case "role":
            store.people.set_role(person.id, Role(options.role), COMMAND_LINE, is_forced=options.force)
        case "disable":
            store.people.set_disabled(person.id, datetime.now(UTC), COMMAND_LINE, is_forced=options.force)
        case "enable":
            store.people.set_disabled(person.id, None, COMMAND_LINE)
        case "sign-out":
            store.sign_ins.end_all(person.id, COMMAND_LINE)
        case "reset":
            if person.issuer != PASSWORD:
                raise ValueError(_("{email} has no password here.").format(email=options.email))
            return _invite(store, person.subject, person.role, settings)
    print(_("Done: {action} {email}").format(action=options.action, email=options.email))
    return OK


def _export(store: Store, person: Person, files: Files) -> int:
    # Past the filter of what is printed, which is for text.
    if sys.__stdout__ is None or sys.__stdout__.isatty():
        raise ValueError(_("A zip is nothing to read in a terminal: write it into a file with > FILE."))
    with open(sys.__stdout__.fileno(), "wb", closefd=False) as file:
        archive.write(store.of(person.id), files, file)
    store.audit.record(COMMAND_LINE, Action.EXPORTED, f"person {person.id}", {"as": "zip"})
    return OK


def found(store: Store, name: str) -> Person:
    """Return whoever has this id, `issuer/subject`, e-mail address or name where they sign in.

    Raises `ValueError` if it is nobody, or several.
    """
    people, called = store.people.all(), name.lower()
    ways = (
        [each for each in people if each.id == name],
        [each for each in people if f"{each.issuer}/{each.subject}" == name],
        [each for each in people if called in (each.email.lower(), each.subject.lower())],
    )
    fits = next(filter(None, ways), [])
    if not fits:
        raise ValueError(_("There is nobody called '{name}'.").format(name=name))
    if len(fits) > 1:
        which = "".join(f"\n{_candidate(each)}" for each in fits)
        raise ValueError(
            _("Several people are called '{name}'. Say which by an id or ISSUER/NAME:{which}").format(
                name=name, which=which
            )
        )
    return fits[0]


def _candidate(person: Person) -> str:
    return _row(person.id, f"{person.issuer}/{person.subject}", person.email, person.role)


def _row(*parts: str) -> str:
    """A line: a provider's names may hold line breaks."""
    return "\t".join(" ".join(part.split()) for part in parts)
