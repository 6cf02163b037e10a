"""What a person does with decks: callbacks of the page's widgets. They run before the page is drawn."""

from collections.abc import Callable
from dataclasses import replace

from lib import app
from lib.domain.comparison import decks as values
from lib.domain.comparison.decks import Deck, Prompt
from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.exports import ID
from lib.domain.text.validation import FormatError
from lib.engine.engine import new_id
from lib.files import decks as files
from lib.files.upload_validation import LONGEST_DOCUMENT, FileRefused, take
from lib.store.database.errors import StoreError
from lib.ui.kit import errors
from lib.ui.server import upload_storage
from lib.ui.shell import scheduler
from lib.ui.state import sending, session, widgets
from lib.ui.state.decks import DecksState, held
from lib.ui.state.session import Session

EXAMPLE = (
    ("Explain photosynthesis to a ten-year-old, in five sentences.", "Who finds the simplest words?"),
    (
        "A bat and a ball cost 1.10. The bat costs 1.00 more than the ball. What does the ball cost?",
        "",
    ),
    ("Write a polite e-mail that declines a meeting and offers another date.", "Look at the tone."),
)
"""A deck to begin with: prompts, and notes for the presenter."""
DELETE_DECK, DELETE_RUN = "delete deck", "delete run"


def click_id() -> str:
    """The id that this click carries; empty where it carries none."""
    click = widgets.text(sending.SEND_ID)
    return click if ID.fullmatch(click) else ""


def is_first(state: DecksState, tab: Session, click: str) -> bool:
    """Whether a click with this id comes for the first time; from here on it has come.

    What the click does follows at once, in the same turn, and without a look at the page: Streamlit may end
    a script whenever it touches the page, and the same click once more would do nothing.
    """
    if not click or click == state.sent:
        return False
    state.sent, tab.send_id, state.refusals = click, new_id(), []
    return True


@errors.stored
def create() -> None:
    """A new deck with one prompt to fill in."""
    _open_new(lambda click: values.new(click, [Prompt(new_id())]))


@errors.stored
def create_example() -> None:
    """A new deck that shows what a deck is."""
    prompts = [Prompt(new_id(), text, notes=notes) for text, notes in EXAMPLE]
    _open_new(lambda click: values.new(click, prompts, title="Three quick questions"))


@errors.stored
def duplicate() -> None:
    """The open deck once more."""
    if deck := app.get().store.decks.get(held().deck_id or ""):
        _open_new(lambda click: replace(values.duplicated(deck, new_id=new_id), id=click))


def _open_new(make: Callable[[str], Deck]) -> None:
    state, tab, click = held(), session.held(), click_id()
    with scheduler.sending():
        if is_first(state, tab, click):
            app.get().store.decks.add(make(click))
            state.open_deck(click)


def import_file(key: str) -> None:
    """Make a deck of the uploaded file; what is wrong with it is said below the field."""
    state = held()
    for uploaded in upload_storage.arrived(widgets.value(key)):
        state.uploads += 1
        try:
            deck = files.read(uploaded.name, upload_storage.content(uploaded), new_id=new_id)
            app.get().store.decks.add(files.kept(deck, app.get().files))
        except (FormatError, FileRefused, StoreError) as error:
            state.refusals = [str(error)]
        else:
            state.open_deck(deck.id)
        finally:
            upload_storage.release([uploaded])


@errors.stored
def open_deck(key: str) -> None:
    """Open the deck that was chosen in the list."""
    if wanted := widgets.text(key):
        held().open_deck(wanted)


@errors.stored
def open_run(key: str) -> None:
    """Open the run that was chosen in the list."""
    if wanted := widgets.text(key):
        held().open_run(wanted)


def show_deck(deck_id: str) -> None:
    """Go from a run to its deck."""
    held().open_deck(deck_id)


def _change(state: DecksState, change: Callable[[Deck], Deck]) -> None:
    """Change the open deck, as it stands in the store now."""
    app.get().store.decks.change(state.deck_id or "", change)


@errors.stored
def add_prompt() -> None:
    """One more prompt at the end."""
    state, tab, click = held(), session.held(), click_id()
    with scheduler.sending():
        if is_first(state, tab, click):
            _change(state, lambda deck: values.added(deck, Prompt(click)))


@errors.stored
def move(prompt_id: str, to: int) -> None:
    """Move a prompt to another place."""
    _change(held(), lambda deck: values.moved(deck, prompt_id, to))


@errors.stored
def remove(prompt_id: str) -> None:
    """Take a prompt out."""
    _change(held(), lambda deck: values.without(deck, prompt_id))


@errors.stored
def attach(prompt_id: str, key: str) -> None:
    """Put uploaded files to a prompt; what is refused is said in a sentence."""
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
            state.refusals.append(
                f"A prompt takes {values.MOST_FILES} files at most; the others were left out."
            )
        return replace(prompt, attachments=tuple(together.values())[: values.MOST_FILES])

    # On what the store has now: another tab may have changed the deck while the files were read.
    _change(state, lambda deck: values.changed(deck, prompt_id, put))


@errors.stored
def detach(prompt_id: str, attachment_id: str) -> None:
    """Take a file away from a prompt."""

    def without(prompt: Prompt) -> Prompt:
        kept = tuple(each for each in prompt.attachments if each.id != attachment_id)
        return replace(prompt, attachments=kept)

    _change(held(), lambda deck: values.changed(deck, prompt_id, without))


def choose(key: str) -> None:
    """What was chosen in the menu of a deck or a run."""
    match widgets.text(key):
        case "Duplicate":
            duplicate()
        case "Delete deck":
            held().to_confirm = DELETE_DECK
        case "Delete run":
            held().to_confirm = DELETE_RUN


def withdraw() -> None:
    """Do not do what was asked about."""
    held().to_confirm = None


@errors.stored
def delete() -> None:
    """Delete what the person was asked about."""
    state, store = held(), app.get().store
    wanted, state.to_confirm = state.to_confirm, None
    if wanted == DELETE_DECK and state.deck_id:
        store.decks.delete(state.deck_id)
        state.open_deck(None)
    elif wanted == DELETE_RUN and state.run_id:
        stop_run(state.run_id)
        store.deck_runs.delete(state.run_id)
        state.open_deck(None)


def stop_run(run_id: str) -> None:
    """Stop a run, and whatever replies of it run by themselves."""
    application = app.get()
    application.engine.deck_runs.stop(run_id)
    for cells in application.store.comparisons.updated_in_run(run_id).values():
        for cell_id in cells:
            for reply_id in application.engine.running(cell_id):
                application.engine.cancel(reply_id)
