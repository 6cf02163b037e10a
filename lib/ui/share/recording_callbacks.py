"""Callbacks for recordings. They run before the page is drawn."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lib import app
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.recordings import Recording, RecordingKind
from lib.domain.conversation.conversations import clean_title
from lib.domain.text.markdown.literal import literal
from lib.domain.text.validation import FormatError
from lib.engine.playback import recorder
from lib.files.imports import archive
from lib.files.refusal import FileRefused
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.store.database.errors import StoreError
from lib.ui.kit import errors
from lib.ui.server import upload_storage
from lib.ui.state import session, undo, widgets
from lib.ui.state.person import library

KEY = "recordings"
KEEP = mark("Keep as recording")
"""What makes a recording of something, marked for translation."""
RENAME, DELETE, IMPORT = "rename", "delete", "import"
"""The dialogs."""
LISTED = 30
"""Recordings listed at once; "Show more" adds as many again."""


@dataclass(slots=True)
class Listing:
    """The state of a tab's list of recordings."""

    listed: int = LISTED
    panel: str | None = None
    """The open dialog."""
    chosen: str | None = None
    """The recording that the dialog is about."""
    chosen_title: str = ""
    notice: str | None = None
    """Why the last file was not imported."""
    added: str | None = None
    """The title of an imported recording, until the page has announced it."""


def held() -> Listing:
    """Return this tab's list."""
    return widgets.hold(KEY, Listing, Listing)


def keep_comparison(comparison_id: str) -> None:
    """Keep the current state of a comparison."""
    _flush()
    if found := library().comparisons.get(comparison_id):
        _keep([found], RecordingKind.COMPARISON, found.title)


def keep_reply(answer_id: str) -> None:
    """Keep an answer of the open chat, given by its first message, with the messages before it."""
    _flush()
    conversation = session.held().conversation
    for turn in conversation.turns():
        if turn[0].id == answer_id and not conversation.is_temporary:
            comparison = recorder.as_comparison(conversation, turn[-1].id)
            _keep([comparison], RecordingKind.REPLY, comparison.title)


def keep_run(run_id: str) -> None:
    """Keep a deck run: one comparison per prompt that was asked."""
    _flush()
    own = library()
    if run := own.deck_runs.get(run_id):
        _keep(own.comparisons.of_run(run_id), RecordingKind.DECK, run.deck.shown_title)


def _flush() -> None:
    app.get().engine.flush()  # so that the latest words are recorded too


def record(
    comparisons: Sequence[Comparison], kind: RecordingKind, title: str, *, recording_id: str | None = None
) -> Recording | None:
    """Return a recording of these at this tab's prices, or show a toast and return `None` if that fails."""
    if refusal := recorder.why_not(comparisons):
        st.toast(literal(refusal), icon=":material/info:")
        return None
    application = app.get()
    prices = application.engine.catalogue.prices(session.held().connection, wait_seconds=0)
    return recorder.record(
        library(), comparisons, title=title, kind=kind, prices=prices, recording_id=recording_id
    )


@errors.stored
def _keep(comparisons: Sequence[Comparison], kind: RecordingKind, title: str) -> None:
    recording, application = record(comparisons, kind, title), app.get()
    if recording is None:
        return
    is_new = library().recordings.add(recording, archive.loader(application.files))
    said = _("Kept. You find it under “Recordings”.") if is_new else _("Already recorded.")
    st.toast(said, icon=":material/play_circle:")


def choose(key: str, recording_id: str) -> None:
    """Open the dialog chosen in a recording's menu."""
    listing = held()
    listing.chosen, listing.panel = recording_id, widgets.text(key)
    listing.chosen_title = library().recordings.title(recording_id) or ""


def open_panel(name: str | None) -> None:
    """Open a dialog of the page; `None` closes it."""
    listing = held()
    listing.panel, listing.notice = name, None


@errors.stored
def rename(key: str) -> None:
    listing = held()
    title = clean_title(widgets.text(key))
    if title and listing.chosen:
        library().recordings.rename(listing.chosen, title)
    listing.panel = None


@errors.stored
def delete() -> None:
    """Delete the chosen recording, after the person has confirmed."""
    listing, recordings = held(), library().recordings
    if listing.chosen:
        # A whole copy stays for the time of the offer. One that cannot be read cannot be brought back.
        with suppress(FormatError):
            if recording := recordings.get(listing.chosen):
                undo.offer(recording.id, recording.title, partial(_bring_back, recording))
        recordings.delete(listing.chosen)
    listing.panel = listing.chosen = None


def _bring_back(recording: Recording) -> None:
    library().recordings.add(recording)


def take(key: str) -> None:
    """Import a recording from the uploaded file; the dialog shows any error."""
    listing = held()
    for uploaded in upload_storage.arrived(widgets.value(key)):
        listing.notice = _take(listing, uploaded)
        listing.panel = IMPORT if listing.notice else None


def _take(listing: Listing, uploaded: UploadedFile) -> str | None:
    try:
        recording = archive.recording_in(upload_storage.content(uploaded))
        if not library().recordings.add(recording, is_imported=True):
            return _("This recording already exists.")
    except (FileRefused, FormatError, StoreError) as error:
        return str(error)
    finally:
        upload_storage.release([uploaded])
    listing.added = recording.title
    return None


def show_more() -> None:
    """List more recordings."""
    held().listed += LISTED
