"""A type for safe markdown, and text as markdown that Streamlit shows literally.

A page gives Streamlit only words from our code, or `Markdown`. Only this module and `sanitized` make it:
every sign in it means only what we or, in an answer, the model meant.
"""

import re
from collections.abc import Iterable
from string import Formatter
from typing import Any, Self

from lib.domain.text.markdown.emphasis import flanks
from lib.domain.text.markdown.links import marked
from lib.domain.text.markdown.readers import DIRECTIVE_NAME, PAGE

_NOTHING = PAGE.nothing
"""Breaks up what Streamlit replaces after resolving escapes: icons, emoji, arrows, URLs."""
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
_STARS = "\0"
"""Stands for the template's own `**` until the values are in it; no text is drawn with this character."""
_BOLD = re.compile(rf"{_STARS}\s*(.*?)\s*{_STARS}", re.S)
_UNFIT = re.compile(r"[\x00-\x20<>\\\x7f]")
"""Characters that would end a link or a URL."""


class Markdown(str):
    """Markdown that may be drawn. The results of other operations, such as a slice, are plain text again."""

    __slots__ = ()

    def join(self, parts: Iterable[str], /) -> Self:
        """Join the parts; those that are not markdown are escaped."""
        return type(self)(super().join(map(plain, parts)))


def md(template: str, /, *values: object, **named: object) -> Markdown:
    """Markdown of ours with values in it, in the syntax of `str.format`: `md("**{}** of {:,}", name, count)`.

    Text is escaped, numbers and markdown are not. The template must be a literal in our code, or the
    translation of one. What it has in bold is bold whatever is in it and beside it, in any language.
    """
    text = _TEMPLATE.vformat(template.replace("**", _STARS), values, named)
    return Markdown(_BOLD.sub(_bold, text))


class _Template(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        shown = str(format(value, format_spec)).replace(_STARS, "")
        return shown if isinstance(value, Markdown | int | float) else plain(shown)


_TEMPLATE = _Template()


def _bold(found: re.Match[str]) -> str:
    """Return bold text, with something empty beside stars that would not count, as in `**重点。**内容`."""
    inner, text = found[1], found.string
    if not inner:
        return ""
    before, after = text[: found.start()][-1:], text[found.end() :][:1]
    opens = "" if flanks(before, inner[0]).opens else _NOTHING
    closes = "" if flanks(inner[-1], after).closes else _NOTHING
    return f"{opens}**{inner}**{closes}"


def plain(text: str) -> Markdown:
    """A name or sentence within our markdown: every significant sign is escaped."""
    return text if isinstance(text, Markdown) else Markdown(_ANY_SIGN.sub(_escaped, _lines(text)))


def literal(text: str) -> Markdown:
    """A text on its own: only what is significant at its position is escaped."""
    return text if isinstance(text, Markdown) else Markdown(_SIGN_WITH_MEANING.sub(_escaped, _lines(text)))


def code(text: str) -> Markdown:
    """A code span."""
    words = " ".join(text.split())
    fence = "`" * (1 + max(map(len, re.findall("`+", words)), default=0))
    pad = " " * (words[:1] == "`" or words[-1:] == "`")
    return Markdown(f"{fence}{pad}{words}{pad}{fence}") if words else Markdown()


def link(words: str, address: str) -> Markdown:
    """A link to an `http` URL with the words to click; only the words for any other URL."""
    if not address.startswith(("http://", "https://")):
        return plain(words)
    return Markdown(f"[{plain(words)}](<{_UNFIT.sub(_in_percent, address)}>)")


def literal_lines(text: str) -> Markdown:
    """The same as one paragraph that keeps its lines and blanks, with URLs as links.

    The paragraph must be drawn with `white-space: pre-wrap`.
    """
    lines = (marked(line.rstrip(), literal, _NOTHING) or _NOTHING for line in text.split("\n"))
    return Markdown("\n".join(lines))


def _lines(text: str) -> str:
    """Normalize line ends: readers take a carriage return for one, too."""
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
