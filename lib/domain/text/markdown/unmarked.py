"""Markdown as the words that one reads: for a line of a grid, or where two answers are compared."""

import re

_FENCE = re.compile(r"[ \t]{0,3}(?:`{3,}|~{3,})[^\n`]*$", re.M)
_BEGINNING = re.compile(
    r"^[ \t]*(?:[-*_][ \t]*){3,}$"
    r"|^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*(?::?-+:?)?[ \t]*$"
    r"|^[ \t]{0,8}(?:>[ \t]?){0,8}(?:\#{1,6}[ \t]+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?)?",
    re.M,
)
"""Lines that are only a rule, and what stands before a line's words: quotes, headings, bullets."""
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}(?:\s\"[^\"\n]{0,300}\")?\)")
_EMPHASIS = re.compile(
    r"(?<![\\\w])(\*{1,3}|_{1,3}|~~)(?=\S)([^\n*_~]{1,400}?)(?<=\S)\1(?!\w)|\*\*(?=\S)|(?<=\S)\*\*"
)
_CODE = re.compile(r"(`{1,2})(?!`)([^`\n]{1,400})\1(?!`)")
_PIPES = re.compile(r"[ \t]*\|[ \t]*")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def unmarked(text: str) -> str:
    """The text without the signs of markdown; its lines stay."""
    text = _FENCE.sub("", text)
    lines = [_without_pipes(line) for line in _BEGINNING.sub("", text).split("\n")]
    words = _LINK.sub(r"\1", "\n".join(lines))
    words = _EMPHASIS.sub(lambda found: found[2] or "", words)
    return _ESCAPE.sub(r"\1", _CODE.sub(r"\2", words)).strip("\n")


def beginning(text: str, characters: int) -> str:
    """The first words of a markdown text on one line; `…` stands for the rest."""
    words = " ".join(unmarked(text[: 4 * characters]).split())
    if len(words) <= characters:
        return words
    cut = words[: characters - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def _without_pipes(line: str) -> str:
    """A table's row as its words, parted by blanks."""
    is_row = line.lstrip().startswith("|") and line.rstrip().endswith("|")
    return _PIPES.sub("  ", line).strip() if is_row else line
