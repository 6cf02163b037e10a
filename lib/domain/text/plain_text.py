"""Markdown as plain text: for a line of a list, where nothing is drawn."""

import re

_FENCE = re.compile(r"^\s*(?:```|~~~)[^\n]*$", re.M)
_RULE = re.compile(r"^[\s|:+=_*-]*(?:-{3,}|={3,}|_{3,}|\*{3,})[\s|:+=_*-]*$", re.M)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s[^)\n]*)?\)")
_BEGIN = re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-+*]\s+)+", re.M)
_MARKS = re.compile(r"\*+|`+|~~")
_UNDERLINES = re.compile(r"(?<![^\W_])_+(?=\w)|(?<=[^\W_])_+(?![^\W_])")
"""Those around words; one within a name, as in `read_csv`, belongs to it."""


def plain_text(markdown: str) -> str:
    """The words of some lines of markdown, in one line."""
    text = _RULE.sub(" ", _FENCE.sub(" ", markdown))
    text = _BEGIN.sub("", _LINK.sub(r"\1", text))
    text = _UNDERLINES.sub("", _MARKS.sub("", text))
    return " ".join(text.replace("|", " ").split())
