"""The state of a tab's decks page: the open deck or run, in step with the address and the store."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import streamlit as st

from lib.domain.comparison import decks as values
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import DeckRun
from lib.domain.comparison.decks import Deck
from lib.domain.conversation.conversations import clean_title
from lib.domain.people.grants import GrantKind
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.store.sharing.shared import Received
from lib.ui.state import choices, person, session, shared, widgets
from lib.ui.state.comparison import comparison, new_comparisons
from lib.ui.state.conversation import sending
from lib.ui.state.person import library

KEY = "decks"
DECK, RUN = "deck", "run"
"""Query parameters: `?deck=<id>` opens a deck, `?run=<id>` a run."""
LISTED = 30


@dataclass(slots=True)
class TextField:
    """A text field of the open deck."""

    name: str
    """The name of the deck's or the prompt's attribute."""
    prompt_id: str | None
    """`None` for the deck itself."""
    text: str
    """Its text in the store."""


@dataclass(slots=True)
class DecksState:
    """The state of a tab's decks page."""

    chosen: Comparison
    """The cells of the next run, as a person chooses them."""
    deck_id: str | None = None
    run_id: str | None = None
    address: tuple[str, str] = ("", "")
    """The deck and the run in the address when this tab last looked."""
    deck: Deck | None = None
    """The open deck, for this run of the page."""
    received: Received | None = None
    """How the open deck is shown to this person, if it is somebody else's: they may edit it."""
    run: DeckRun | None = None
    """The open run, for this run of the page; then no deck is open."""
    rows: dict[str, Comparison] = field(default_factory=dict)
    """The rows of the open run by id, as last read."""
    fields: dict[str, TextField] = field(default_factory=dict)
    """The text fields on the page, by widget key."""
    sent: str | None = None
    """The id of the last click that must not take effect twice."""
    to_confirm: str | None = None
    """What waits for confirmation: an expensive run, or a deletion."""
    refusals: list[str] = field(default_factory=list)
    """Why the last files were refused, one sentence each."""
    uploads: int = 0
    """The number of uploads so far: each one empties the upload fields."""

    def open_deck(self, deck_id: str | None) -> None:
        """Open a deck; `None` closes it."""
        self._open(deck_id, None)

    def open_run(self, run_id: str) -> None:
        """Open a run."""
        self._open(None, run_id)

    def _open(self, deck_id: str | None, run_id: str | None) -> None:
        self.deck_id, self.run_id, self.refusals, self.to_confirm = deck_id, run_id, [], None
        self.rows.clear()
        self.fields.clear()


def held() -> DecksState:
    """Return this tab's state, with its widgets' current values."""
    known = widgets.hold(KEY, DecksState, lambda: DecksState(new_comparisons.new()))
    for cell in known.chosen.cells:
        choices.collect(cell, comparison.prefix_of(cell))
    _collect(known)
    return known


def _collect(state: DecksState) -> None:
    """Store the edits since the fields were drawn.

    Callbacks cannot do this: if a click follows at once, Streamlit ends the callback that was about to store
    a text, and never calls it again. A text that the store refuses stays in its field and is retried.
    """
    holds = {key: widgets.value(key) for key in state.fields}
    written = {key: str(text) for key, text in holds.items() if text not in (None, state.fields[key].text)}
    if not written or state.deck_id is None:
        return

    def write(deck: Deck) -> Deck:
        for key, text in written.items():
            deck = _written(deck, state.fields[key], text)
        return deck

    try:
        change(state.deck_id, write)
    except StoreError as error:
        state.refusals = [str(error)]
    else:
        for key, text in written.items():
            state.fields[key].text = text


def change(deck_id: str, how: Callable[[Deck], Deck]) -> Deck | None:
    """Change a deck of this person's, or one that they may edit; `None` if it is neither."""
    if deck := library().decks.change(deck_id, how):
        return deck
    may = person.identity() is not None
    return library().shared.change_deck(deck_id, how, shared.now()) if may else None


def find(deck_id: str) -> Deck | None:
    """Return a deck of this person's, or one that they may edit."""
    return library().decks.get(deck_id) or _received(deck_id)[0]


def _received(deck_id: str) -> tuple[Deck | None, Received | None]:
    """Return a deck that somebody else lets this person edit."""
    how = shared.received(GrantKind.DECK, deck_id)
    if how is None or not how.may_edit:
        return None, None
    return library().shared.deck(deck_id, shared.now()), how


def _written(deck: Deck, into: TextField, text: str) -> Deck:
    """Return the deck with a text in one of its fields, cut to the field's limit."""
    if into.name == "title":
        return replace(deck, title=clean_title(text))
    text = text[: values.LONGEST_NOTES if into.name == "notes" else values.LONGEST_PROMPT]
    text = text.strip() if into.name == "system_prompt" else text
    if into.prompt_id is None:
        return replace(deck, system_prompt=text)
    match into.name:
        case "notes":
            return values.changed(deck, into.prompt_id, lambda prompt: replace(prompt, notes=text))
        case "system_prompt":
            return values.changed(deck, into.prompt_id, lambda prompt: replace(prompt, system_prompt=text))
        case _:
            return values.changed(deck, into.prompt_id, lambda prompt: replace(prompt, text=text))


def present(state: DecksState, key: str, name: str, stored: str, prompt_id: str | None = None) -> None:
    """Make the field that is drawn next show the stored text, which another tab may have written."""
    known, holds = state.fields.get(key), widgets.value(key)
    if known and holds not in (None, known.text):
        return  # it could not be stored yet
    if holds != stored:
        widgets.put(key, stored)
    state.fields[key] = TextField(name, prompt_id, stored)


def current() -> DecksState:
    """Return this tab's state, updated from the address and the store."""
    state, own = held(), library()
    wanted = st.query_params.get(DECK, ""), st.query_params.get(RUN, "")
    # A click that arrives twice carries the address from before the first one.
    is_late = state.sent is not None and widgets.value(sending.SEND_ID) == state.sent
    if wanted != state.address and any(wanted) and not is_late:
        state.open_run(wanted[1]) if wanted[1] else state.open_deck(wanted[0])
    state.run = own.deck_runs.get(state.run_id) if state.run_id else None
    state.deck = own.decks.get(state.deck_id) if state.deck_id else None
    state.received = None
    if state.deck_id and not state.deck:
        state.deck, state.received = _received(state.deck_id)
    if (state.run_id and not state.run) or (state.deck_id and not state.deck):
        state.open_deck(None)
        st.toast(_("This prompt set or run no longer exists."), icon=":material/search_off:")
    state.address = state.deck_id or "", state.run_id or ""
    names = {DECK: state.deck_id, RUN: state.run_id}
    st.query_params.from_dict({name: id_ for name, id_ in names.items() if id_})
    new_comparisons.choose_models(state.chosen, session.held().models_for_cells)
    return state
