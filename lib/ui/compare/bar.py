"""The bar that stays on top of the compare page: the comparison's title, and what can be done with it."""

from collections.abc import Callable
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.domain.text.markdown.literal import md
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.compare import audience, comparison_callbacks, dialogs, voting
from lib.ui.kit import buttons
from lib.ui.share import grants, keeping, recording_callbacks
from lib.ui.shell import sidebar
from lib.ui.state import panel, widgets
from lib.ui.state.comparison.comparison import ComparisonState

MENU = "comparison_menu"
LABELS = {
    grants.SHARE: mark("Share with people here"),
    comparison_callbacks.RENAME: mark("Rename"),
    dialogs.DELETE_COMPARISON: mark("Delete"),
}
"""What the menu offers, by the dialog that it opens."""


def show(state: ComparisonState) -> DeltaGenerator:
    """Draw the bar as it is while replies run; return the place of what can be done once they have ended."""
    sidebar.leave_title()
    title = state.comparison.title or _("Compare models")
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(md("# {}", title))
        place = st.empty()
        audience.show(state)
        _show_menu(state)
    _show_actions(state, place, is_running=True)
    return place


def show_ended(state: ComparisonState, place: DeltaGenerator) -> None:
    """Draw what can be done with a comparison whose replies have ended, in its place on the bar."""
    _show_actions(state, place, is_running=False)


def _is_kept(state: ComparisonState) -> bool:
    """Return whether there is something to work with: a question that is not temporary."""
    cells = state.comparison.cells
    return state.comparison.prompt is not None and not any(cell.is_temporary for cell in cells)


def _show_actions(state: ComparisonState, place: DeltaGenerator, *, is_running: bool) -> None:
    """Draw the same buttons in both states, so that none moves: while replies run, some are disabled."""

    def button(
        label: str,
        key: str,
        icon: str,
        action: Callable[[str], None],
        subject: str,
        kind: Literal["primary", "tertiary"] = "tertiary",
    ) -> None:
        key = f"waiting_{key}" if is_running else key  # one run draws both
        buttons.button(label, key, icon, action, subject, kind=kind, disabled=is_running)

    if not _is_kept(state):
        return
    comparison = state.comparison
    with place.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        if state.round and state.round.is_open:
            label = _("Reveal") if state.round.is_blind else _("Show the result")
            button(label, "reveal", "visibility", voting.reveal, state.round.id, "primary")
        if not state.is_hidden:
            button(_("Report"), "report", "summarize", panel.open_panel, dialogs.REPORT_COMPARISON)
        keeping.show_present(comparison)
        if not state.is_hidden:
            keep = recording_callbacks.keep_comparison
            button(_("Keep"), "keep", "radio_button_checked", keep, comparison.id)


def _show_menu(state: ComparisonState) -> None:
    """Draw the menu of what is rarely needed, if there is anything in it."""
    offered = [grants.SHARE] if grants.is_offered() else []
    if not state.comparison.deck_run_id:  # a row of a run is deleted with its run
        offered += [comparison_callbacks.RENAME, dialogs.DELETE_COMPARISON]
    if offered and _is_kept(state) and not state.is_hidden:
        buttons.menu(
            offered,
            MENU,
            _open_chosen,
            named=lambda dialog: _(LABELS[dialog]),
            destroys=dialogs.DELETE_COMPARISON,
        )


def _open_chosen() -> None:
    panel.open_panel(widgets.text(MENU))
