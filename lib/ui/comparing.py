"""What a tab's compare page works with: the open comparison, as the address and the store have it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.chat.comparisons import (
    FEWEST_CELLS,
    MOST_CELLS,
    MOST_REPEATS,
    Comparison,
)
from lib.chat.conversations import Conversation
from lib.chat.reply import State
from lib.chat.votes import Round, ordered, titles
from lib.engine.engine import new_id
from lib.engine.live import LiveTape
from lib.store.rooms import Room
from lib.ui import choices, session
from lib.ui.composer import LONGEST_MESSAGE

KEY = "comparing"
"""Of this tab's state in `st.session_state`."""
OPEN, MODELS, ASKED = "comparison", "models", "prompt"
"""The address: `?comparison=<id>` is open; `?models=a,b&prompt=...` stands ready to run."""
BOX = "question"
"""Key of the message box: another one than the chat's, which holds files too."""
LISTED = 50
MERGER = "merger"
"""Key of the field that names the model for a synthesis."""
REPEATS = "repeats"
"""Key of the field that says how many answers each question gets."""
BLIND = "blind"
"""Key of the switch that hides whose answer is whose."""


@dataclass(slots=True)
class Comparing:
    """The state of a tab's compare page."""

    comparison: Comparison
    address: str | None = None
    """The comparison that the address names, as this tab last wrote it."""
    invitation: tuple[str, str] | None = None
    """The models and the prompt in the address that were taken over."""
    tapes: dict[str, LiveTape] = field(default_factory=dict)
    """The tapes that this tab has begun: those of cells in memory are nowhere else when they end."""
    following: dict[str, LiveTape] = field(default_factory=dict)
    """The running tape of each cell, by the cell's id."""
    repeats: int = 1
    """How many answers each question gets from each cell."""
    pending: str | None = None
    """A question that will take many tokens, until the person agrees; `""` repeats the last one."""
    sent: str | None = None
    """The id of the last question to all cells: a click that arrives twice asks once."""
    repeating: set[str] = field(default_factory=set)
    """The cells that were being asked again and again when the page was brought up to date."""

    panel: str | None = None
    """The dialog that is open."""
    is_blind: bool = False
    """Whether the next question hides whose answer is whose."""
    round: Round | None = None
    """The last question's round of votes, if there is one."""
    room: Room | None = None
    """The room that follows this comparison, if it is open to one."""
    count: DeltaGenerator | None = None
    """Where this run of the page shows how many are in the room."""

    def open(self, comparison: Comparison) -> None:
        """Show another comparison."""
        self.comparison, self.panel, self.round, self.room = comparison, None, None, None
        self.tapes.clear()

    @property
    def is_hidden(self) -> bool:
        """Whether nobody may see yet whose answer is whose."""
        return self.round is not None and self.round.is_hidden

    @property
    def cells(self) -> list[Conversation]:
        """The cells in the order of the page: a blind round has shuffled them."""
        cells = {cell.id: cell for cell in self.comparison.cells}
        return [cells[cell_id] for cell_id in ordered(list(cells), self.round)]

    @property
    def labels(self) -> dict[str, str]:
        """What each cell is called on the page, by its id."""
        return titles(self.comparison, self.round)

    def cell(self, cell_id: str) -> Conversation | None:
        """The cell with this id, if it is one of these."""
        return next((cell for cell in self.comparison.cells if cell.id == cell_id), None)


def held() -> Comparing:
    """This tab's comparison, with what its widgets hold."""
    known = st.session_state.get(KEY)
    if not isinstance(known, Comparing):
        known = st.session_state[KEY] = Comparing(draft())
    for cell in known.comparison.cells:
        choices.collect(cell, of(cell))
    if (repeats := st.session_state.get(REPEATS)) is not None:
        known.repeats = min(max(int(repeats), 1), MOST_REPEATS)
    if (is_blind := st.session_state.get(BLIND)) is not None:
        known.is_blind = bool(is_blind)
    if known.is_blind:
        known.repeats = 1  # versions of an answer would tell its cell from the others
    return known


def of(cell: Conversation) -> str:
    """What the keys of a cell's widgets begin with."""
    return f"{cell.id}."


def draft(models: Sequence[str] = (), like: Comparison | None = None) -> Comparison:
    """A comparison that nobody has asked anything yet: of these models, or of another one's cells."""
    comparison = Comparison(new_id(), "New comparison", datetime.now(UTC))
    if like:
        for cell in like.cells:
            add(comparison, cell)
        return comparison
    for model in models:
        add(comparison).model = model
    return _filled(comparison)


def _filled(comparison: Comparison) -> Comparison:
    """The comparison with as many cells as one has at least."""
    while len(comparison.cells) < FEWEST_CELLS:
        add(comparison).model = None
    return comparison


def add(comparison: Comparison, like: Conversation | None = None) -> Conversation:
    """One more cell at the end."""
    position = max((cell.position for cell in comparison.cells), default=-1) + 1
    cell = replace(session.draft(like), comparison_id=comparison.id, position=position)
    comparison.cells.append(cell)
    return cell


def current() -> Comparing:
    """This tab's comparison, brought up to date with the address and the store."""
    now = held()
    _follow_address(now)
    # Asked before the store, which then knows all that an ended series began.
    now.repeating = repeating(now.comparison)
    _refresh(now)
    _look_for_votes(now)
    if not _catch_up(now):
        _reload(now)
        _catch_up(now)
    choose_models(now.comparison, session.held().models_for_cells)
    if now.comparison.prompt is not None or now.room:
        now.address = now.comparison.id
        st.query_params.from_dict({OPEN: now.comparison.id})
    elif OPEN in st.query_params:
        del st.query_params[OPEN]
    return now


def _follow_address(now: Comparing) -> None:
    wanted = st.query_params.get(OPEN)
    if wanted and wanted not in (now.address, now.comparison.id):
        if found := app.get().store.comparisons.get(wanted):
            now.open(_filled(found))  # one that was opened to a room before anything was asked has none
        else:
            st.toast("This comparison is not here any more.", icon=":material/search_off:")
    invitation = st.query_params.get(MODELS, ""), st.query_params.get(ASKED, "")
    if any(invitation) and invitation != now.invitation:
        names = [name.strip()[: choices.LONGEST_MODEL_NAME] for name in invitation[0].split(",")]
        now.open(draft([name for name in names if name][:MOST_CELLS]))
        now.invitation = invitation
        st.session_state[BOX] = invitation[1][:LONGEST_MESSAGE]


def _look_for_votes(now: Comparing) -> None:
    """The comparison's round and its room, as the store has them."""
    store, known = app.get().store, now.round
    now.round = store.votes.latest(now.comparison.id)
    if app.get().settings.is_sharing:
        now.room = store.rooms.of(now.comparison.id, datetime.now(UTC))
    if now.round and known is None:  # opened just now: go on as it was
        now.is_blind = now.round.is_blind
        st.session_state.pop(BLIND, None)


def _refresh(now: Comparing) -> None:
    """Load the comparison again when the store knows more of it than this tab."""
    comparison = now.comparison
    if comparison.prompt is None or any(cell.is_temporary for cell in comparison.cells):
        return
    stored = app.get().store.comparisons.updated_at(comparison.id)
    if stored and stored != comparison.updated_at:
        _reload(now)


def _reload(now: Comparing) -> None:
    """Take the store's cells, to go on with this tab's choices."""
    if any(cell.is_temporary for cell in now.comparison.cells):
        return
    chosen = {cell.id: cell for cell in now.comparison.cells}
    if found := app.get().store.comparisons.get(now.comparison.id):
        found.cells = [session.with_choices(cell, chosen.get(cell.id, cell)) for cell in found.cells]
        now.comparison = found


def _catch_up(now: Comparing) -> bool:
    """Fold the tapes that closed while nobody looked, and keep the open ones to follow.

    Says whether all were there. One that ended since the store was asked is let go once it is stored.
    """
    now.following, was_there = {}, True
    for cell in now.comparison.cells:
        for message in list(cell.messages.values()):
            paced = app.get().engine.paced.tape(message.id)
            if paced and message.id == cell.leaf_id:
                now.following[cell.id] = paced
            elif message.reply and message.reply.state is State.RUNNING:
                tape = app.get().engine.tape(message.id) or now.tapes.get(message.id)
                if tape is None:
                    was_there = False
                elif tape.is_closed:
                    settle(cell, tape)
                elif message.id == cell.leaf_id:
                    now.following[cell.id] = tape
    return was_there


def settle(cell: Conversation, tape: LiveTape) -> None:
    """Put what a tape says into its cell."""
    reply = tape.reply()
    cell.messages[tape.reply_id] = replace(cell.messages[tape.reply_id], content=reply.text, reply=reply)


def choose_models(comparison: Comparison, models: Sequence[str]) -> None:
    """Give each cell without a model one of the list, another one each as far as there are enough."""
    taken = {cell.model for cell in comparison.cells}
    for cell in comparison.cells:
        if cell.model is None and models:
            cell.model = next((model for model in models if model not in taken), models[0])
            taken.add(cell.model)


def repeating(comparison: Comparison) -> set[str]:
    """The cells that will be asked again by themselves."""
    repeats = app.get().engine.repeats
    return {cell.id for cell in comparison.cells if repeats.is_running(cell.id)}


def is_outrun(now: Comparing) -> bool:
    """Whether more has begun, or a series has ended, since this run of the page was brought up to date."""
    engine = app.get().engine
    if now.repeating - repeating(now.comparison):
        return True
    for cell in now.comparison.cells:
        begun = [tape.reply_id for tape in engine.running(cell.id)]
        begun += [latest] if (latest := engine.repeats.latest(cell.id)) else []
        if any(reply_id not in cell.messages for reply_id in begun):
            return True
    return False
