"""Text that may be printed: it cannot control a terminal, or show words in another order than they have.

Right-to-left letters are unaffected: they carry their own direction, and the marks for what stands between
them (U+200E, U+200F, U+061C) stay.
"""

import re

_STEERING = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters except tabs and line ends; bidirectional embeddings, overrides and isolates."""


def printable(text: str) -> str:
    """The text without them. A terminal sequence loses its first character and becomes plain words."""
    return _STEERING.sub("", text)


def printable_json(text: str) -> str:
    """Equivalent JSON with escapes in place of them."""
    return _STEERING.sub(lambda steering: f"\\u{ord(steering[0]):04x}", text)
