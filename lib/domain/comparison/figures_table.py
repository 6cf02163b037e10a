"""The figures of a comparison as one table with bars: the same HTML on a page and in a report."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from lib.domain.comparison.colours import colour
from lib.domain.comparison.statistics import MARKS, TITLES, Figures, Spread
from lib.domain.reply.usage import Source
from lib.domain.reply.wording import UNKNOWN, about, measured
from lib.i18n import formats
from lib.i18n.translation import gettext as _

STYLE = Path(__file__).with_suffix(".css").read_text("utf-8")
"""Styles of the table. They need the colours of `colours.style()`."""


def html(figures: Sequence[Figures], winners: Collection[int] = (), *, title: str = "") -> str:
    """The table as HTML in which every text is escaped.

    A row for each of `figures`, in the order of the page, which is the order of their colours. `winners` are
    the places of those that people chose; `title` stands over the first column, for which `Model` is usual.
    """
    measures = [name for name in TITLES if name != "cost" or any(one.cost for one in figures)]
    has_answers = any(one.replies > 1 or one.others for one in figures)
    longest = {name: _longest(figures, name) for name in measures}
    heads = [title or _("Model"), *(_(TITLES[name]) for name in measures)]
    if has_answers:
        heads.append(_("Answers"))
    rows = [
        _row(one, place, longest, is_winner=place in winners, has_answers=has_answers)
        for place, one in enumerate(figures)
    ]
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    return (
        f'<div class="figures" role="region" aria-label="{escape(_("Figures"))}" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def spread(measure: str, found: Spread | None, *, source: Source = Source.REPORTED) -> str:
    """The median, and the range if there is one; a dash if it is unknown."""
    return " ".join(filter(None, _in_words(measure, found, source)))


def _in_words(measure: str, found: Spread | None, source: Source) -> tuple[str, str]:
    """The median and the range, each as words. The sign for an estimate is not for times."""
    if found is None:
        return UNKNOWN, ""
    median = ("" if measure.endswith("_ms") else about(source)) + measured(measure, found.median)
    low, high = measured(measure, found.low), measured(measure, found.high)
    return median, f"({low} – {high})" if low != high else ""


def answers(one: Figures) -> str:
    """How many answers the figures are of, and how many did not finish."""
    finished = formats.number(one.replies)
    return (
        _("{} ({} did not finish)").format(finished, formats.number(one.others)) if one.others else finished
    )


def _longest(figures: Sequence[Figures], measure: str) -> float:
    found = (one.measured(measure) for one in figures)
    return max((each.median for each in found if each), default=0.0) or 1.0


def _row(
    one: Figures, place: int, longest: Mapping[str, float], *, is_winner: bool, has_answers: bool
) -> str:
    won = f' <span class="mark">{escape(_("Winner"))}</span>' if is_winner else ""
    name = f'<th scope="row"><i class="dot"></i>{escape(one.label)}{won}</th>'
    last = f"<td>{escape(answers(one))}</td>" if has_answers else ""
    kind = ' class="winner"' if is_winner else ""
    cells = "".join(_cells(one, longest))
    return f'<tr{kind} style="--cell: var(--cell-{colour(place)})">{name}{cells}{last}</tr>'


def _cells(one: Figures, longest: Mapping[str, float]) -> Iterator[str]:
    for measure, most in longest.items():
        found = one.measured(measure)
        median, between = _in_words(measure, found, one.source)
        said = f"<b>{escape(median)}</b>"
        if measure in one.marks:
            said += f' <span class="mark">{escape(_(MARKS[measure]))}</span>'
        if between:
            said += f" <small>{escape(between)}</small>"
        bar = f'<i class="bar" style="width: {100 * found.median / most:.2f}%"></i>' if found else ""
        yield f"<td>{said}{bar}</td>"
