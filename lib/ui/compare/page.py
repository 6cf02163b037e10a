"""Everything around the cells: the prompt, the composer, the list of earlier comparisons."""

from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.domain.comparison.comparisons import MOST_CELLS, MOST_REPEATS, attempts, missing
from lib.domain.text.markdown.literal import Markdown, literal, md
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.ui.compare import blind, callbacks, comparison_callbacks, diff, synthesis, voting
from lib.ui.composer import message_box
from lib.ui.composer.model_picker import picker
from lib.ui.kit import buttons, figures
from lib.ui.reply import attachments, question, results
from lib.ui.share import keeping
from lib.ui.shell import sidebar
from lib.ui.shell.lists.rows import Action, Group, Row
from lib.ui.state.comparison import comparison as comparison_state
from lib.ui.state.comparison import new_comparisons
from lib.ui.state.comparison.comparison import OPEN, ComparisonState
from lib.ui.state.pages import DECKS_PAGE
from lib.ui.state.person import library
from lib.ui.state.session import Session

LIST = "comparisons_list"

_button = partial(buttons.button, kind="tertiary")


def show_sidebar(state: ComparisonState) -> None:
    """Draw the sidebar of the compare page: a new comparison, and the earlier ones."""
    with sidebar.place():
        buttons.button(
            _("New comparison"), "new_comparison", "add", comparison_callbacks.start_new, width="stretch"
        )
    listed = [
        Row(summary.id, summary.title or _("New comparison"))
        for summary in library().comparisons.latest(comparison_state.LISTED)
    ]
    sidebar.show_groups(
        LIST,
        [Group(_("Comparisons"), listed, f"./compare?{OPEN}=", comparison_callbacks.open_listed)],
        state.comparison.id,
        list_name=_("Comparisons"),
        empty=_("Your comparisons will be listed here."),
        actions=(Action.RENAME, Action.DELETE),
        act=comparison_callbacks.act,
    )


def show_prompt(state: ComparisonState, tab: Session) -> None:
    """Draw the question that all cells were asked, or an invitation before the first one."""
    if asked := state.comparison.question:
        _show_way_back(state)
        with (
            st.container(key="prompt_row", horizontal_alignment="right"),
            st.container(key="bubble-prompt", width="content"),
        ):
            question.show(asked)
        return
    # One element, like the prompt: a different number would move the cells while they stream.
    st.caption(
        _("Choose two to eight models, then ask once: they answer side by side, each with its figures.")
    )
    if tab.connection.needs_key:
        st.info(md(_("Comparing needs an API key. {}"), tab.first_steps), icon=":material/key:")


def _show_way_back(state: ComparisonState) -> None:
    """Draw a link from a row of a deck's run back to the run."""
    if run_id := state.comparison.deck_run_id:
        st.page_link(
            DECKS_PAGE,
            label=_("Back to the run"),
            icon=":material/arrow_back:",
            query_params={"run": run_id},
        )


def show_composer(state: ComparisonState, tab: Session) -> DeltaGenerator:
    """Draw the composer that sends to all cells, one box; return the slot below its text."""
    is_draft = state.comparison.prompt is None
    placeholder = _("Ask all models") if is_draft else _("Ask all of them something more")
    with st.bottom:  # with a message box at the top level the page would scroll along with the longest answer
        with st.container(key="tray"):
            attachments.show_waiting(state.draft, callbacks.detach)
        message_box.show(
            tab,
            state.draft,
            comparison_state.BOX,
            placeholder,
            callbacks.submit,
            subject=state.comparison.id,
            question=state.cells[0].last_question() if state.cells else None,
            has_models=not state.is_hidden,  # what a blind page has not, nobody finds in it
        )
        with st.container(key="composer"):
            slot = st.empty()
    with _row(slot):
        _show_refusals(state, tab)
        if is_draft:
            _show_setup(state)
        elif state.following or state.repeating:
            buttons.button(_("Stop all"), "stop_all", "stop", comparison_callbacks.stop_all, kind="primary")
            _show_progress(state)
        else:
            _show_repeats(state)
    return slot


def _row(slot: DeltaGenerator) -> DeltaGenerator:
    return slot.container(horizontal=True, vertical_alignment="center", gap="small")


def _show_setup(state: ComparisonState) -> None:
    """Draw what a comparison without a question consists of: its models, and how they are asked."""
    cells = state.comparison.cells
    chosen = [cell.model for cell in cells if cell.model] if state.is_chosen else []
    picker.show_several(comparison_state.MODELS_PICKED, chosen)
    swept = new_comparisons.swept(state.comparison, is_chosen=state.is_chosen)
    is_full, is_too_much = len(cells) >= MOST_CELLS, len(swept) > MOST_CELLS
    _button(_("Add a model"), "add_cell", "add", comparison_callbacks.add_cell, disabled=is_full)
    _button(
        _("Several temperatures"),
        "sweep",
        "device_thermostat",
        comparison_callbacks.sweep,
        disabled=is_too_much,
    )
    _show_repeats(state)


def _show_refusals(state: ComparisonState, tab: Session) -> None:
    """Warn about models that have refused images before."""
    place = st.empty()  # always, and first: what a blind page may not say would stand there while it streams
    if state.is_hidden:
        return
    refuses = app.get().engine.refuses_images
    models = dict.fromkeys(cell.model for cell in state.comparison.cells)
    if names := [model for model in models if model and refuses(tab.connection, model)]:
        place.caption(
            md(_(":material/hide_image: {}: refused images before."), ", ".join(names)), width="content"
        )


def _show_repeats(state: ComparisonState) -> None:
    """Draw how each question is asked, and the expected tokens and cost."""
    is_open = not (state.is_blind or state.is_hidden)
    with st.container(
        key="how_asked", horizontal=True, vertical_alignment="center", gap="small", width="content"
    ):
        blind.show_switch(state)
        if is_open:
            _show_count(state)
    if not is_open:
        return
    cells = state.comparison.compared
    if state.comparison.prompt is None:
        count, about = len(cells) * state.repeats, figures.about(state.expected(""))
        _show_below(md(ngettext("{} answer: {}", "{} answers: {}", count), count, about))
    elif lacking := sum(missing(cell, state.repeats) for cell in cells):
        _button(_("Ask {} more").format(lacking), "repeat", "repeat", callbacks.repeat)
        _show_below(literal(figures.about(state.expected(None))))


def _show_count(state: ComparisonState) -> None:
    """Draw how many answers each question gets."""
    with st.container(
        key="answers_each", horizontal=True, vertical_alignment="center", gap="small", width="content"
    ):
        st.number_input(
            _("Answers from each model"),
            1,
            MOST_REPEATS,
            state.repeats,
            key=comparison_state.REPEATS,
            label_visibility="collapsed",
            width=84,
        )
        st.caption(ngettext("answer from each", "answers from each", state.repeats), width="content")


def _show_below(line: Markdown) -> None:
    """Draw a quiet line below the box."""
    with st.container(key="below"):
        st.caption(line)


def _show_progress(state: ComparisonState) -> None:
    """Draw how many of the wanted answers have arrived."""
    if state.repeats > 1:
        wanted = sum(max(state.repeats, len(attempts(cell))) for cell in state.comparison.cells)
        there = sum(len(attempts(cell)) for cell in state.comparison.cells) - len(state.following)
        st.progress(there / wanted, text=md(_("{} of {} answers"), there, wanted), width=260)


def show_ended(state: ComparisonState, tab: Session, slot: DeltaGenerator) -> None:
    """Draw what is below the message box and the cells once no reply runs."""
    if state.comparison.prompt is None:
        keeping.show_example()
        return
    if state.following:
        with _row(slot):
            _show_repeats(state)
            _show_refusals(state, tab)
    voting.show(state)
    if state.is_hidden:
        return
    results.show(replace(state.comparison, cells=state.cells), state.prices, winners=voting.winners(state))
    answered = [cell for cell in state.cells if cell.path() and cell.path()[-1].content]
    if len(answered) > 1:
        diff.show(answered, state.labels)
        synthesis.show(state, tab)
