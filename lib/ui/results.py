"""What a comparison measured: a table and charts, the fastest and the longest marked."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from lib.chat.comparisons import CellFigures, Comparison, Spread, figures
from lib.chat.usage import Source

MEASURES = {
    "ttft_ms": "First token (s)",
    "total_ms": "Total time (s)",
    "tokens_per_second": "Tokens/s",
    "completion_tokens": "Tokens",
}
"""The measured fields of `CellFigures`, each with its title."""
BEST, OTHER = "#2f6fe0", "#9fb4d6"
"""Colours of bars that can be read on a light and on a dark page."""
BAR_HEIGHT = 30


def table(taken: Sequence[CellFigures]) -> pd.DataFrame:
    """A row a cell: medians, their spread where a cell was asked several times, marks, the tokens' source."""
    is_repeated = any(one.replies > 1 for one in taken)
    return pd.DataFrame([_record(one, is_repeated=is_repeated) for one in taken])


def chart(taken: Sequence[CellFigures], measure: str) -> alt.LayerChart:
    """Bars of one measure, a cell each in the order of the page; a line from the lowest to the highest."""
    frame = pd.DataFrame(
        [
            {"cell": one.label, "median": spread.median, "low": spread.low, "high": spread.high}
            for one in taken
            if (spread := _measured(one, measure))
        ]
    )
    best = frame["median"].min() if measure.endswith("_ms") else frame["median"].max()
    frame["is_best"] = frame["median"] == best
    title = MEASURES[measure]
    cells = alt.Chart(frame).encode(y=alt.Y("cell:N", sort=None, title=None))
    colour = alt.Color("is_best:N", legend=None).scale(domain=[True, False], range=[BEST, OTHER])
    bars = cells.mark_bar(cornerRadiusEnd=3, height={"band": 0.6}).encode(
        x=alt.X("median:Q", title=None).axis(tickCount=4, grid=False),
        color=colour,
        tooltip=[alt.Tooltip("cell:N", title="Cell"), alt.Tooltip("median:Q", title=title, format=",.2f")],
    )
    spreads = cells.mark_rule(strokeWidth=1.5, color="gray").encode(x="low:Q", x2="high:Q")
    return alt.LayerChart(layer=[bars, spreads], height=BAR_HEIGHT * (len(frame) + 1))


def show(comparison: Comparison) -> None:
    """Draw the table and the charts, once a cell has an answer."""
    taken = figures(comparison.compared)
    if not any(one.replies for one in taken):
        return
    st.markdown("#### Figures")
    st.dataframe(table(taken), hide_index=True, key="comparison_table", placeholder="–")
    estimated = sum(one.source is Source.ESTIMATED for one in taken)
    if estimated:
        st.caption(
            f"≈ Tokens of {estimated} of {len(taken)} cells are estimated: the gateway did not report them."
        )
    shown = [measure for measure in MEASURES if any(_measured(one, measure) for one in taken)]
    for start in range(0, len(shown), 2):
        for column, measure in zip(st.columns(2, gap="medium"), shown[start : start + 2], strict=False):
            with column:
                st.caption(MEASURES[measure])
                st.altair_chart(chart(taken, measure), key=f"chart_{measure}")


def _measured(one: CellFigures, measure: str) -> Spread | None:
    """A measure in the unit of its title."""
    spread: Spread | None = getattr(one, measure)
    if spread is None or not measure.endswith("_ms"):
        return spread
    return Spread(spread.median / 1000, spread.low / 1000, spread.high / 1000)


def _short(number: float) -> str:
    return f"{number:,.2f}".removesuffix(".00")


def _record(one: CellFigures, *, is_repeated: bool) -> dict[str, object]:
    record: dict[str, object] = {"Cell": one.label}
    marks = [mark for mark, is_so in (("Fastest", one.is_fastest), ("Longest", one.is_longest)) if is_so]
    record["Mark"] = ", ".join(marks)
    for measure, title in MEASURES.items():
        spread = _measured(one, measure)
        record[title] = round(spread.median, 2) if spread else None
        if is_repeated:
            record[f"{title}, spread"] = f"{_short(spread.low)} – {_short(spread.high)}" if spread else None
    record["Token source"] = one.source.value
    record["Replies"] = one.replies
    record["Not completed"] = one.others
    return record
