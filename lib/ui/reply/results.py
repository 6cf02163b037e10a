"""The results of a comparison: a table and charts, with the fastest, cheapest and longest marked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.statistics import TITLES, UNITS, Figures, Spread, best, notes, of_cells
from lib.domain.models.prices import Prices
from lib.domain.reply.wording import money
from lib.domain.text.markdown.literal import plain

if TYPE_CHECKING:
    import altair as alt

# Altair is imported when the first chart is drawn: it takes 25 MB.

MEASURES = {name: f"{title} ({UNITS[name]})" if name in UNITS else title for name, title in TITLES.items()}
"""The measured fields of `Figures`. Their titles name the unit, since tables and charts show bare numbers."""
BAR, BEST, OTHER = "#4a86f0", 1.0, 0.45
"""The bars' colour, and its opacity for the best bar and for the others; it suits both themes."""
BAR_HEIGHT = 30
_FORMATS = {"cost": "$.4~r"}
"""Number formats of charts for which two decimals will not do (d3-format)."""


def table(taken: Sequence[Figures]) -> pd.DataFrame:
    """Return a row per cell: medians, their spread if it was asked repeatedly, marks, the tokens' source."""
    is_repeated = any(one.replies > 1 for one in taken)
    return pd.DataFrame([_record(one, is_repeated=is_repeated) for one in taken])


def chart(taken: Sequence[Figures], measure: str) -> "alt.LayerChart":
    """Return one bar per cell in page order, with a line from the lowest to the highest value."""
    import altair as alt

    frame = pd.DataFrame(
        [
            {"cell": one.label, "median": spread.median, "low": spread.low, "high": spread.high}
            for one in taken
            if (spread := _measured(one, measure))
        ]
    )
    frame["is_best"] = frame["median"] == best(measure, (_measured(one, measure) for one in taken))
    title = MEASURES[measure]
    cells = alt.Chart(frame).encode(y=alt.Y("cell:N", sort=None, title=None).axis(labelLimit=150))
    strength = alt.Opacity("is_best:N", legend=None).scale(domain=[True, False], range=[BEST, OTHER])
    bars = cells.mark_bar(color=BAR, cornerRadiusEnd=3, height={"band": 0.6}).encode(
        x=alt.X("median:Q", title=None).axis(tickCount=4, grid=False),
        opacity=strength,
        tooltip=[
            alt.Tooltip("cell:N", title="Cell"),
            alt.Tooltip("median:Q", title=title, format=_FORMATS.get(measure, ",.2f")),
        ],
    )
    spreads = cells.mark_rule(strokeWidth=1.5, color="gray").encode(x="low:Q", x2="high:Q")
    return alt.LayerChart(layer=[bars, spreads], height=BAR_HEIGHT * (len(frame) + 1))


def show(comparison: Comparison, prices: Prices) -> None:
    """Draw the table and the charts if a cell has an answer."""
    taken = of_cells(comparison.compared, prices)
    if not any(one.replies for one in taken):
        return
    st.markdown("#### Figures")
    costs = {MEASURES["cost"]: st.column_config.NumberColumn(format="%.6f")}
    st.dataframe(table(taken), hide_index=True, key="comparison_table", placeholder="–", column_config=costs)
    if said := " ".join(notes(taken)):
        st.caption(plain(said))
    shown = [measure for measure in MEASURES if any(_measured(one, measure) for one in taken)]
    for start in range(0, len(shown), 2):
        for column, measure in zip(st.columns(2, gap="medium"), shown[start : start + 2], strict=False):
            with column:
                st.caption(MEASURES[measure])
                st.altair_chart(chart(taken, measure), key=f"chart_{measure}")


def _measured(one: Figures, measure: str) -> Spread | None:
    """Return a measure in the unit of its title."""
    spread = one.measured(measure)
    if spread is None or not measure.endswith("_ms"):
        return spread
    return Spread(spread.median / 1000, spread.low / 1000, spread.high / 1000)


def _short(number: float) -> str:
    return f"{number:,.2f}".removesuffix(".00")


def _record(one: Figures, *, is_repeated: bool) -> dict[str, object]:
    record: dict[str, object] = {"Cell": one.label}
    record["Mark"] = ", ".join(mark.capitalize() for mark in one.marks)
    for measure, title in MEASURES.items():
        spread = _measured(one, measure)
        is_cost = measure == "cost"
        if is_cost and not spread:
            continue
        record[title] = (spread.median if is_cost else round(spread.median, 2)) if spread else None
        if is_repeated:
            short = money if is_cost else _short
            record[f"{title}, spread"] = f"{short(spread.low)} – {short(spread.high)}" if spread else None
    record["Token source"] = one.source.value
    record["Replies"] = one.replies
    record["Not completed"] = one.others
    return record
