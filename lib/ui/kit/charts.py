"""Charts in the theme's colours."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from lib.domain.reply.timeline import RUNS, TITLES, Step, StepKind
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext

if TYPE_CHECKING:
    import altair as alt

# Altair is imported when the first chart is drawn: it takes 25 MB.

UNTIL_HEADERS, UNTIL_TOKEN = mark("Until headers"), mark("Until first token")
THINNEST = 0.004
"""The least width of a bar, as a share of the chart's: a step of no duration must be visible too."""

LANE, AXIS = 26, 50
"""Height in pixels of each bar, and of the axis below them."""


def show_timeline(steps: Sequence[Step]) -> None:
    """Draw a reply's phases as bars and all its steps as a table."""
    bars = pd.DataFrame(_bars(steps), columns=["phase", "from", "to"])
    if len(bars):
        bars["end"] = bars["to"].clip(lower=bars["from"] + bars["to"].max() * THINNEST)
        st.altair_chart(
            _chart(bars), key="timeline_chart", alt=_("The phases of the reply, as bars over time")
        )
    st.dataframe(
        pd.DataFrame([_row(step) for step in steps]),
        hide_index=True,
        key="timeline",
        column_config={
            "at": st.column_config.NumberColumn(_("At (ms)"), format="%.0f", width=80),
            "lasted": st.column_config.NumberColumn(_("Lasted (ms)"), format="%.0f", width=100),
            "what": st.column_config.Column(_("What"), width=140),
            "detail": st.column_config.Column(_("Detail")),
        },
        placeholder="",
    )


def _chart(bars: pd.DataFrame) -> "alt.Chart":
    import altair as alt

    phases = list(dict.fromkeys(bars["phase"]))
    colour = alt.condition(
        alt.datum.phase == _(TITLES[StepKind.STALL]), alt.value("#d97706"), alt.value("#5b8def")
    )
    chart: alt.Chart = (
        alt.Chart(bars, height=LANE * len(phases) + AXIS)
        .mark_bar(height=12, cornerRadius=3)
        .encode(
            x=alt.X("from:Q", title=_("Seconds"), axis=alt.Axis(tickCount=6)),
            x2="end:Q",
            y=alt.Y("phase:N", sort=phases, title=None, axis=alt.Axis(labelLimit=200, labelOverlap=False)),
            color=colour,
            tooltip=[
                alt.Tooltip("phase:N", title=_("What")),
                alt.Tooltip("from:Q", title=_("From (s)"), format=".3f"),
                alt.Tooltip("to:Q", title=_("To (s)"), format=".3f"),
            ],
        )
    )
    return chart


def _bars(steps: Sequence[Step]) -> Iterator[tuple[str, float, float]]:
    """Yield the phases that have a duration (waits, runs of text and thinking, stalls), in seconds."""
    waits_since: tuple[str, float] | None = None
    for step in steps:
        is_run = step.kind in RUNS
        if waits_since and (is_run or step.kind not in (StepKind.SERVED, StepKind.CHANGED)):
            yield _(waits_since[0]), waits_since[1] / 1000, step.at_ms / 1000
            waits_since = None
        if step.kind is StepKind.SENT:
            waits_since = UNTIL_HEADERS, step.at_ms
        elif step.kind is StepKind.HEADERS:
            waits_since = UNTIL_TOKEN, step.at_ms
        elif is_run or step.kind is StepKind.STALL:
            yield _(TITLES[step.kind]), step.at_ms / 1000, step.until_ms / 1000


def _row(step: Step) -> dict[str, object]:
    lasts = step.kind in RUNS or step.kind is StepKind.STALL
    return {
        "at": step.at_ms,
        "lasted": step.until_ms - step.at_ms if lasts else None,
        "what": _(TITLES[step.kind]),
        "detail": _detail(step),
    }


def _detail(step: Step) -> str:
    if step.kind not in RUNS:
        return step.detail
    pieces = ngettext("{} piece, {} characters", "{} pieces, {} characters", step.pieces)
    pieces = pieces.format(formats.number(step.pieces), formats.number(step.characters))
    first = _("first token") if step.is_first_token else ""
    return " · ".join(filter(None, (step.detail, first, pieces)))
