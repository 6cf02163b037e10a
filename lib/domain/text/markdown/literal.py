"""Markdown as a type of its own, and text as markdown that Streamlit shows as it is.

A page hands Streamlit words that stand in our code, or `Markdown`. Only this module and `sanitized` make it:
nothing in it means something that was not meant by us or, in an answer, by the model.
"""

import re
from collections.abc import Iterable
from string import Formatter
from typing import Any, Self

from lib.domain.text.markdown.links import marked
from lib.domain.text.markdown.readers import DIRECTIVE_NAME, PAGE

_NOTHING = PAGE.nothing
"""Parts what Streamlit replaces after escapes are resolved: icons, emoji, arrows, addresses."""
_PARTED = r"""(?P<blank>^[^\S\n]+)
    |(?P<colon>:)(?=//|material|[\w+-]+:)
    |(?P<at>@)(?=\w)
    |(?P<www>www)(?=\.)"""
_ANY_SIGN = re.compile(
    rf"{_PARTED}|(?P<operator>[-<>=~]{{2,}})|(?P<sign>[\\`*_{{}}\[\]()#+\-.!|~:$<>&]|^=)", re.I | re.M | re.X
)
_SIGN_WITH_MEANING = re.compile(
    rf"""{_PARTED}
    |(?P<operator>(?<!\S)(?:<->|->|<-|--|>=|<=|~=)(?!\S))
    |(?P<sign>[\\`*\[|~$]
        |(?<![^\W_])_|_(?![^\W_])
        |<(?=[A-Za-z/!?])
        |&(?=\#?\w{{1,32}};)
        |:(?=:{{0,2}}[A-Za-z]|[:@]|{DIRECTIVE_NAME}\{{)
        |^(?:[-+>=]|\#{{1,6}}(?=\s|$)))
    |(?P<number>^\d{{1,9}})(?=[.)](?:\s|$))""",
    re.I | re.M | re.X,
)
_UNFIT = re.compile(r"[\x00-\x20<>\\\x7f]")
"""What would end a link, or the name of an address."""


class Markdown(str):
    """Markdown that may be drawn. What is done to it as to any other text, such as a slice, is text again."""

    __slots__ = ()

    def join(self, parts: Iterable[str], /) -> Self:
        """The parts in one; those that are no markdown are escaped."""
        return type(self)(super().join(map(plain, parts)))


def md(template: str, /, *values: object, **named: object) -> Markdown:
    """Markdown of ours with values in it, as `str.format` puts them: `md("**{}** of {:,}", name, count)`.

    Text is escaped, numbers and markdown stay. The template has to stand in our code.
    """
    return Markdown(_TEMPLATE.vformat(template, values, named))


class _Template(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        shown = str(format(value, format_spec))
        return shown if isinstance(value, Markdown | int | float) else plain(shown)


_TEMPLATE = _Template()


def plain(text: str) -> Markdown:
    """A name or a sentence within markdown of ours: every sign that may mean something is escaped."""
    return text if isinstance(text, Markdown) else Markdown(_ANY_SIGN.sub(_escaped, _lines(text)))


def literal(text: str) -> Markdown:
    """A text that stands alone: only what means something where it stands is escaped."""
    return text if isinstance(text, Markdown) else Markdown(_SIGN_WITH_MEANING.sub(_escaped, _lines(text)))


def code(text: str) -> Markdown:
    """A word of code in a line."""
    words = " ".join(text.split())
    fence = "`" * (1 + max(map(len, re.findall("`+", words)), default=0))
    pad = " " * (words[:1] == "`" or words[-1:] == "`")
    return Markdown(f"{fence}{pad}{words}{pad}{fence}") if words else Markdown()


def link(words: str, address: str) -> Markdown:
    """A link that leads to an `http` address, with words to click; only the words where it is another."""
    if not address.startswith(("http://", "https://")):
        return plain(words)
    return Markdown(f"[{plain(words)}](<{_UNFIT.sub(_in_percent, address)}>)")


def literal_lines(text: str) -> Markdown:
    """The same as one paragraph whose lines stay lines and keep their blanks, its addresses links.

    The paragraph has to be drawn with its white space (`white-space: pre-wrap`).
    """
    lines = (marked(line.rstrip(), literal, _NOTHING) or _NOTHING for line in text.split("\n"))
    return Markdown("\n".join(lines))


def _lines(text: str) -> str:
    """With one kind of line ends: readers take a carriage return for one, too."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _in_percent(sign: re.Match[str]) -> str:
    return f"%{ord(sign[0]):02X}"


def _escaped(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "blank":
            return _NOTHING + found[0]
        case "operator":
            return _NOTHING.join(f"\\{sign}" for sign in found[0])
        case "colon":
            return r"\:" + _NOTHING
        case "at":
            return _NOTHING + r"\@"
        case "www" | "number":
            return found[0] + _NOTHING
        case _:
            return f"\\{found[0]}"
