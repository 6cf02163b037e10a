"""The head of a table that is still being written."""

import re

_HEAD = re.compile(r"[ >]*(?:(?:[-+*]|\d{1,9}[.)]) +)?\|")
"""The beginning of a table's first line, also in a quote or a list item."""
_RULE = re.compile(r"[ >]*[|:\- ]*$")
"""What has been written of the line below it, which makes it a table."""


def before_unfinished_head(text: str) -> str:
    """Return the text without a head whose delimiter row is not complete: until then its pipes would show.

    A line of pipes that turns out to be no table is returned with the line after it. `text` is outside code.
    """
    lines = text.split("\n")
    last = len(lines) - 1
    if _HEAD.match(lines[last]) and not _is_row(lines, last):
        return _up_to(lines, last)
    above = last - 1
    is_head = above >= 0 and bool(_HEAD.match(lines[above])) and not _is_row(lines, above)
    return _up_to(lines, above) if is_head and _RULE.match(lines[last]) else text


def _up_to(lines: list[str], end: int) -> str:
    return "".join(f"{line}\n" for line in lines[:end])


def _is_row(lines: list[str], at: int) -> bool:
    """Whether the line belongs to a table that has begun above: a line with pipes is above it."""
    return at > 0 and "|" in lines[at - 1]
