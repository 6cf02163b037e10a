"""Whose page this is, and what belongs to them."""

from lib import app
from lib.domain.people.people import LOCAL
from lib.store.library import Library


def person_id() -> str:
    """Return the id of the person who looks at this page."""
    return LOCAL


def library() -> Library:
    """Return what belongs to the person who looks at this page."""
    return app.get().store.of(person_id())
