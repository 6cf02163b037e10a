"""Text that may be printed: nothing in it steers a terminal, or shows words in another order than they have.

Letters written from right to left need none of this: they have their direction in themselves, and the marks
for what stands between them (U+200E, U+200F, U+061C) stay.
"""

import re

_STEERING = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tabs and ends of lines; embeddings, overrides and isolates of a direction."""


def printable(text: str) -> str:
    """The text without what steers. A sequence of a terminal loses its first character, and is words then."""
    return _STEERING.sub("", text)


def printable_json(text: str) -> str:
    """JSON that says the same, with escapes in place of what steers."""
    return _STEERING.sub(lambda steering: f"\\u{ord(steering[0]):04x}", text)
