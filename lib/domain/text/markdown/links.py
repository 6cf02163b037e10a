"""URLs: where a link may lead, and bare URLs in a text."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lib.domain.text.markdown.characters import is_cjk

START = r"(?<![A-Za-z0-9])(?:https?://|www\.)(?=[^\s.])"
"""The beginning of a bare URL."""
_START = re.compile(START, re.I)
_ASCII_END = re.compile(r"[\s<>\"`\[\]|\\^*\x00-\x1f\x7f]|'(?![A-Za-z0-9])|[^\x00-\x7f]|$")
"""Characters that end a URL, and those that need a closer look."""
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")
_ICON = re.compile(r":(?:[\w+-]+:|material/)")
_TRAILING = "?!.,:;_~'"
"""Characters that end a sentence rather than a URL."""
_ALLOWED = re.compile(r"https?://|mailto:|tel:", re.I)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|#|//", re.I)


def is_allowed(target: str) -> bool:
    """Whether a link may lead there: not into a link's own text, a file, a script or this app."""
    return bool(_ALLOWED.match(target))


def is_address(target: str) -> bool:
    """Whether it is meant as a URL, allowed or not; `f[i](x)` contains none."""
    return bool(_ADDRESS.match(target))


@dataclass(frozen=True, slots=True)
class BareLink:
    """A URL in the text."""

    words: str
    """The URL as it is written."""
    target: str
    end: int
    """Where the text continues after it."""

    def markdown(self, before: str, nothing: str = "") -> str:
        """The URL in brackets, so that every reader ends it here; `before` is the character before it.

        `nothing` separates it from an exclamation mark, which makes images, and breaks up icon names.
        """
        is_plain = self.words == self.target and not (nothing and self.holds_icon)
        if is_plain or (before == "!" and not nothing):
            return f"<{self.target}>"
        words = _SIGN.sub(r"\\\g<0>", self.words).replace(r"\:", rf"\:{nothing}")
        return f"{nothing * (before == '!')}[{words}](<{self.target}>)"

    @property
    def holds_icon(self) -> bool:
        """Whether part of it reads like the name of an icon or emoji."""
        return bool(_ICON.search(self.words))


def bare_link(text: str, at: int, limit: int | None = None) -> BareLink | None:
    """The URL that begins at `at`, before `limit`.

    It ends before white space, quotes and brackets, except a pair of round ones, and before the sentence's
    punctuation, as in GitHub's markdown; also before Chinese, Japanese and Korean, which continue without a
    blank. A domain or path in these scripts is cut there.
    """
    limit = len(text) if limit is None else limit
    start = _START.match(text, at, limit)
    if not start:
        return None
    end = start.end()
    while (stop := _ASCII_END.search(text, end, limit)) and _is_letter(stop[0]):
        end = stop.end()
    end = _without_trailing(text, at, stop.start() if stop else limit)
    words = text[at:end]
    if end <= start.end() or (start[0].lower() == "www." and "." not in words[4:]):
        return None
    return BareLink(words, words if start[0].lower() != "www." else f"http://{words}", end)


def with_links(text: str) -> Iterator[str | BareLink]:
    """Split the text into its URLs and what is between them."""
    at = 0
    for start in _START.finditer(text):
        link = bare_link(text, start.start()) if start.start() >= at else None
        if link:
            yield from (text[at : start.start()], link)
            at = link.end
    yield text[at:]


def marked(text: str, between: Callable[[str], str], nothing: str = "") -> str:
    """The text as markdown: URLs in brackets, and everything else passed through `between`."""
    pieces: list[str] = []
    for piece in with_links(text):
        before = pieces[-1][-1:] if pieces else ""
        pieces.append(between(piece) if isinstance(piece, str) else piece.markdown(before, nothing))
    return "".join(pieces)


def _is_letter(character: str) -> bool:
    """Whether a URL may continue with it: a letter or digit of a script that puts blanks between words."""
    is_word = bool(character) and unicodedata.category(character)[0] in "LMN"
    return is_word and not character.isascii() and not is_cjk(character)


def _without_trailing(text: str, at: int, end: int) -> int:
    """The end without the sentence's punctuation and without an unmatched closing bracket."""
    unopened = text.count(")", at, end) - text.count("(", at, end)
    while end > at:
        if text[end - 1] == ")" and unopened > 0:
            unopened -= 1
        elif text[end - 1] not in _TRAILING:
            return end
        end -= 1
    return end
