"""Classes of characters that markdown distinguishes."""

import re
import unicodedata
from functools import lru_cache

_HANGUL = "HANGUL "
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_CJK_SYMBOLS = (range(0x2E80, 0x3400), range(0x1F200, 0x1F300))
"""Ranges of wide symbols in Chinese, Japanese or Korean writing; other wide symbols are emoji."""


@lru_cache(maxsize=4096)
def is_cjk(character: str) -> bool:
    """Whether it belongs to Chinese, Japanese or Korean writing, punctuation included.

    As defined by https://github.com/tats-u/markdown-cjk-friendly: wide but not an emoji, or Hangul.
    """
    if character < "\u1100":
        return False
    width = unicodedata.east_asian_width(character)
    if width == "W" and unicodedata.category(character).startswith("S"):
        return any(ord(character) in block for block in _CJK_SYMBOLS)
    return width in "WFH" or unicodedata.name(character, "").startswith(_HANGUL)


@lru_cache(maxsize=4096)
def is_punctuation(character: str) -> bool:
    """Whether CommonMark counts it as punctuation, which includes symbols."""
    return unicodedata.category(character)[0] in "PS"


def is_space(character: str) -> bool:
    """Whether it separates words; the beginning and the end of a text (`""`) do."""
    return not character or character.isspace()


def has_right_to_left(text: str) -> bool:
    """Whether the text contains a letter of a right-to-left script."""
    return bool(_RIGHT_TO_LEFT.search(text))


def is_right_to_left(text: str) -> bool:
    """Whether the text's first letter with a direction is written from right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((each != "L" for each in directions if each in ("L", "R", "AL")), False)
