"""Whose page this is, what they may do, and what belongs to them."""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from lib import app
from lib.domain.models.models import Model
from lib.domain.people import identity as identities
from lib.domain.people.audit import Actor
from lib.domain.people.identity import HEADER, Identity
from lib.domain.people.people import LOCAL, Permission, Person
from lib.domain.people.preferences import Preferences
from lib.store.administration import Administration
from lib.store.database.errors import StoreError
from lib.store.library import Library
from lib.web.sign_in.identity import TABS


def identity() -> Identity | None:
    """Return who looks at this page, and in which browser; `None` where nobody signs in."""
    header = _header()
    return Identity.read(header) if header else None


def person_id() -> str:
    """Return the id of the person who looks at this page."""
    found = identity()
    return found.person_id if found else LOCAL


def actor() -> Actor:
    """Return who looks at this page, as the audit log knows them."""
    header = _header()
    return identities.actor(header) if header else Actor()


def _header() -> str | None:
    """Return what the gate says of whoever looks at this page; `None` where nobody signs in."""
    if not app.get().settings.has_sign_in:
        return None
    # The gate lets nobody pass without it. Streamlit keeps the headers of the websocket for as long as that
    # is open: a page without it has just been closed, and is nobody's.
    header = st.context.headers.get(HEADER)
    if header is None:
        st.stop()
    return header


def person() -> Person | None:
    """Return the person who looks at this page; `None` where nobody signs in. Raises `StoreError`."""
    found = identity()
    return app.get().store.people.get(found.person_id) if found else None


def may(permission: Permission) -> bool:
    """Return whether the role of whoever looks at this page permits this; not while it cannot be read."""
    if identity() is None:
        return True
    try:
        found = person()
    except StoreError:
        return False
    return found is not None and found.may(permission)


def offered(models: Sequence[Model]) -> Sequence[Model]:
    """Return those of the models that whoever looks at this page finds in lists."""
    return app.get().store.settings.offered(person_id(), models)


def may_use(model: str) -> bool:
    """Return whether whoever looks at this page may use a model."""
    return app.get().store.settings.may_use(person_id(), model)


def is_admin() -> bool:
    """Return whether this page's person administers an installation where people sign in."""
    return identity() is not None and may(Permission.ADMINISTER)


def administration() -> Administration:
    """Return what an admin works with; to anybody else its methods raise `NotPermittedError`."""
    return app.get().store.administration(actor())


def library() -> Library:
    """Return what belongs to the person who looks at this page."""
    return app.get().store.of(person_id(), actor())


def preferences() -> Preferences:
    """Return how whoever looks at this page wants to read and write; the defaults while it cannot be read."""
    with suppress(StoreError):
        return library().settings.preferences()
    return Preferences()


def is_signed_out() -> bool:
    """Return whether this page's sign-in has ended; the page is closed in a moment."""
    found = identity()
    return found is not None and TABS.is_ended(found)
