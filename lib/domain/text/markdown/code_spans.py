"""Finds the ends of code spans within a paragraph."""

import re
from bisect import bisect_left

_TICKS = re.compile("`+")


class CodeSpans:
    """The code spans of one text: a run of backticks ends at the next run of the same length."""

    def __init__(self, text: str) -> None:
        self._runs: dict[int, list[int]] = {}
        for run in _TICKS.finditer(text):
            self._runs.setdefault(len(run[0]), []).append(run.start())
        self.widest = max(self._runs, default=0)
        """The length of the longest run."""

    def end(self, start: int, after: int) -> int:
        """The end of the span whose backticks are from `start` to `after`; `after` if they open none."""
        width = after - start
        starts = self._runs.get(width, [])
        following = bisect_left(starts, after)
        return starts[following] + width if following < len(starts) else after


def without_code(text: str) -> str:
    """The text without its code spans."""
    if "`" not in text:
        return text
    spans, pieces, at = CodeSpans(text), list[str](), 0
    while ticks := _TICKS.search(text, at):
        end = spans.end(ticks.start(), ticks.end())
        pieces.append(text[at : ticks.start() if end > ticks.end() else end])
        at = end
    return "".join([*pieces, text[at:]])
