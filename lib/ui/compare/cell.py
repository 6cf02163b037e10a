"""One cell of a comparison: its model, question, answer, figures and actions."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lib.domain.comparison.colours import colours_of
from lib.domain.comparison.comparisons import FEWEST_CELLS, is_synthesis
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.reply.reply import Reply
from lib.domain.reply.usage import estimate_prompt
from lib.domain.text.markdown.literal import md, plain
from lib.i18n.translation import gettext as _
from lib.ui.compare import blind, callbacks, cell_callbacks, comparison_callbacks, voting
from lib.ui.composer import parameters
from lib.ui.composer.model_picker import picker
from lib.ui.kit import buttons
from lib.ui.reply import badges, remedies
from lib.ui.reply import cell as cell_view
from lib.ui.reply.cell import Cell, CellRenderers
from lib.ui.reply.remedies import RemedyCallbacks
from lib.ui.state.comparison import comparison as comparison_state
from lib.ui.state.comparison.comparison import ComparisonState
from lib.ui.state.session import Session

LONGEST_LABEL = 18
"""Characters of a cell's name that always fit; a longer name also gets a tooltip."""


def cells_of(state: ComparisonState) -> list[Cell]:
    """Return the cells in their current state, in the order of the page."""
    colours, labels, winners = colours_of(state.cells), state.labels, voting.winners(state)
    return [
        replace(_cell_of(state, cell, labels[cell.id]), colour=colours[cell.id], is_winner=cell.id in winners)
        for cell in state.cells
    ]


def _cell_of(state: ComparisonState, cell: Conversation, label: str) -> Cell:
    if not cell.messages:
        return Cell(cell.id, label, ())
    *before, last = cell.path()
    tape = state.following.get(cell.id)
    return Cell(
        cell.id,
        label,
        [last],
        tape=tape,
        is_followed=tape is not None,
        is_live=True,
        prompt_tokens=estimate_prompt(cell.prompt(last.id), cell.prompt_image_tokens(last.id)),
        before=before,
        model=cell.model,
        prices=state.prices,
        is_hidden=state.is_hidden,
        is_repeating=cell.id in state.repeating,
        count=sum(message.reply is not None for message in cell.messages.values()),
    )


def parts_of(state: ComparisonState, tab: Session) -> CellRenderers:
    """Return what the compare page draws in each cell, and the actions there."""

    def conversation(shown: Cell) -> Conversation:
        return next(cell for cell in state.comparison.cells if cell.id == shown.id)

    return CellRenderers(
        head=lambda shown: _show_head(state, tab, conversation(shown), shown.label),
        asked=lambda shown: _show_asked(state, conversation(shown), shown.before),
        running=_show_stop,
        ended=lambda shown: _show_actions(state, conversation(shown)),
        remedy=lambda shown, error: remedies.show(
            tab, [shown.answer[-1]], _remedy_callbacks(shown.id), error
        ),
    )


def _show_head(state: ComparisonState, tab: Session, cell: Conversation, label: str) -> None:
    if state.is_hidden:
        # No container: one in the same place would keep the old pickers until the run ends.
        st.markdown(md("**{}**", label))
        return
    is_draft = state.comparison.prompt is None
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"cellhead-{cell.id}"):
        if is_draft:
            picker.show(cell, tab, comparison_state.prefix_of(cell), only_text=True)
        else:
            _show_name(label)
        with parameters.popover(f"settings-{cell.id}", md(_("Settings of {}"), label)) as popover:
            if popover.open:
                _show_settings(state, tab, cell)
        if is_draft and len(state.comparison.cells) > FEWEST_CELLS:
            buttons.show_icon("close", _("Remove"), cell_callbacks.remove, cell.id)
    if is_draft and (settings := label.partition(" · ")[2]):  # below: beside them a picker has no room
        st.caption(plain(settings))


def _show_name(label: str) -> None:
    """Draw the cell's name on one line; a long one loses its provider prefix and gets a tooltip."""
    model, _, settings = label.partition(" · ")
    is_long = len(label) > LONGEST_LABEL
    shown = model.rpartition("/")[2] if is_long else model
    st.markdown(md("**{}**", shown), width="stretch", help=plain(label) if is_long else None)
    if settings:
        st.caption(plain(settings), width="content")


def _show_settings(state: ComparisonState, tab: Session, cell: Conversation) -> None:
    if state.comparison.prompt is not None:
        picker.show(cell, tab, comparison_state.prefix_of(cell), only_text=True)
    parameters.show(state.structure(cell), tab.connection)


def _show_asked(state: ComparisonState, cell: Conversation, said: Sequence[Message]) -> None:
    """Draw a cell's last question, and collapse the earlier messages, so that the answer is in view."""
    *earlier, asked = said
    if state.is_hidden:  # earlier figures and names would give it away
        if earlier:
            cell_view.show_said(asked, "bubble")
    elif earlier:
        label = md(_("Earlier ({})"), len(earlier) // 2)
        cell_view.show_folded(label, f"earlier-{cell.id}", earlier, "bubble")
        cell_view.show_said(asked, "bubble")
    elif is_synthesis(cell):
        cell_view.show_folded(md(_("What it was asked")), f"task-{cell.id}", [asked])
    elif asked.content != state.comparison.prompt:
        cell_view.show_said(asked, "bubble")


def _show_stop(shown: Cell) -> None:
    buttons.button(
        _("Stop"), f"stop-{shown.id}", "stop_circle", cell_callbacks.stop, shown.id, kind="tertiary"
    )
    if not shown.is_hidden:
        _show_inspect(shown.id, key=f"running-{shown.id}")  # the same run draws another one at the end


def _show_actions(state: ComparisonState, cell: Conversation) -> None:
    """Draw the actions on an answer that has ended."""
    if state.is_hidden:
        blind.show_controls(state, cell)
        return
    message = cell.path()[-1]
    reply = message.reply or Reply()
    buttons.show_icon("refresh", _("Retry: another version"), callbacks.retry, cell.id)
    if reply.text:
        buttons.show_icon("content_copy", _("Copy"), cell_callbacks.copy, cell.id)
        buttons.show_icon("forum", _("Continue in chat"), cell_callbacks.take_over, cell.id)
    _show_inspect(cell.id, key=cell.id)
    _show_versions(cell, message)
    badges.show_other_model(reply)


def _show_inspect(cell_id: str, key: str) -> None:
    buttons.show_icon("frame_inspect", _("Inspect"), cell_callbacks.inspect, cell_id, key=key)


def _remedy_callbacks(cell_id: str) -> RemedyCallbacks:
    """Return the remedies for an error in a cell."""
    return RemedyCallbacks(
        try_again=lambda _: callbacks.retry(cell_id),
        ask_model=lambda _, model: callbacks.ask_model(cell_id, model),
        new=comparison_callbacks.start_new,
        new_label=_("New comparison"),
        edit=None,
        continue_reply=None,
    )


def _show_versions(cell: Conversation, message: Message) -> None:
    """Draw arrows to the other versions of the last answer, if there are any."""
    versions = [version.id for version in cell.versions(message.id)]
    buttons.show_versions(versions, message.id, cell_callbacks.show_version, cell.id, key=cell.id)
