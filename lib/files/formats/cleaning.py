"""Removes from a text what nobody reads: control characters, and files embedded as base64."""

import re
from dataclasses import dataclass

from lib.domain.text.sentences import Sentence, sentence

MOST_CONTROLS, MOST_CONTROLS_OF_OLD = 0.1, 0.02
"""The largest share of control characters in a text (NULs in a row count as one). Bytes that are not UTF-8
must have fewer, since the bytes of any file are letters in some old encoding."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])")
"""Terminal colours and cursor movements (ECMA-48), and window titles."""
_CONTROLS = re.compile(r"[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+")
# Only from this many characters on: a small icon may stay, and so may a key that people ask about.
_DATA_URI = re.compile(
    r"data:([\w.+-]{1,80}/[\w.+-]{1,80})?(?:;[\w=.-]{1,80}){0,8};base64,[A-Za-z0-9+/\\%_-]{500,}={0,2}"
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/\\])[A-Za-z0-9+/\\]{1000,}={0,2}")
_BASE64_LINES = re.compile(
    r"^(?<![A-Za-z0-9+/]{60}\n)(?<![A-Za-z0-9+/]{60}\r\n)"  # at the first line of them only
    r"(?:[ \t]{0,8}[A-Za-z0-9+/]{60,120}\r?\n){100,}(?:[ \t]{0,8}[A-Za-z0-9+/]{1,120}={0,2}$)?",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text, and what was removed from it, a sentence each."""

    text: str
    notes: tuple[Sentence, ...] = ()


def is_text(text: str, *, is_old: bool) -> bool:
    """Whether the text has few enough control characters; `is_old` if it was in an old encoding."""
    shown = re.sub("\0+", "\0", _ANSI.sub("", text).replace("\b", ""))
    kept = len(_CONTROLS.sub("", shown))
    return len(shown) - kept <= max(1, (MOST_CONTROLS_OF_OLD if is_old else MOST_CONTROLS) * kept)


def without_controls(text: str) -> Cleaned:
    """The text as a terminal shows it: without colour codes and NULs, with overtyped characters replaced."""
    if not _CONTROLS.search(text):
        return Cleaned(text)
    plain, codes = _ANSI.subn("", text)
    if "\b" in plain:
        plain = "".join(map(_typed, re.split(r"([\r\n])", plain)))
    shown = _CONTROLS.sub("", plain)
    controls = len(plain) - len(shown)
    notes = []
    if codes:
        notes.append(sentence("colour_codes", count=codes))
    if controls:
        notes.append(sentence("control_characters", count=controls))
    return Cleaned(shown, tuple(notes))


def _typed(line: str) -> str:
    """The line after its backspaces are applied."""
    kept: list[str] = []
    for character in line:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)


def without_files(text: str) -> Cleaned:
    """The text with a few words in place of each file that is embedded as base64."""
    sizes: list[int] = []

    def left_out(match: re.Match[str]) -> str:
        is_uri = match.re is _DATA_URI
        body = match[0].rpartition("base64,")[2] if is_uri else match[0]
        if not is_uri and not _is_base64(body):
            return match[0]
        sizes.append(len(body) * 3 // 4)
        kind = (is_uri and match[1]) or "base64"
        return f"[{kind}, {size_words(sizes[-1])}, left out]"

    for pattern in (_DATA_URI, _BASE64, _BASE64_LINES):
        text = pattern.sub(left_out, text)
    if not sizes:
        return Cleaned(text)
    return Cleaned(text, (sentence("embedded_files", count=len(sizes), size=size_words(sum(sizes))),))


def _is_base64(run: str) -> bool:
    """Whether it has letters of both cases and digits, as files do; genes and long numbers do not."""
    start = run[:200]
    return all(re.search(kind, start) for kind in ("[a-z]", "[A-Z]", "[0-9]"))


def size_words(size: int) -> str:
    """A size in bytes, in words."""
    return f"{size / 10**6:.1f} MB" if size >= 10**6 else f"{max(1, round(size / 1000)):,} kB"
