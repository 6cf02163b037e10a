"""What was measured, and the table of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

TUTORIAL = "tutorial"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity; smaller is better."""

    what: str
    unit: str
    ours: float
    goal: float | None = None
    """At most this."""
    share: float | None = None
    """At most this much of what the tutorial's app takes."""
    others: Mapping[str, float] = field(default_factory=dict)
    """The same of other apps, by name."""

    @property
    def ratio(self) -> float | None:
        """Ours in terms of the tutorial's app."""
        tutorial = self.others.get(TUTORIAL)
        return self.ours / tutorial if tutorial else None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; `None` without a goal. What could not be measured is not met."""
        if self.goal is not None:
            return self.ours <= self.goal
        if self.share is not None:
            return self.ratio is not None and self.ratio <= self.share
        return None


def table(figures: Sequence[Figure]) -> str:
    """All figures as one markdown table, aligned."""
    names = list(dict.fromkeys([TUTORIAL, *(name for figure in figures for name in figure.others)]))
    rows = [["what", "goal", "ours", *names, "ratio", "met"], *(_row(figure, names) for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join(_line(row, widths) for row in rows)


def _row(figure: Figure, names: Sequence[str]) -> list[str]:
    others = [_number(figure.others.get(name)) for name in names]
    met = {True: "yes", False: "NO", None: ""}[figure.is_met]
    return [
        f"{figure.what}, {figure.unit}" if figure.unit else figure.what,
        _goal(figure),
        _number(figure.ours),
        *others,
        _number(figure.ratio),
        met,
    ]


def _goal(figure: Figure) -> str:
    if figure.share is not None:
        return f"<= {figure.share:g} x"
    return "" if figure.goal is None else f"<= {figure.goal:g}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    what, *rest = (
        cell.ljust(width) if at == 0 else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return f"| {' | '.join([what, *rest])} |"
