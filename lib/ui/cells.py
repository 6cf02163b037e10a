"""The cells of a comparison, side by side: each with its model, its figures, and what it says."""

from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.chat.tape import Content, Reasoning
from lib.chat.usage import estimate_tokens
from lib.engine.live import LiveTape
from lib.ui import audience, comparing
from lib.ui.cell import Slots, show_cell, show_ended
from lib.ui.comparing import Comparing
from lib.ui.frames import still_here

CELLS_PER_ROW = (1, 1, 2, 3, 4, 3, 3, 4, 4, 3)
"""How many stand side by side, by the number of cells."""
LIVE_SECONDS = 0.5
"""How often the figures of a running reply are drawn."""


def show(now: Comparing, models: list[str]) -> list[Slots]:
    """Draw the cells; running replies stream, each on a thread of its own. Returns those cells' slots."""
    cells, named = now.cells, now.labels
    width = CELLS_PER_ROW[min(len(cells), len(CELLS_PER_ROW) - 1)]
    running = []
    for start in range(0, len(cells), width):
        with st.container(key=f"cells-{start}"):
            columns = st.columns(width, gap="small")
        for column, cell in zip(columns, cells[start : start + width], strict=False):
            with column, st.container(border=True, height="stretch", key=f"cell-{cell.id}"):
                slots = show_cell(now, cell, named[cell.id], models)
            if slots:
                running.append(slots)
    return running


def watch(now: Comparing, running: list[Slots]) -> None:
    """Keep the figures of running cells moving; returns when every reply has ended.

    The texts stream beside this on threads of their own, which may draw nothing but their text.
    """
    live = {slots.cell.id: _Live(now.following[slots.cell.id]) for slots in running}
    while live or now.repeating:
        for slots in running:
            if reply := live.get(slots.cell.id):
                if not now.is_hidden:
                    slots.figures.caption(reply.figures())
                if reply.tape.is_closed:
                    comparing.settle(slots.cell, reply.tape)
                    del live[slots.cell.id]
                    show_ended(now, slots)
        audience.count(now)
        if comparing.is_outrun(now):
            st.rerun()
        if live:
            next(iter(live.values())).tape.wait_closed(LIVE_SECONDS)
        else:
            app.get().engine.repeats.wait(LIVE_SECONDS)
        still_here()


class _Live:
    """The figures of a reply while it runs, counted as it grows."""

    def __init__(self, tape: LiveTape) -> None:
        self.tape, self._seen, self._tokens = tape, 0, 0
        self._started = datetime.now(UTC)

    def figures(self) -> str:
        events = self.tape.events[self._seen :]
        self._seen += len(events)
        self._tokens += estimate_tokens("".join(e.text for e in events if isinstance(e, Content | Reasoning)))
        elapsed = (datetime.now(UTC) - self._started).total_seconds()
        return f"{elapsed:.1f} s · ≈ {self._tokens:,} tokens"
