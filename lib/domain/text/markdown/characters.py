"""What kind of character one is, where markdown makes a difference."""

import re
import unicodedata
from functools import lru_cache

_HANGUL = "HANGUL "
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_CJK_SYMBOLS = (range(0x2E80, 0x3400), range(0x1F200, 0x1F300))
"""Where wide symbols are of Chinese, Japanese or Korean writing; elsewhere they are emoji."""


@lru_cache(maxsize=4096)
def is_cjk(character: str) -> bool:
    """Whether it belongs to Chinese, Japanese or Korean writing, punctuation included.

    As https://github.com/tats-u/markdown-cjk-friendly has it: wide, but no emoji, or Hangul.
    """
    if character < "\u1100":
        return False
    width = unicodedata.east_asian_width(character)
    if width == "W" and unicodedata.category(character).startswith("S"):
        return any(ord(character) in block for block in _CJK_SYMBOLS)
    return width in "WFH" or unicodedata.name(character, "").startswith(_HANGUL)


@lru_cache(maxsize=4096)
def is_punctuation(character: str) -> bool:
    """Whether CommonMark counts it as punctuation: symbols are too."""
    return unicodedata.category(character)[0] in "PS"


def is_space(character: str) -> bool:
    """Whether it parts words; the beginning and the end of a text (`""`) do."""
    return not character or character.isspace()


def has_right_to_left(text: str) -> bool:
    """Whether any letter in the text is written from right to left."""
    return bool(_RIGHT_TO_LEFT.search(text))


def is_right_to_left(text: str) -> bool:
    """Whether the first letter in the text that has a direction is written from right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((each != "L" for each in directions if each in ("L", "R", "AL")), False)
