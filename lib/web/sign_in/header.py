"""People whom a proxy has signed in: it names them in a header of each request."""

import ipaddress
import logging
import secrets
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from lib import app
from lib.config import Settings
from lib.domain.people.identity import Identity
from lib.domain.people.people import Person, Role

ISSUER = "header"
LONGEST = 200
"""How long a name may be. A longer one is not cut: two people could become one."""

log = logging.getLogger(__name__)


def subject(connection: HTTPConnection, settings: Settings) -> str:
    """Return whom a trusted proxy names; empty if it names nobody, or if the request is not from one.

    A name of more than `LONGEST` letters is nobody's.
    """
    named = connection.headers.getlist(settings.sign_in.header)
    is_trusted = _is_from_proxy(connection, settings.trusted_proxies)
    name = named[0].strip() if len(named) == 1 and is_trusted else ""
    if len(name) > LONGEST:
        log.warning("The proxy's name for somebody is too long: %d letters, of %d.", len(name), LONGEST)
        return ""
    return name


def identity(name: str) -> Identity | None:
    """Return the person whom the proxy knows under this name, made at first. Raises `StoreError`."""
    store = app.get().store
    email = name.lower() if "@" in name else ""
    new = Person(secrets.token_hex(16), ISSUER, name, email, name, Role.MEMBER, datetime.now(UTC))
    person = store.people.of_subject(ISSUER, name) or store.people.add(new)
    return None if person.disabled_at else Identity(person.id)


def _is_from_proxy(connection: HTTPConnection, proxies: tuple[str, ...]) -> bool:
    """Return whether the connection comes from a trusted proxy itself, whatever client it forwards."""
    peer = connection.scope.get("peer", "")
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(proxy) for proxy in proxies)
