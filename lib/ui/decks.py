"""What a tab's decks page works with: the open deck, or the open run of one, as address and store have it."""

from dataclasses import dataclass, field

import streamlit as st

from lib import app
from lib.chat.comparisons import Comparison
from lib.chat.conversations import Conversation
from lib.chat.deck_runs import DeckRun
from lib.chat.decks import Deck
from lib.ui import actions, choices, comparing, drafts, session

KEY = "decks"
"""Of this tab's state in `st.session_state`."""
DECK, RUN = "deck", "run"
"""The address: `?deck=<id>` is open, or `?run=<id>`."""
LISTED = 30


@dataclass(slots=True)
class Decks:
    """The state of a tab's decks page."""

    chosen: Comparison
    """The cells that the next run asks, as a person chooses them."""
    deck_id: str | None = None
    run_id: str | None = None
    address: tuple[str, str] = ("", "")
    """What the address named when this tab last looked."""
    deck: Deck | None = None
    """The open deck, for this run of the page."""
    run: DeckRun | None = None
    """The open run of a deck, likewise; then no deck is open."""
    rows: dict[str, Comparison] = field(default_factory=dict)
    """The rows of that run by their ids, as they were last read."""
    sent: str | None = None
    """The id of the last click that must not count twice."""
    asking: str | None = None
    """What waits for the person's word: a run of many tokens, or something to be deleted."""
    refusals: list[str] = field(default_factory=list)
    """What has to be said about the last files, a sentence each."""
    uploads: int = 0
    """How many uploads were taken: each empties the fields for the next."""

    def open_deck(self, deck_id: str | None) -> None:
        """Show a deck; `None` shows none."""
        self.deck_id, self.run_id, self.refusals = deck_id, None, []

    def open_run(self, run_id: str) -> None:
        """Show a run of a deck."""
        self.deck_id, self.run_id, self.refusals = None, run_id, []
        self.rows.clear()


def held() -> Decks:
    """This tab's state, with what its widgets hold."""
    known = st.session_state.get(KEY)
    if not isinstance(known, Decks):
        known = st.session_state[KEY] = Decks(drafts.draft())
    for cell in known.chosen.cells:
        choices.collect(cell, comparing.of(cell))
    return known


def current() -> Decks:
    """This tab's state, brought up to date with the address and the store."""
    now, store = held(), app.get().store
    wanted = st.query_params.get(DECK, ""), st.query_params.get(RUN, "")
    # A click that comes twice brings the address of before the first one along.
    is_late = now.sent is not None and st.session_state.get(actions.SEND_ID) == now.sent
    if wanted != now.address and any(wanted) and not is_late:
        now.open_run(wanted[1]) if wanted[1] else now.open_deck(wanted[0])
    now.run = store.deck_runs.get(now.run_id) if now.run_id else None
    now.deck = store.decks.get(now.deck_id) if now.deck_id else None
    if (now.run_id and not now.run) or (now.deck_id and not now.deck):
        now.open_deck(None)
        st.toast("This deck is not here any more.", icon=":material/search_off:")
    now.address = now.deck_id or "", now.run_id or ""
    names = {DECK: now.deck_id, RUN: now.run_id}
    st.query_params.from_dict({name: own for name, own in names.items() if own})
    drafts.choose_models(now.chosen, session.held().models_for_cells)
    return now


def add_column(now: Decks, like: Conversation | None) -> Conversation:
    """One more cell for the next run."""
    cell = drafts.add(now.chosen, like)
    cell.model = None
    return cell
