"""The language and the time zone of whoever is being answered: one for each thread and each request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, tzinfo

ENGLISH = "en"
"""The language in which the code is written."""


@dataclass(frozen=True, slots=True)
class Locale:
    """How somebody reads: their language, and the zone of their clock."""

    language: str = ENGLISH
    """As Babel and the files in `locale/` name it, as in `zh_Hans`."""
    zone: tzinfo = UTC

    @property
    def tag(self) -> str:
        """The language as HTML's `lang` names it (BCP 47), as in `zh-Hans`."""
        return self.language.replace("_", "-")


DEFAULT = Locale()
_current: ContextVar[Locale | None] = ContextVar("locale", default=None)
_find: Callable[[], Locale | None] = lambda: None  # noqa: E731 (replaced as a whole)


def current() -> Locale:
    """Return the locale of this thread or request; English and UTC where nobody is being answered."""
    if (known := _current.get()) is None:
        found = _find()
        if found is None:
            return DEFAULT
        _current.set(known := found)
    return known


def set_current(locale: Locale) -> None:
    """Use a locale from now on, in this thread or request."""
    _current.set(locale)


@contextmanager
def using(locale: Locale) -> Iterator[None]:
    """Use a locale while the context is open."""
    token = _current.set(locale)
    try:
        yield
    finally:
        _current.reset(token)


def find_with(find: Callable[[], Locale | None]) -> None:
    """Ask `find` in each thread that has no locale yet; it returns `None` where nobody is being answered.

    Streamlit begins threads in our code at many places: a callback, a fragment, a dialog.
    """
    global _find
    _find = find
