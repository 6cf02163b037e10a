"""The setup of a deck's next run: its models, its expected cost, and the confirmations before it."""

import streamlit as st

from lib.domain.comparison import deck_runs as values
from lib.domain.comparison.deck_runs import FEWEST_COLUMNS, MOST_COLUMNS
from lib.domain.comparison.decks import Deck
from lib.domain.conversation.conversations import Conversation
from lib.domain.text.markdown.literal import literal, md
from lib.i18n.translation import gettext as _
from lib.ui.composer.model_picker import picker
from lib.ui.decks import callbacks, run_callbacks
from lib.ui.decks.run import estimated
from lib.ui.kit import buttons, dialogs
from lib.ui.state import choices
from lib.ui.state.comparison import comparison as comparison_state
from lib.ui.state.comparison.decks import DecksState
from lib.ui.state.session import Session


def show(state: DecksState, deck: Deck, tab: Session) -> None:
    """Draw the models of the next run, and its expected tokens and cost."""
    cells = state.chosen.cells
    with st.container(border=True, key="run_setup"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_models"):
            for cell in cells:
                _show_choice(cell, tab, is_only=len(cells) <= FEWEST_COLUMNS)
            is_full = len(cells) >= MOST_COLUMNS
            buttons.button(_("Add a model"), "add_column", "add", run_callbacks.add_model, disabled=is_full)
        draft, rows = values.of(deck.id, deck, cells, now=deck.updated_at, new_id=str)
        is_ready = bool(rows) and not tab.connection.needs_key and all(cell.model for cell in cells)
        with st.container(horizontal=True, vertical_alignment="center", key="run_start"):
            buttons.button(
                _("Run"),
                "run_deck",
                "play_arrow",
                run_callbacks.run,
                disabled=not is_ready,
                kind="primary",
            )
            if rows:
                st.caption(
                    estimated(run_callbacks.expected(draft, tab), len(rows) * len(cells)), width="content"
                )
            else:
                st.caption(_("Write a prompt, then run the prompt set with these models."), width="content")
    if tab.connection.needs_key:
        needed = md(_("Running a prompt set needs an API key."))
        st.info(md(" ").join([needed, tab.first_steps]), icon=":material/key:")


def _show_choice(cell: Conversation, tab: Session, *, is_only: bool) -> None:
    prefix = comparison_state.prefix_of(cell)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xxsmall", width=250, key=f"cellhead-{cell.id}"
    ):
        picker.show(cell, tab, prefix, only_text=True)
        with st.popover(
            buttons.unseen(_("Settings of this model")),
            icon=":material/tune:",
            type="tertiary",
            key=f"settings-{cell.id}",
            on_change="rerun",
        ) as popover:
            if popover.open:
                choices.show(cell, prefix)
                st.caption(_("A system prompt here replaces those of the prompt set and its prompts."))
        buttons.show_icon(
            "close", _("Remove this model"), run_callbacks.remove_model, cell.id, disabled=is_only
        )


def show_question(state: DecksState, tab: Session) -> None:
    """Draw the confirmation before many tokens are used or something is deleted."""
    match state.to_confirm:
        case callbacks.DELETE_DECK:
            sentence = _("This prompt set will be deleted. Its runs stay.")
            dialogs.open(_("Delete this prompt set?"), _ask_delete, sentence, on_dismiss=callbacks.withdraw)
        case callbacks.DELETE_RUN:
            sentence = _("This run will be deleted, with every answer in it.")
            dialogs.open(_("Delete this run?"), _ask_delete, sentence, on_dismiss=callbacks.withdraw)
        case run_callbacks.RUN | run_callbacks.RESUME:
            dialogs.open(_("Run this?"), _ask_run, state, tab, on_dismiss=callbacks.withdraw)


def _ask_delete(sentence: str) -> None:
    st.markdown(literal(sentence))
    if dialogs.show_buttons(
        _("Delete"), "confirm_delete", callbacks.delete, cancel=callbacks.withdraw, destroys=True
    ):
        st.rerun()


def _ask_run(state: DecksState, tab: Session) -> None:
    if state.run:
        gaps = run_callbacks.missing(state.run)
        words = estimated(run_callbacks.expected(state.run, tab, gaps), len(gaps))
    elif state.deck:
        cells = state.chosen.cells
        draft, rows = values.of(state.deck.id, state.deck, cells, now=state.deck.updated_at, new_id=str)
        words = estimated(run_callbacks.expected(draft, tab), len(rows) * len(cells))
    else:
        return
    st.markdown(md(_("This is expensive: **{}**."), words))
    if dialogs.show_buttons(_("Run"), "confirm_run", run_callbacks.confirm, cancel=callbacks.withdraw):
        st.rerun()
