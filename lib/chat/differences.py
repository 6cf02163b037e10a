"""What two texts do not have in common, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_WORDS = 4000
"""Of each text; the time to compare grows with the product of the two lengths."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of the two texts: equal, or what the first has where the second has something else."""

    first: str
    second: str
    is_equal: bool


def differences(first: str, second: str) -> Iterator[Difference]:
    """The two texts as stretches, in order: joined, they give both texts back up to `MOST_WORDS` words.

    Words that differ in nothing but the blanks around them are equal.
    """
    ours, theirs = _words(first), _words(second)
    matcher = SequenceMatcher(None, [w.strip() for w in ours], [w.strip() for w in theirs], autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        yield Difference(
            "".join(ours[start:end]), "".join(theirs[other_start:other_end]), is_equal=kind == "equal"
        )


def _words(text: str) -> list[str]:
    """The words with the blanks that follow them."""
    return re.findall(r"\s*\S+\s*?(?=\s|$)|\s+$", text)[:MOST_WORDS]
