"""The cells of a comparison, side by side: each with its model, its figures, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.chat.comparisons import FEWEST_CELLS, labels
from lib.chat.conversations import Conversation
from lib.chat.messages import Message
from lib.chat.reply import Reply
from lib.chat.tape import Content, Reasoning
from lib.chat.usage import estimate_tokens
from lib.engine.live import LiveTape
from lib.ui import answer, cell_actions, choices, comparing, figures, remarks
from lib.ui.comparing import Comparing
from lib.ui.frames import still_here
from lib.ui.labels import plain

CELLS_PER_ROW = (1, 1, 2, 3, 4, 3, 3, 4, 4, 3)
"""How many stand side by side, by the number of cells."""
LIVE_SECONDS = 0.5
"""How often the figures of a running reply are drawn."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The places of a cell that change when its reply ends."""

    cell: Conversation
    figures: DeltaGenerator
    controls: DeltaGenerator
    outcome: DeltaGenerator


def show(now: Comparing, models: list[str]) -> list[Slots]:
    """Draw the cells; running replies stream, each on a thread of its own. Returns those cells' slots."""
    cells = now.comparison.cells
    named = dict(zip((cell.id for cell in cells), labels(cells), strict=True))
    width = CELLS_PER_ROW[min(len(cells), len(CELLS_PER_ROW) - 1)]
    running = []
    for start in range(0, len(cells), width):
        with st.container(key=f"cells-{start}"):
            columns = st.columns(width, gap="small")
        for column, cell in zip(columns, cells[start : start + width], strict=False):
            with column, st.container(border=True, height="stretch", key=f"cell-{cell.id}"):
                _show_head(now, cell, named[cell.id], models)
                slots = _show_talk(now, cell) if cell.messages else None
            if slots and cell.id in now.following:
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
                slots.figures.caption(reply.figures())
                if reply.tape.is_closed:
                    comparing.settle(slots.cell, reply.tape)
                    del live[slots.cell.id]
                    _show_ended(slots)
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


def _show_head(now: Comparing, cell: Conversation, label: str, models: list[str]) -> None:
    is_draft = now.comparison.prompt is None
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"cellhead-{cell.id}"):
        if is_draft:
            choices.show_model(cell, models, comparing.of(cell), width=0)
        else:
            st.markdown(f"**{plain(label)}**", width="stretch")
        with st.popover(
            "", icon=":material/tune:", type="tertiary", key=f"settings-{cell.id}", on_change="rerun"
        ) as popover:
            if popover.open:
                if not is_draft:
                    choices.show_model(cell, models, comparing.of(cell), width=0)
                choices.show(cell, comparing.of(cell))
        if is_draft and len(now.comparison.cells) > FEWEST_CELLS:
            _icon("close", "Remove", cell_actions.remove_cell, cell.id)


def _show_talk(now: Comparing, cell: Conversation) -> Slots:
    """What was asked and said in a cell, below the figures of its last reply."""
    with st.container(key=f"figures-{cell.id}"):
        line, controls = st.empty(), st.empty()
    path = cell.path()
    _show_question(now, cell, path[:-1])
    tape = now.following.get(cell.id)
    with st.container(key=f"answer-{path[-1].id}"):
        if tape:
            _stream(tape)
        else:
            answer.show(path[-1:])
    slots = Slots(cell, line, controls, outcome=st.empty())
    if tape:
        _show_stop(slots)
    else:
        _show_ended(slots)
    return slots


def _show_question(now: Comparing, cell: Conversation, path: list[Message]) -> None:
    """What a cell was asked last; what was said before is folded, so that the answer is in view."""
    *earlier, question = path
    if earlier:
        key = f"earlier-{cell.id}"
        with st.expander(
            f"Earlier ({len(earlier) // 2})", type="compact", key=key, on_change="rerun"
        ) as fold:
            if fold.open:
                for message in earlier:
                    _show_said(message)
        _show_said(question)
    elif question.content != now.comparison.prompt:
        key = f"task-{cell.id}"
        with st.expander("What it was asked", type="compact", key=key, on_change="rerun") as fold:
            if fold.open:
                answer.show_blocks(question.content)


def _show_said(message: Message) -> None:
    """A message of before, whole."""
    if message.role == "user":
        with st.container(key=f"bubble-{message.id}"):
            answer.show_blocks(message.content)
        return
    answer.show([message])
    answer.show_outcome(message)
    st.caption(figures.footer(message.reply or Reply()))


@st.fragment(parallel=True)
def _stream(tape: LiveTape) -> None:
    answer.stream(tape)


def _show_stop(slots: Slots) -> None:
    slots.controls.button(
        "Stop",
        key=f"stop-{slots.cell.id}",
        icon=":material/stop_circle:",
        type="tertiary",
        on_click=cell_actions.stop,
        args=(slots.cell.id,),
    )


def _show_ended(slots: Slots) -> None:
    """The figures of a reply that has ended, what went wrong, and what can be done with it."""
    cell = slots.cell
    message = cell.path()[-1]
    reply = message.reply or Reply()
    slots.figures.caption(figures.summary(reply))
    with slots.controls.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        _icon("refresh", "Retry: another version", cell_actions.retry, cell.id)
        if reply.text:
            _icon("content_copy", "Copy", cell_actions.copy, cell.id)
            _icon("forum", "Continue in chat", cell_actions.take_over, cell.id)
        _show_versions(cell, message)
        remarks.show_other_model(reply)
    with slots.outcome.container():
        answer.show_outcome(message)


def _show_versions(cell: Conversation, message: Message) -> None:
    """Arrows to the other versions of the last answer, if there are any."""
    versions = [version.id for version in cell.versions(message.id)]
    if len(versions) < 2:
        return
    at = versions.index(message.id)
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", width="content"):
        _arrow("chevron_left", "Earlier version", cell.id, versions[at - 1] if at else None)
        st.caption(f"{at + 1} / {len(versions)}", width="content")
        later = versions[at + 1] if at + 1 < len(versions) else None
        _arrow("chevron_right", "Later version", cell.id, later)


def _icon(icon: str, label: str, action: Callable[[str], None], cell_id: str) -> None:
    st.button(
        "",
        key=f"{icon}-{cell_id}",
        icon=f":material/{icon}:",
        help=label,
        type="tertiary",
        on_click=action,
        args=(cell_id,),
    )


def _arrow(icon: str, label: str, cell_id: str, version_id: str | None) -> None:
    st.button(
        "",
        key=f"{icon}-{cell_id}",
        icon=f":material/{icon}:",
        help=label,
        type="tertiary",
        disabled=version_id is None,
        on_click=cell_actions.show_version,
        args=(cell_id, version_id),
    )
