"""Addresses of PostgreSQL databases."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from lib.i18n.translation import lazy
from lib.store.database.errors import StoreError


def parsed(url: str, name: str = "CHAT_DATABASE_URL") -> URL:
    """The parts of `postgresql+psycopg://user:password@host:port/database`, which the variable `name` has.

    Raises `StoreError`.
    """
    try:
        found = make_url(url)
    except (ArgumentError, ValueError) as error:  # a port that is no number is a ValueError
        raise StoreError(lazy("{name} is not the address of a database.", name=name)) from error
    if "@" in (found.host or ""):  # the rest of the password, which would be shown
        raise StoreError(lazy("In {name}, write each @ of the password as %40.", name=name))
    return found


def for_libpq(url: str) -> str:
    """The address as PostgreSQL's own programs have it, without the password. Raises `StoreError`."""
    return parsed(url)._replace(drivername="postgresql", password=None).render_as_string()
