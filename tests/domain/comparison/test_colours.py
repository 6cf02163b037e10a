"""Colours of cells: distinct, readable on both backgrounds, and by place."""

from datetime import UTC, datetime
from itertools import combinations

import pytest

from lib.domain.comparison.colours import DARK, LIGHT, colour, colours_of, style
from lib.domain.comparison.comparisons import MOST_CELLS
from lib.domain.conversation.conversations import Conversation

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def linear(colour: str) -> list[float]:
    """Red, green and blue without their gamma, by WCAG's formula."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    red, green, blue = (0.2126, 0.7152, 0.0722)
    light = [r * red + g * green + b * blue for r, g, b in (linear(one), linear(other))]
    return (max(light) + 0.05) / (min(light) + 0.05)


def lab(colour: str) -> tuple[float, float, float]:
    """CIE 1976 L*a*b*, in which a distance of about 2 is just seen."""
    r, g, b = linear(colour)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize(("palette", "background"), [(LIGHT, "#ffffff"), (DARK, "#15181d")])
def test_each_colour_is_seen_on_its_background_and_told_from_the_others(
    palette: tuple[str, ...], background: str
) -> None:
    assert len(palette) > MOST_CELLS, "a synthesis is one cell more"
    assert all(contrast(each, background) >= 3 for each in palette)
    for one, other in combinations(palette, 2):
        distance = sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5
        assert distance > 20, (one, other)


def test_cells_have_the_colours_of_their_places() -> None:
    cells = [Conversation(name, "", NOW, NOW, "model") for name in "abcdefghij"]
    assert list(colours_of(cells).values()) == [*range(9), 0]
    assert colour(10) == 1
    assert f"--cell-8: light-dark({LIGHT[8]}, {DARK[8]});" in style()
