"""The dialogs of the compare page."""

from collections.abc import Callable

import streamlit as st

from lib.domain.people.grants import GrantKind
from lib.domain.text.markdown.literal import md
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.ui.compare import audience, callbacks, cell_callbacks, comparison_callbacks
from lib.ui.kit import dialogs as kit_dialogs
from lib.ui.kit import figures
from lib.ui.reply import inspector
from lib.ui.share import grants, reports
from lib.ui.state import panel, session
from lib.ui.state.comparison.comparison import ComparisonState, held
from lib.ui.state.person import library

DELETE_COMPARISON, REPORT_COMPARISON = "Delete comparison", "Report"


def show(state: ComparisonState) -> None:
    """Draw the open dialog, if there is one."""
    if state.pending is not None:
        _ask_first(state)
    elif draw := _PANELS.get(panel.held().name or ""):
        draw()


def _ask_first(state: ComparisonState) -> None:
    kit_dialogs.open(_("Ask this?"), _show_expected, state, on_dismiss=callbacks.withdraw)


def _show_expected(state: ComparisonState) -> None:
    about = figures.about(state.expected(state.pending.text if state.pending else None))
    count = len(state.comparison.cells) * state.repeats
    said = ngettext("{} answer will take about **{}**.", "{} answers will take about **{}**.", count)
    st.markdown(md(said, count, about[2:]))
    if kit_dialogs.show_buttons(_("Ask"), "confirm_run", callbacks.confirm, cancel=callbacks.withdraw):
        st.rerun()


def _rename() -> None:
    panel.show(_("Rename this comparison"), _show_rename)


def _show_rename() -> None:
    comparison_id = panel.held().subject or held().comparison.id
    comparison = library().comparisons.get(comparison_id)
    title = comparison.title if comparison else ""
    kit_dialogs.show_rename(title, comparison_callbacks.rename, comparison_id, cancel=panel.close)


def _delete() -> None:
    kit_dialogs.open(_("Delete this comparison?"), _show_delete, on_dismiss=panel.close)


def _show_delete() -> None:
    title = held().comparison.title
    st.markdown(md(_("“{}” will be deleted, with every answer in it."), title))
    if kit_dialogs.show_buttons(
        _("Delete"),
        "confirm_delete",
        comparison_callbacks.delete,
        held().comparison.id,
        cancel=panel.close,
        destroys=True,
    ):
        st.rerun()


def _inspect() -> None:
    title, icon = _("Inspect a reply"), "frame_inspect"
    kit_dialogs.open(title, _show_inspected, on_dismiss=panel.close, width="large", icon=icon)


def _show_inspected() -> None:
    state = held()
    if (cell := state.cell(panel.held().subject or "")) and not state.is_hidden:
        inspector.show(cell, session.held().connection)


def _report() -> None:
    reports.open_comparison(held().comparison, panel.close)


def _share() -> None:
    shown = held().comparison
    grants.open_dialog(GrantKind.COMPARISON, shown.id, shown.title, panel.close)


_PANELS: dict[str, Callable[[], None]] = {
    comparison_callbacks.RENAME: _rename,
    DELETE_COMPARISON: _delete,
    REPORT_COMPARISON: _report,
    grants.SHARE: _share,
    cell_callbacks.INSPECT_CELL: _inspect,
    audience.PANEL: audience.show_dialog,
}
