"""Translating: `_("Delete")` where a text is drawn, `lazy("…")` where another thread will draw it.

`make messages` finds the texts by the names of these functions. Values come in by `str.format`, or by `md`,
which escapes them: `_("Delete {title}?").format(title=title)`, `md(_("Delete **{}**?"), title)`.
"""

from collections.abc import Callable, Iterable

from lib.i18n import catalogues, formats, locale


def gettext(message: str) -> str:
    """Return a text of ours in the language of whoever is being answered."""
    return catalogues.translations(locale.current().language).gettext(message)


def ngettext(one: str, many: str, count: float) -> str:
    """Return the form of a text that fits a count: `ngettext("{} token", "{} tokens", n).format(n)`."""
    # The rules of all languages are for whole numbers; 1.5 takes the form of 2 in those we have.
    whole = int(count) if count == int(count) else 2
    return catalogues.translations(locale.current().language).ngettext(one, many, whole)


def listed(texts: Iterable[str]) -> str:
    """Return the texts that are not empty as one, with a comma between two."""
    return gettext(_COMMA).join(filter(None, texts))


def mark(message: str) -> str:
    """Return the text unchanged, for a table whose texts are translated when they are drawn."""
    return message


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """Return the forms of a text unchanged, for such a table."""
    return one, many


_COMMA = mark(", ")


class Lazy:
    """A text with its values, translated each time it is read: for errors, and for tables with values."""

    __slots__ = ("_forms", "_values")

    def __init__(self, forms: tuple[str, ...], values: dict[str, object]) -> None:
        self._forms, self._values = forms, values

    def __str__(self) -> str:
        if len(self._forms) == 1:
            template = gettext(self._forms[0])
        else:
            one, many = self._forms
            count = self._values["count"]
            template = ngettext(one, many, count if isinstance(count, int | float) else 2)
        return template.format(**{name: _grouped(value) for name, value in self._values.items()})

    def with_texts(self, change: Callable[[str], str]) -> "Lazy":
        """Return the same with each text among its values changed, as by a mask."""
        values = {
            name: change(each) if isinstance(each, str) else each for name, each in self._values.items()
        }
        return Lazy(self._forms, values)

    def __repr__(self) -> str:
        return f"lazy({self._forms!r}, {self._values!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lazy) and (self._forms, self._values) == (other._forms, other._values)

    def __hash__(self) -> int:
        return hash(self._forms)


class _Grouped(int):
    """A whole number that is written with its thousands grouped, unless the text says how."""

    def __format__(self, spec: str) -> str:
        return int.__format__(self, spec) if spec else formats.number(self)


def _grouped(value: object) -> object:
    return _Grouped(value) if type(value) is int else value


def lazy(message: str, /, **values: object) -> Lazy:
    """Return a text that is translated when it is read; `ValueError(lazy("…"))` says it in each language."""
    return Lazy((message,), values)


def lazy_plural(one: str, many: str, count: float, /, **values: object) -> Lazy:
    """Return the same with a form for one and for many; both may contain `{count}`."""
    return Lazy((one, many), {"count": count, **values})
