"""Accounts with a password, and guests, who have none."""

import secrets
from datetime import UTC, datetime

from lib.domain.people.audit import Actor
from lib.domain.people.people import GUEST, PASSWORD, Person, Role
from lib.store import Store

INVITE = "/invite/"
"""The path of an invitation; its token follows."""


def account(email: str, role: Role) -> Person:
    """Return a new account of this installation."""
    name = email.partition("@")[0]
    return Person(secrets.token_hex(16), PASSWORD, email.lower(), email, name, role, datetime.now(UTC))


def is_email(text: str) -> bool:
    """Return whether a text looks like an e-mail address; only a message to it could show more."""
    name, _, host = text.rpartition("@")
    return bool(name and host) and not any(letter.isspace() for letter in text)


def sign_out(store: Store, actor: Actor, sign_in: str) -> None:
    """Sign somebody out in one browser. A guest has no other and cannot come back. Raises `StoreError`."""
    person = store.people.get(actor.person_id)
    if person and person.issuer == GUEST:
        store.people.set_disabled(actor.person_id, datetime.now(UTC), actor)
    else:
        store.sign_ins.end(actor, sign_in)
