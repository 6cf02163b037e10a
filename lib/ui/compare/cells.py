"""The cells of a comparison, side by side: each with its model, its figures, and what it says."""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.conversation.conversations import Conversation
from lib.domain.reply.usage import estimate_prompt
from lib.domain.text.markdown.literal import Markdown
from lib.engine.live import LiveTape
from lib.ui.compare import audience
from lib.ui.compare.cell import Slots, show_cell, show_ended
from lib.ui.kit import figures, grid
from lib.ui.reply.watched_cells import LIVE_SECONDS
from lib.ui.state import comparison as comparison_state
from lib.ui.state import widgets
from lib.ui.state.comparison import ComparisonState
from lib.ui.state.session import Session


def show(state: ComparisonState, tab: Session) -> list[Slots]:
    """Draw the cells; running replies stream, each on a thread of its own. Returns those cells' slots."""
    cells, named = state.cells, state.labels
    running = []
    for cell, box in zip(cells, grid.boxes([cell.id for cell in cells]), strict=True):
        with box:
            slots = show_cell(state, tab, cell, named[cell.id])
        if slots:
            running.append(slots)
    return running


def watch(state: ComparisonState, tab: Session, running: list[Slots]) -> None:
    """Keep the figures of running cells moving; returns when every reply has ended.

    The texts stream beside this on threads of their own, which may draw nothing but their text.
    """
    live = {slots.cell.id: _Live(state, slots.cell, state.following[slots.cell.id]) for slots in running}
    while live or state.repeating:
        comparison_state.take_prices(state, tab)
        for slots in running:
            if reply := live.get(slots.cell.id):
                if not state.is_hidden:
                    slots.figures.caption(reply.figures())
                if reply.tape.is_closed:
                    comparison_state.settle(slots.cell, reply.tape)
                    del live[slots.cell.id]
                    show_ended(slots)
        audience.count(state)
        if comparison_state.is_outrun(state):
            st.rerun()
        if live:
            next(iter(live.values())).tape.wait_closed(LIVE_SECONDS)
        else:
            app.get().engine.repeats.wait(LIVE_SECONDS)
        widgets.still_here()


class _Live:
    """The figures of a reply while it runs."""

    def __init__(self, state: ComparisonState, cell: Conversation, tape: LiveTape) -> None:
        self.tape, self._now = tape, state
        self._message = cell.messages[tape.reply_id]
        prompt, image_tokens = cell.prompt(tape.reply_id), cell.prompt_image_tokens(tape.reply_id)
        self._prompt_tokens = estimate_prompt(prompt, image_tokens)

    def figures(self) -> Markdown:
        """The lines over its cell."""
        elapsed = datetime.now(UTC) - self._message.created_at
        asked = self._message.reply.model_requested if self._message.reply else None
        reply = self.tape.so_far(self._prompt_tokens, elapsed.total_seconds() * 1000)
        reply = replace(reply, model_requested=asked)
        return figures.running(reply, figures.cost(reply, self._now.prices))
