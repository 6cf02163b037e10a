"""How sound the words of a text are. A wrong encoding gives words that mix scripts, cases and symbols."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_SCRIPTS = {
    **{name: name for name in ("LATIN", "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI")},
    **dict.fromkeys(("FEMININE", "MASCULINE", "MICRO"), "LATIN"),  # ª, º and µ
    **dict.fromkeys(
        ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HALFWIDTH", "FULLWIDTH", "IDEOGRAPHIC"),
        "EAST ASIAN",
    ),
    **dict.fromkeys(("HANGUL", "BOPOMOFO"), "EAST ASIAN"),
}
"""Scripts by the first word of their letters' Unicode names."""
_WORD = re.compile(r"[^\s!-@\[-`{-\x7f–—’‘“”«»„‚…·•¿¡]+")
_SIGNS = "°€£§©®±×№"


def soundness(text: str) -> float:
    """The share of the non-ASCII characters that are in plausible words."""
    sound = every = 0
    for word in _words(text):
        foreign = sum(character > "\x7f" for character in word)
        every += foreign
        sound += foreign * _is_sound(word)
    return sound / every if every else 1.0


def _words(text: str) -> Iterator[str]:
    return (match[0] for match in _WORD.finditer(text) if not match[0].isascii())


def _is_sound(word: str) -> bool:
    scripts = {_script(letter) for letter in word if letter.isalpha()}
    if "EAST ASIAN" in scripts:
        return scripts <= {"EAST ASIAN", "LATIN"} and not any(map(_is_no_character, word))
    if "" in scripts or len(scripts) > 1:
        return False
    cased = "".join(letter for letter in word if letter.lower() != letter.upper())
    if cased and not (cased.isupper() or cased[1:].islower() or len(cased) == 1):
        return False
    return not any(_is_no_character(each) or _is_stray(each, bool(scripts)) for each in word)


@lru_cache(4096)
def _script(letter: str) -> str:
    return _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0], "")


def _is_no_character(character: str) -> bool:
    return unicodedata.category(character)[0] == "C"


def _is_stray(character: str, is_in_word: bool) -> bool:
    """A symbol inside a word, or one that is hardly ever written."""
    is_sign = character > "\x7f" and unicodedata.category(character)[0] == "S"
    return is_sign and (is_in_word or character not in _SIGNS)
