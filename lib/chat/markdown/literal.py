"""Text as markdown that Streamlit shows as it is, whatever signs are in it."""

import re

from lib.chat.markdown.links import marked
from lib.chat.markdown.readers import DIRECTIVE_NAME, PAGE

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


def plain(text: str) -> str:
    """A name or a sentence within markdown of ours: every sign that may mean something is escaped."""
    return _ANY_SIGN.sub(_escaped, text)


def literal(text: str) -> str:
    """A text that stands alone: only what means something where it stands is escaped."""
    return _SIGN_WITH_MEANING.sub(_escaped, text)


def literal_lines(text: str) -> str:
    """The same as one paragraph whose lines stay lines and keep their blanks, its addresses links.

    The paragraph has to be drawn with its white space (`white-space: pre-wrap`).
    """
    return "\n".join(marked(line.rstrip(), literal, _NOTHING) or _NOTHING for line in text.split("\n"))


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
