"""One answer merged from all answers of a comparison, in its own cell."""

import streamlit as st

from lib.domain.comparison.comparisons import MOST_CELLS
from lib.i18n.translation import gettext as _
from lib.ui.compare import callbacks
from lib.ui.composer.model_picker import picker
from lib.ui.kit import buttons
from lib.ui.state.comparison import comparison as comparison_state
from lib.ui.state.comparison.comparison import ComparisonState
from lib.ui.state.session import Session


def show(state: ComparisonState, tab: Session) -> None:
    """Draw the form that asks a model to merge the answers, collapsed."""
    with st.expander(
        _("Merge the answers"), icon=":material/merge:", key="synthesis", on_change="rerun"
    ) as box:
        if box.open:
            _show_synthesis(state, tab)


def _show_synthesis(state: ComparisonState, tab: Session) -> None:
    st.caption(
        _("A model merges the last answers into one, beside them. It does not learn which model wrote which.")
    )
    models = tab.models_for_cells
    chosen = models[0] if models else None
    model = picker.show_one(comparison_state.MERGER, chosen, only_text=True)
    buttons.button(
        _("Merge"),
        "synthesise",
        "merge",
        callbacks.synthesise,
        model or "",
        kind="primary",
        disabled=not model or len(state.comparison.cells) > MOST_CELLS,
    )
