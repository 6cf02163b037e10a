"""What people thought of a comparison's answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TIE, ALL_BAD = "tie", "all_bad"
"""What a vote may be besides a cell's id."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes on a comparison, counted; nobody's name is in it."""

    choices: Mapping[str, int] = field(default_factory=dict)
    """How often each choice was made: a cell's id, `TIE` or `ALL_BAD`."""
    up: Mapping[str, int] = field(default_factory=dict)
    """Thumbs up, by the cell's id."""
    down: Mapping[str, int] = field(default_factory=dict)
