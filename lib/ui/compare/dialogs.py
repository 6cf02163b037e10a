"""The dialogs of the compare page."""

from collections.abc import Callable

import streamlit as st

from lib.domain.people.grants import GrantKind
from lib.domain.text.markdown.literal import md
from lib.ui.compare import audience, callbacks, cell_callbacks, comparison_callbacks
from lib.ui.kit import figures
from lib.ui.reply import inspector
from lib.ui.share import grants, reports
from lib.ui.state import panel, session
from lib.ui.state.comparison.comparison import ComparisonState, held

DELETE_COMPARISON, REPORT_COMPARISON = "Delete comparison", "Report"


def show(state: ComparisonState) -> None:
    """Draw the open dialog, if there is one."""
    if state.pending is not None:
        _ask_first(state)
    elif draw := _PANELS.get(panel.held().name or ""):
        draw()


@st.dialog("Run this?", on_dismiss=callbacks.withdraw)
def _ask_first(state: ComparisonState) -> None:
    about = figures.about(state.expected(state.pending.text if state.pending else None))
    each = "one answer" if state.repeats == 1 else f"{state.repeats} answers"
    st.markdown(
        md("{} cells with {} each will take about **{}**.", len(state.comparison.cells), each, about[2:])
    )
    if st.button("Run", key="confirm_run", type="primary", on_click=callbacks.confirm):
        st.rerun()


@st.dialog("Delete this comparison?", on_dismiss=panel.close)
def _delete() -> None:
    title = held().comparison.title
    st.markdown(md("“{}” will be deleted permanently, with every answer in it.", title))
    if st.button("Delete", key="confirm_delete", type="primary", on_click=comparison_callbacks.delete):
        st.rerun()


@st.dialog("Inspect a reply", width="large", icon=":material/frame_inspect:", on_dismiss=panel.close)
def _inspect() -> None:
    state = held()
    if (cell := state.cell(panel.held().subject or "")) and not state.is_hidden:
        inspector.show(cell, session.held().connection)


def _report() -> None:
    reports.open_comparison(held().comparison, panel.close)


def _share() -> None:
    shown = held().comparison
    grants.open_dialog(GrantKind.COMPARISON, shown.id, shown.title, panel.close)


_PANELS: dict[str, Callable[[], None]] = {
    DELETE_COMPARISON: _delete,
    REPORT_COMPARISON: _report,
    grants.SHARE: _share,
    cell_callbacks.INSPECT_CELL: _inspect,
    audience.PANEL: audience.show_dialog,
}
