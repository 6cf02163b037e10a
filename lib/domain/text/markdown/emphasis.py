"""Where a run of `*` or `~` may open or close emphasis, also beside Chinese, Japanese and Korean.

CommonMark looks at the neighbouring characters: after punctuation a run closes only before white space or
more punctuation, so the stars of `**“重点”**内容` stay stars. These scripts put no blanks between words. With
them on either side a run may do both, as https://github.com/tats-u/markdown-cjk-friendly amends the rules.
Underscores are unchanged: they do not split words.
"""

from dataclasses import dataclass

from lib.domain.text.markdown.characters import is_cjk, is_punctuation, is_space


@dataclass(frozen=True, slots=True)
class Flanks:
    """Whether a run may open or close emphasis."""

    opens: bool
    closes: bool


def is_free(before: str, after: str) -> bool:
    """Whether a run may open and close because it is beside Chinese, Japanese or Korean.

    `before` is the two characters before it, `after` the one after it; `""` is the text's end.
    """
    if is_space(before[-1:]) or is_space(after):
        return False
    return is_cjk(after) or _is_cjk_before(before)


def is_beside_emoji(before: str, after: str) -> bool:
    """Whether a run is beside a symbol that Streamlit's reader takes for a letter."""
    if is_space(before) or is_space(after):
        return False
    return any(each > "\uffff" and is_punctuation(each) for each in (before, after))


def _is_cjk_before(before: str) -> bool:
    """Whether the last character is in these scripts; a variation selector may follow it."""
    last, base = before[-1], before[:-1]
    if "\ufe00" <= last <= "\ufe0e" and not is_space(base):
        return is_cjk(base) or (last == "\ufe01" and base in "‘’“”")
    return is_cjk(last) or "\U000e0100" <= last <= "\U000e01ef"


def flanks(before: str, after: str) -> Flanks:
    """What a run between these two characters may do according to CommonMark; `""` is the text's end.

    Streamlit's reader takes characters beyond the first 65,536 of Unicode for letters.
    """
    if is_space(before) or is_space(after):
        return Flanks(not is_space(after), not is_space(before))
    is_sign_before = before <= "\uffff" and is_punctuation(before)
    is_sign_after = after <= "\uffff" and is_punctuation(after)
    return Flanks(is_sign_before or not is_sign_after, is_sign_after or not is_sign_before)
