"""A colour for each cell of a comparison: the same wherever the cell is shown, by its place on the page.

Not by its model: in a blind round, the place is all that may be seen of a cell.
"""

from collections.abc import Iterable

from lib.domain.conversation.conversations import Conversation

LIGHT = (
    *("#1f5fd0", "#b4540a", "#0f766e", "#8b3fb8", "#c81e5b"),
    *("#66700a", "#0b86ad", "#7b3f21", "#5b6573"),
)
"""The colours on white, in the order in which cells get them. Each has a contrast of at least 3:1."""
DARK = (
    *("#7aa8ff", "#f0a35e", "#4cc2b1", "#c79bea", "#ff7597"),
    *("#c5c84e", "#58d0f5", "#cf9d83", "#a3adba"),
)
"""The same colours on the dark theme's background."""


def colours_of(cells: Iterable[Conversation]) -> dict[str, int]:
    """The index of each cell's colour, by the cell's id; `cells` are in the order of the page."""
    return {cell.id: colour(place) for place, cell in enumerate(cells)}


def colour(place: int) -> int:
    """The index of the colour at a place on the page, counted from 0. After the last one they repeat."""
    return place % len(LIGHT)


def style() -> str:
    """CSS that declares the colours as `--cell-0`, `--cell-1`, and so on, for either colour scheme."""
    pairs = enumerate(zip(LIGHT, DARK, strict=True))
    declared = [f"--cell-{at}: light-dark({light}, {dark});" for at, (light, dark) in pairs]
    return f":root {{ {' '.join(declared)} }}\n"
