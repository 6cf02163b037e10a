"""The state of a tab's compare page: the open comparison, in step with the address and the store."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.domain.comparison.comparisons import MOST_CELLS, MOST_REPEATS, Comparison
from lib.domain.comparison.estimates import Expected, expected
from lib.domain.comparison.votes import Round, in_order, titles
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.prices import Prices
from lib.engine.live import LiveTape
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.store.comparison.rooms import Room
from lib.ui.state import choices, panel, session, structured, widgets
from lib.ui.state.comparison import new_comparisons
from lib.ui.state.conversation.draft import Draft
from lib.ui.state.conversation.following import catch_up, until_found
from lib.ui.state.conversation.sending import LONGEST_MESSAGE
from lib.ui.state.person import library, person_id
from lib.ui.state.session import Session
from lib.ui.state.structured import Form

KEY = "comparing"
OPEN, MODELS, ASKED = "comparison", "models", "prompt"
"""Query parameters: `?comparison=<id>` opens one; `?models=a,b&prompt=...` only prepares one."""
BOX = "question"
"""Key of the message box; not the chat's key, whose box holds its own files."""
LISTED = 50
GONE = mark("This comparison no longer exists.")
MERGER = "merger"
"""Key of the field that names the model for a synthesis."""
PRICES_SECONDS = 0.5
REPEATS = "repeats"
"""Key of the field that says how many answers each question gets."""
MODELS_PICKED = "models"
"""Key of the picker for the models of a new comparison."""
BLIND = "blind"
"""Key of the switch that hides which model wrote which answer."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A question to all cells that waits for confirmation."""

    text: str | None
    """`None` repeats the last question."""


@dataclass(slots=True)
class ComparisonState:
    """The state of a tab's compare page."""

    comparison: Comparison
    address: str | None = None
    """The comparison in the address, as this tab last wrote it."""
    invitation: tuple[str, str] | None = None
    """The models and the prompt last taken from the address."""
    is_chosen: bool = False
    """Whether somebody has chosen the models; otherwise they are the first ones listed."""
    following: dict[str, LiveTape] = field(default_factory=dict)
    """The running tape of each cell, by the cell's id."""
    repeats: int = 1
    """How many answers each question gets from each cell."""
    draft: Draft = field(default_factory=Draft)
    """The draft of the next question."""
    prices: Prices = field(default_factory=dict)
    """The prices known when the page was last updated."""
    pending: Pending | None = None
    """An expensive question, until the person confirms it."""
    repeating: set[str] = field(default_factory=set)
    """The cells whose repeats were running when the page was last updated."""

    pasted: dict[str, str] = field(default_factory=dict)
    """Pasted schemas and tools by widget key; they may not be valid yet."""
    is_blind: bool = False
    """Whether the next question hides which model wrote which answer."""
    round: Round | None = None
    """The last question's round, if there is one."""
    room: Room | None = None
    """This comparison's room, if it is open to an audience."""
    count: DeltaGenerator | None = None
    """The element for the number of voters; this run of the page has drawn it."""

    def open(self, comparison: Comparison) -> None:
        """Show another comparison."""
        self.comparison, self.pending, self.is_chosen = comparison, None, True
        panel.close()
        self.round, self.room = None, None
        self.draft.clear()
        self.draft.take_out()
        self.pasted.clear()

    @property
    def is_hidden(self) -> bool:
        """Whether it is still hidden which model wrote which answer."""
        return self.round is not None and self.round.is_hidden

    @property
    def cells(self) -> list[Conversation]:
        """The cells in page order: a blind round shuffles them."""
        return in_order(self.comparison.cells, self.round)

    @property
    def labels(self) -> dict[str, str]:
        """Each cell's label on the page, by its id."""
        return titles(self.comparison, self.round)

    def expected(self, text: str | None) -> Expected:
        """Return the expected cost of this question with the draft's files; `None` repeats the last one."""
        again = text is None
        cells = self.comparison.compared if again else self.comparison.cells
        return expected(cells, text, self.repeats, self.prices, () if again else self.draft.attachments)

    def structure(self, cell: Conversation) -> Form:
        """Return the form for a cell's structured output and tools."""
        return Form(cell, self.pasted, prefix_of(cell))

    def cell(self, cell_id: str) -> Conversation | None:
        """Return the cell with this id, if there is one."""
        return next((cell for cell in self.comparison.cells if cell.id == cell_id), None)


def held() -> ComparisonState:
    """Return this tab's state, with its widgets' current values."""
    known = widgets.hold(KEY, ComparisonState, lambda: ComparisonState(new_comparisons.new()))
    for cell in known.comparison.cells:
        choices.collect(cell, prefix_of(cell))
        structured.collect(known.structure(cell))
    if known.comparison.prompt is None and (models := choices.picked(MODELS_PICKED)):
        new_comparisons.take_models(known.comparison, models)
        known.is_chosen = True
    if (repeats := widgets.value(REPEATS)) is not None:
        known.repeats = min(max(int(repeats), 1), MOST_REPEATS)
    if (is_blind := widgets.value(BLIND)) is not None:
        known.is_blind = bool(is_blind)
    if known.is_blind:
        known.repeats = 1  # several versions of an answer would give its cell away
    return known


def prefix_of(cell: Conversation) -> str:
    """Return the prefix of a cell's widget keys."""
    return f"{cell.id}."


def current() -> ComparisonState:
    """Return this tab's state, updated from the address and the store."""
    state = held()
    _follow_address(state)
    # Read before the store, which then knows every reply of a series that has ended.
    state.repeating = repeating(state.comparison)
    _refresh(state)
    _look_for_votes(state)
    until_found(lambda: _catch_up(state), lambda: _reload(state))
    tab = session.held()
    new_comparisons.choose_models(state.comparison, tab.models_for_cells)
    take_prices(state, tab)
    if state.comparison.prompt is not None or state.room:
        state.address = state.comparison.id
        st.query_params.from_dict({OPEN: state.comparison.id})
    elif OPEN in st.query_params:
        del st.query_params[OPEN]
    return state


def wait_for_prices() -> None:
    """Wait for the connection's prices, half a second at most, if they have not been requested before."""
    take_prices(held(), session.held(), wait_seconds=PRICES_SECONDS)


def take_prices(state: ComparisonState, tab: Session, wait_seconds: float = 0.0) -> None:
    """Update the known prices."""
    if not tab.connection.needs_key:
        state.prices = app.get().engine.catalogue.prices(tab.connection, wait_seconds=wait_seconds)


def _follow_address(state: ComparisonState) -> None:
    wanted = st.query_params.get(OPEN)
    if wanted and wanted not in (state.address, state.comparison.id):
        if found := library().comparisons.get(wanted):
            # A comparison opened to a room before its first question has no cells.
            state.open(new_comparisons.filled(found))
        else:
            st.toast(_(GONE), icon=":material/search_off:")
    invitation = st.query_params.get(MODELS, ""), st.query_params.get(ASKED, "")
    if any(invitation) and invitation != state.invitation:
        names = [name.strip()[: choices.LONGEST_MODEL_NAME] for name in invitation[0].split(",")]
        models = [name for name in names if name][:MOST_CELLS]
        state.open(new_comparisons.new(models))
        state.is_chosen = bool(models)
        state.invitation = invitation
        state.draft.give_back(invitation[1][:LONGEST_MESSAGE])


def _look_for_votes(state: ComparisonState) -> None:
    """Read the comparison's round and room from the store."""
    own, known = library(), state.round
    state.round = own.votes.latest(state.comparison.id)
    if state.round and not state.round.is_open:
        for cell in state.comparison.cells:
            # Revealed, perhaps in another process: nothing needs to be held back here.
            app.get().engine.synchronized.hurry(person_id(), cell.id)
    if app.get().settings.is_sharing:
        state.room = own.rooms.of(state.comparison.id, datetime.now(UTC))
    if state.round and known is None:  # just opened: keep its setting
        state.is_blind = state.round.is_blind
        # The switch would keep the previous comparison's setting.
        widgets.take(BLIND)


def _refresh(state: ComparisonState) -> None:
    """Reload the comparison if the store has a newer version than this tab."""
    comparison = state.comparison
    if comparison.prompt is None or _is_in_memory(comparison):
        return
    stored = library().comparisons.updated_at(comparison.id)
    if not stored:  # deleted in another tab
        state.open(new_comparisons.new(like=comparison))
        st.toast(_(GONE), icon=":material/search_off:")
    elif stored != comparison.updated_at:
        _reload(state)


def _is_in_memory(comparison: Comparison) -> bool:
    """Return whether this tab has cells or messages that the store does not have."""
    is_behind, who = app.get().engine.is_behind, person_id()
    return any(cell.is_temporary or is_behind(who, cell.id) for cell in comparison.cells)


def _reload(state: ComparisonState) -> None:
    """Reload the cells from the store, and keep this tab's choices."""
    if _is_in_memory(state.comparison):
        return
    chosen = {cell.id: cell for cell in state.comparison.cells}
    if found := library().comparisons.get(state.comparison.id):
        found.cells = [session.with_choices(cell, chosen.get(cell.id, cell)) for cell in found.cells]
        state.comparison = found


def _catch_up(state: ComparisonState) -> list[str]:
    """Take over ended replies and the tapes to follow; return the ids of the lost replies."""
    found = {cell.id: catch_up(cell, is_hidden=state.is_hidden) for cell in state.comparison.cells}
    state.following = {cell_id: each.tape for cell_id, each in found.items() if each.tape}
    return [reply_id for each in found.values() for reply_id in each.lost]


def repeating(comparison: Comparison) -> set[str]:
    """Return the ids of cells whose repeats are running."""
    repeats, who = app.get().engine.repeats, person_id()
    return {cell.id for cell in comparison.cells if repeats.is_running(who, cell.id)}


def is_outrun(state: ComparisonState) -> bool:
    """Return whether a reply has begun or a series has ended since this run updated the state."""
    engine = app.get().engine
    if state.repeating - repeating(state.comparison):
        return True
    for cell in state.comparison.cells:
        begun = engine.running(person_id(), cell.id)
        begun += [latest] if (latest := engine.repeats.latest(person_id(), cell.id)) else []
        if any(reply_id not in cell.messages for reply_id in begun):
            return True
    return False
