"""`python -m lib user`: the accounts of this installation."""

import argparse
import sys
from contextlib import closing
from datetime import UTC, datetime

from lib import app
from lib.commands import FAILED, OK
from lib.config import Settings
from lib.domain.people.audit import COMMAND_LINE, Action
from lib.domain.people.people import LOCAL, Person, Role
from lib.engine.keeping import archive
from lib.files.folder import Files
from lib.store import Store
from lib.web.sign_in import passwords
from lib.web.sign_in.accounts import INVITE, PASSWORD, account, is_email

ISSUERS = ("password", "header", "guest")


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `user`."""
    actions = command.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="invite somebody: prints a link under which they choose a password")
    add.add_argument("email")
    add.add_argument("--role", choices=[*Role], default=Role.MEMBER)
    add.add_argument("--password-stdin", action="store_true", help="read the password instead: no link")
    actions.add_parser("list", help="print everybody: e-mail, role, when last seen")
    role = actions.add_parser("role", help="change what somebody may do")
    role.add_argument("email")
    role.add_argument("role", choices=[*Role])
    hand_over = actions.add_parser("hand-over", help="give everything of one person to another")
    hand_over.add_argument("email", metavar="FROM")
    hand_over.add_argument("to", metavar="TO")
    words = {
        "adopt": "give somebody what was stored before people signed in",
        "export": "print everything of somebody, as a zip",
        "remove": "delete somebody with everything of theirs",
        "disable": "keep somebody from signing in; what they have stays",
        "enable": "let somebody in again",
        "sign-out": "sign somebody out everywhere",
        "reset": "print a link under which somebody chooses a new password",
    }
    for name, help_ in words.items():
        actions.add_parser(name, help=help_).add_argument("email")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Carry out one of the actions; return the exit status."""
    with closing(app.open_store(settings)) as store:
        if options.action == "list":
            return _list(store)
        if options.action == "add":
            return _add(store, options.email.strip().lower(), Role(options.role), options)
        return _change(store, options, settings)


def _list(store: Store) -> int:
    for person in store.people.all():
        seen = f"{person.seen_at:%Y-%m-%d %H:%M}" if person.seen_at else "never"
        state = " (disabled)" if person.disabled_at else ""
        print(f"{person.email or person.name}\t{person.role}\t{person.issuer}\tlast seen {seen}{state}")
    return OK


def _add(store: Store, email: str, role: Role, options: argparse.Namespace) -> int:
    if not is_email(email):
        raise ValueError(f"{email!r} is not an e-mail address.")
    if store.people.of_subject(PASSWORD, email):
        raise ValueError(f"{email} has an account; `user reset {email}` gives it a new password.")
    if not options.password_stdin:
        return _invite(store, email, role)
    password = sys.stdin.readline().rstrip("\n")
    if fault := passwords.fault(password, email=email):
        print(f"lib: {fault}", file=sys.stderr)
        return FAILED
    store.people.add(account(email, role), passwords.hashed(password), by=COMMAND_LINE)
    print(f"{email} can sign in.")
    return OK


def _invite(store: Store, email: str, role: Role) -> int:
    token = store.invitations.add(email, role, datetime.now(UTC), COMMAND_LINE)
    print(f"For {email}, once, within three days, under the address of your server:\n{INVITE}{token}")
    return OK


def _change(store: Store, options: argparse.Namespace, settings: Settings) -> int:
    person = found(store, options.email.strip())
    match options.action:
        case "adopt":
            store.ownership.hand_over(LOCAL, person.id, COMMAND_LINE)
        case "hand-over":
            store.ownership.hand_over(person.id, found(store, options.to.strip()).id, COMMAND_LINE)
        case "export":
            return _export(store, person, app.open_files(settings))
        case "remove":
            store.ownership.remove(person.id, COMMAND_LINE)
        case "role":
            store.people.set_role(person.id, Role(options.role), COMMAND_LINE)
        case "disable":
            store.people.set_disabled(person.id, datetime.now(UTC), COMMAND_LINE)
        case "enable":
            store.people.set_disabled(person.id, None, COMMAND_LINE)
        case "sign-out":
            store.sign_ins.end_all(person.id, COMMAND_LINE)
        case "reset":
            if person.issuer != PASSWORD:
                raise ValueError(f"{options.email} has no password here.")
            return _invite(store, person.email, person.role)
    print(f"Done: {options.action} {options.email}")
    return OK


def _export(store: Store, person: Person, files: Files) -> int:
    # Past the filter of what is printed, which is for text.
    if sys.__stdout__ is None or sys.__stdout__.isatty():
        raise ValueError("A zip is nothing to read in a terminal: write it into a file with > FILE.")
    with open(sys.__stdout__.fileno(), "wb", closefd=False) as file:
        archive.write(store.of(person.id), files, file)
    store.audit.record(COMMAND_LINE, Action.EXPORTED, f"person {person.id}", {"as": "zip"})
    return OK


def found(store: Store, name: str) -> Person:
    """Return whoever has this e-mail address, or this name where they sign in. Raises `ValueError`."""
    people = [
        each for each in store.people.all() if name.lower() in (each.email.lower(), each.subject.lower())
    ]
    if not people:
        raise ValueError(f"There is nobody called {name!r}.")
    return people[0]
