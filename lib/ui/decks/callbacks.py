"""Callbacks of the decks page's widgets. They run before the page is drawn."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from lib import app
from lib.domain.comparison import decks as values
from lib.domain.comparison.decks import Deck, Prompt
from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import clean_title
from lib.domain.conversation.exports import ID
from lib.domain.text.validation import FormatError
from lib.engine.sending import new_id
from lib.files import decks as files
from lib.files.refusal import FileRefused
from lib.files.upload_validation import LONGEST_DOCUMENT, take
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext
from lib.store.database.errors import StoreError
from lib.ui.kit import errors
from lib.ui.server import upload_storage
from lib.ui.shell import scheduler
from lib.ui.state import session, undo, widgets
from lib.ui.state.comparison import decks
from lib.ui.state.comparison.decks import DecksState, held
from lib.ui.state.conversation import sending
from lib.ui.state.person import library, person_id
from lib.ui.state.session import Session

EXAMPLE = (
    (
        mark("Explain photosynthesis to a ten-year-old, in five sentences."),
        mark("Who finds the simplest words?"),
    ),
    (
        mark("A bat and a ball cost 1.10. The bat costs 1.00 more than the ball. What does the ball cost?"),
        "",
    ),
    (
        mark("Write a polite e-mail that declines a meeting and offers another date."),
        mark("Look at the tone."),
    ),
)
"""A first deck: prompts, and notes for the presenter, marked for translation."""
DUPLICATE, DELETE_DECK, DELETE_RUN = "duplicate", "delete_deck", "delete_run"
"""The options of the menus of a deck and of a run. What deletes waits for confirmation."""
OPTIONS = {
    DUPLICATE: mark("Duplicate"),
    DELETE_DECK: mark("Delete prompt set"),
    DELETE_RUN: mark("Delete run"),
}


def click_id() -> str:
    """Return the id that this click carries; empty if it carries none."""
    click = widgets.text(sending.SEND_ID)
    return click if ID.fullmatch(click) else ""


def is_first(state: DecksState, tab: Session, click: str) -> bool:
    """Return whether a click with this id arrives for the first time, and remember that it has arrived.

    The caller acts at once, in the same turn and without touching the page: Streamlit may end a script
    whenever it touches the page, and the repeated click would then do nothing.
    """
    if not click or click == state.sent:
        return False
    state.sent, tab.send_id, state.refusals = click, new_id(), []
    return True


@errors.stored
def create() -> None:
    """Create and open a deck with one empty prompt."""
    _open_new(lambda click: values.new(click, [Prompt(new_id())]))


@errors.stored
def create_example() -> None:
    """Create and open an example deck."""
    prompts = [Prompt(new_id(), _(text), notes=_(notes) if notes else "") for text, notes in EXAMPLE]
    _open_new(lambda click: values.new(click, prompts, title=_("Three quick questions")))


@errors.stored
def duplicate() -> None:
    """Copy the open deck."""
    if deck := decks.find(held().deck_id or ""):
        _open_new(lambda click: replace(values.duplicated(deck, new_id=new_id), id=click))


def _open_new(make: Callable[[str], Deck]) -> None:
    state, tab, click = held(), session.held(), click_id()
    with scheduler.sending():
        if is_first(state, tab, click):
            library().decks.add(make(click))
            state.open_deck(click)


def import_file(key: str) -> None:
    """Make a deck from the uploaded file; its faults are shown on the page."""
    state = held()
    for uploaded in upload_storage.arrived(widgets.value(key)):
        state.uploads += 1
        try:
            deck = files.read(uploaded.name, upload_storage.content(uploaded), new_id=new_id)
            library().decks.add(files.kept(deck, app.get().files), is_imported=True)
        except (FormatError, FileRefused, StoreError) as error:
            state.refusals = [str(error)]
        else:
            state.open_deck(deck.id)
        finally:
            upload_storage.release([uploaded])


@errors.stored
def open_deck(deck_id: str) -> None:
    """Open the deck chosen in the list."""
    held().open_deck(deck_id)


@errors.stored
def open_run(run_id: str) -> None:
    """Open the run chosen in the list."""
    held().open_run(run_id)


def show_deck(deck_id: str) -> None:
    """Go from a run to its deck."""
    held().open_deck(deck_id)


def _change(state: DecksState, change: Callable[[Deck], Deck]) -> None:
    """Apply a change to the open deck, read afresh from the store."""
    decks.change(state.deck_id or "", change)


@errors.stored
def add_prompt() -> None:
    """Add a prompt at the end."""
    state, tab, click = held(), session.held(), click_id()
    with scheduler.sending():
        if is_first(state, tab, click):
            _change(state, lambda deck: values.added(deck, Prompt(click)))


@errors.stored
def move(prompt_id: str, to: int) -> None:
    """Move a prompt to position `to`."""
    _change(held(), lambda deck: values.moved(deck, prompt_id, to))


@errors.stored
def remove(prompt_id: str) -> None:
    """Remove a prompt; for a while the page offers to undo it."""
    state = held()
    deck = decks.find(state.deck_id or "")
    at = deck.place(prompt_id) if deck else None
    if deck is None or at is None:
        return
    prompt = deck.prompts[at]
    title = clean_title(prompt.text) or _("Prompt {}").format(at + 1)
    undo.offer(prompt_id, title, partial(_put_back, deck.id, prompt, at))
    _change(state, lambda deck: values.without(deck, prompt_id))


def _put_back(deck_id: str, prompt: Prompt, at: int) -> None:
    decks.change(deck_id, lambda deck: values.added(deck, prompt, at))


@errors.stored
def attach(prompt_id: str, key: str) -> None:
    """Attach uploaded files to a prompt; each refused one gets a sentence."""
    state, uploaded = held(), upload_storage.arrived(widgets.value(key))
    taken: list[Attachment] = []
    state.refusals, state.uploads = [], state.uploads + 1
    for file in uploaded:
        try:
            found = take(file.name, upload_storage.content(file), most_characters=LONGEST_DOCUMENT)
        except FileRefused as refused:
            state.refusals.append(str(refused))
        else:
            taken += map(app.get().files.keep, found)
    upload_storage.release(uploaded)

    def put(prompt: Prompt) -> Prompt:
        together = {each.id: each for each in (*prompt.attachments, *taken)}
        if len(together) > values.MOST_FILES:
            refusal = ngettext(
                "A prompt takes {} file at most; the others were left out.",
                "A prompt takes {} files at most; the others were left out.",
                values.MOST_FILES,
            )
            state.refusals.append(refusal.format(values.MOST_FILES))
        return replace(prompt, attachments=tuple(together.values())[: values.MOST_FILES])

    # Applied to the stored deck: another tab may have changed it while the files were read.
    _change(state, lambda deck: values.changed(deck, prompt_id, put))


@errors.stored
def detach(prompt_id: str, attachment_id: str) -> None:
    """Remove a file from a prompt."""

    def without(prompt: Prompt) -> Prompt:
        kept = tuple(each for each in prompt.attachments if each.id != attachment_id)
        return replace(prompt, attachments=kept)

    _change(held(), lambda deck: values.changed(deck, prompt_id, without))


def named(option: str) -> str:
    """Return what an option of a menu is called."""
    return _(OPTIONS[option])


def choose(key: str) -> None:
    """Handle the option chosen in the menu of a deck or a run."""
    chosen = widgets.text(key)
    if chosen == DUPLICATE:
        duplicate()
    elif chosen in (DELETE_DECK, DELETE_RUN):
        held().to_confirm = chosen


def withdraw() -> None:
    """Cancel what was waiting for confirmation."""
    held().to_confirm = None


@errors.stored
def delete() -> None:
    """Delete what the person has confirmed."""
    state, own = held(), library()
    wanted, state.to_confirm = state.to_confirm, None
    if wanted == DELETE_DECK and state.deck_id:
        if deck := own.decks.get(state.deck_id):
            undo.offer(deck.id, deck.shown_title, partial(_bring_back, deck))
        own.decks.delete(state.deck_id)
        state.open_deck(None)
    elif wanted == DELETE_RUN and state.run_id:
        stop_run(state.run_id)
        if run := own.deck_runs.get(state.run_id):
            undo.offer(run.id, run.deck.shown_title, partial(own.deck_runs.restore, run.id))
        own.deck_runs.delete(state.run_id)
        state.open_deck(None)


def _bring_back(deck: Deck) -> None:
    library().decks.add(deck)


def stop_run(run_id: str) -> None:
    """Stop a run, including replies that were retried on their own."""
    application = app.get()
    application.engine.deck_runs.stop(person_id(), run_id)
    for cells in library().comparisons.updated_in_run(run_id).values():
        for cell_id in cells:
            for reply_id in application.engine.running_anywhere(person_id(), cell_id):
                application.engine.cancel(person_id(), reply_id)
