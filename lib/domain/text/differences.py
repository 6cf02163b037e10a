"""The differences between two texts, word by word."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_WORDS = 4000
"""Words of each text."""
_DEEPEST = 16
"""How often the stretches between matched words are compared again."""
_FEW = 40
"""Words of a stretch that are compared each with each, which takes cubic time."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of the two texts: equal, or the first text's words in place of the second's."""

    first: str
    second: str
    is_equal: bool


def differences(first: str, second: str) -> Iterator[Difference]:
    """Yield the two texts as stretches, in order: joined, they give both texts back up to `MOST_WORDS` words.

    Words that differ only in the blanks around them are equal.
    """
    ours, theirs = _words(first), _words(second)
    at, other = 0, 0
    pairs = _pairs([word.strip() for word in ours], [word.strip() for word in theirs])
    for start, other_start, size in _runs([*pairs, (len(ours), len(theirs))]):
        if start > at or other_start > other:
            yield Difference("".join(ours[at:start]), "".join(theirs[other:other_start]), is_equal=False)
        at, other = min(start + size, len(ours)), min(other_start + size, len(theirs))
        if start < at:
            yield Difference("".join(ours[start:at]), "".join(theirs[other_start:other]), is_equal=True)


def _words(text: str) -> list[str]:
    """The words, each with the blanks after it."""
    return re.findall(r"\s*\S+\s*?(?=\s|$)|\s+$", text)[:MOST_WORDS]


def _runs(pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Runs of consecutive pairs: where each begins in both texts, and its length."""
    first = 0
    for at in range(1, len(pairs) + 1):
        if at == len(pairs) or pairs[at] != (pairs[at - 1][0] + 1, pairs[at - 1][1] + 1):
            yield (*pairs[first], at - first)
            first = at


def _pairs(ours: Sequence[str], theirs: Sequence[str], depth: int = 0) -> list[tuple[int, int]]:
    """Equal words, as positions in both texts, in increasing order in both.

    Equal words at both ends are removed first; words that occur once in both texts split the rest, and the
    parts are compared in the same way. So the time grows with the words, not with their square.
    """
    head = _common(ours, theirs)
    tail = _common(ours[head:][::-1], theirs[head:][::-1])
    left, right = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    found = [(at, at) for at in range(head)]
    found += [(head + at, head + other) for at, other in _between(left, right, depth)]
    return found + [(len(ours) - at, len(theirs) - at) for at in range(tail, 0, -1)]


def _common(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """How many words they have in common at the beginning."""
    unlike = (at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other)
    return next(unlike, min(len(ours), len(theirs)))


def _between(ours: Sequence[str], theirs: Sequence[str], depth: int) -> Iterator[tuple[int, int]]:
    if max(len(ours), len(theirs)) <= _FEW:
        for block in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
            yield from ((block.a + at, block.b + at) for at in range(block.size))
        return
    anchors = _in_step(_single(ours, theirs)) if depth < _DEEPEST else []
    at = other = 0
    for place, other_place in [*anchors, (len(ours), len(theirs))] if anchors else []:
        inner = _pairs(ours[at:place], theirs[other:other_place], depth + 1)
        yield from ((at + one, other + two) for one, two in inner)
        if place < len(ours):
            yield place, other_place
        at, other = place + 1, other_place + 1


def _single(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The positions of the words that occur once in each text, in the order of the first."""
    count, other_count = Counter(ours), Counter(theirs)
    places = {word: at for at, word in enumerate(theirs)}
    yield from ((at, places[word]) for at, word in enumerate(ours) if count[word] == 1 == other_count[word])


def _in_step(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The largest set of pairs in the same order in both texts."""
    known = list(pairs)
    ends: list[int] = []
    """By chain length, the earliest position in the second text where such a chain can end."""
    last: list[int] = []
    before: list[int] = []
    for number, (_, other) in enumerate(known):
        at = bisect_left(ends, other)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1], last[at : at + 1] = [other], [number]
    chain, number = [], last[-1] if last else -1
    while number >= 0:
        chain.append(known[number])
        number = before[number]
    return chain[::-1]
