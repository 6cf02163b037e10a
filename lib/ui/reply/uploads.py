"""Takes the files and recordings of a message out of Streamlit's widgets; nothing of Streamlit's is kept."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lib import app
from lib.domain.conversation.attachments import Attachment, images_of, upload_name
from lib.domain.conversation.attachments import uploads as uploads_of
from lib.domain.reply.error_words import WORDS
from lib.domain.reply.errors import ChatError
from lib.files.upload_validation import LONGEST_DOCUMENT, FileRefused
from lib.files.upload_validation import take as take_file
from lib.ui.reply.stream import SILENCE_SECONDS
from lib.ui.server import upload_storage
from lib.ui.state import widgets
from lib.ui.state.draft import Draft
from lib.ui.state.session import Session

MOST_FILES, MOST_IMAGES = 10, 20
"""With one message. A long screenshot is one file of several images."""
_claiming = threading.Lock()


@contextmanager
def once(draft: Draft, send_id: str) -> Iterator[bool]:
    """Handle what is sent from the message box; says whether that is done for the first time under this id.

    Where a click arrives twice, or something else happens while its files are read, two runs of the page go
    on side by side: only the first one sends, and the others draw what it has done (`wait`).
    """
    # Two runs of one page may be here at once: Streamlit starts the next before the last has ended.
    with _claiming:
        is_first = draft.submitted != send_id
        if is_first:
            draft.submitted, draft.submitting = send_id, threading.Event()
    try:
        yield is_first
    finally:
        if is_first and draft.submitting:
            draft.submitting.set()


def wait(draft: Draft) -> None:
    """Before a page is drawn: wait for what another run of it sends."""
    while draft.submitting and not draft.submitting.wait(SILENCE_SECONDS):
        widgets.still_here()


def take(draft: Draft, files: Iterable[Any]) -> None:
    """Put uploaded files to those that wait for the next message; what is refused is said in a sentence."""
    try:
        _take(draft, files)
    finally:
        # Now: Streamlit would keep the bytes for as long as the tab is open.
        upload_storage.release(files)


def _take(draft: Draft, files: Iterable[Any]) -> None:
    for file in files:
        if len(uploads_of(draft.attachments)) >= MOST_FILES:
            draft.refusals.append(f"A message takes {MOST_FILES} files at most; the others were left out.")
            return
        room = LONGEST_DOCUMENT - sum(len(each.text) for each in draft.attachments)
        try:
            _add(draft, take_file(file.name, upload_storage.content(file), most_characters=room))
        except FileRefused as refused:
            draft.refusals.append(str(refused))


def _add(draft: Draft, taken: list[Attachment]) -> None:
    """One file more. What is there already under another name is told with it. Raises `FileRefused`."""
    name = upload_name(taken[0])
    known = {each.id: number for number, each in enumerate(draft.attachments)}
    new = [each for each in {each.id: each for each in taken}.values() if each.id not in known]
    if len(images_of([*draft.attachments, *new])) > MOST_IMAGES:
        raise FileRefused(
            f"“{name}” comes in {len(new)} pieces; a message takes {MOST_IMAGES} images at most."
        )
    draft.attachments += new
    same = known.get(taken[0].id)
    if same is not None and upload_name(draft.attachments[same]) != name:
        first = draft.attachments[same]
        note = f"{first.note} “{name}” holds the same and is not sent again.".strip()
        draft.attachments[same] = replace(first, note=note)


def take_speech(session: Session, text: str, audio: UploadedFile) -> None:
    """As `write_down`, for what was spoken just now."""
    try:
        recording = upload_storage.content(audio)
    except FileRefused as refused:
        session.draft.give_back(text)
        session.draft.refusals.append(str(refused))
    else:
        upload_storage.release([audio])
        write_down(session, text, recording)


def write_down(session: Session, text: str, recording: bytes) -> None:
    """Put what a recording says behind the text that was written before it, for the person to read and send.

    Where that fails a sentence says why, and the recording is kept.
    """
    draft = session.draft
    draft.transcribing, draft.recording = threading.Event(), (text, recording)
    draft.give_back(text)
    try:
        spoken = _written_down(session, recording)
        draft.recording = None
        draft.give_back(f"{text} {spoken}".strip())
        if not spoken:
            draft.refusals.append("Nothing could be heard in the recording.")
    except ChatError as error:
        draft.refusals.append(f"{WORDS[error.category].title}. {error.sentence} {error.hint}")
    finally:
        draft.transcribing.set()


def follow_speech(session: Session) -> None:
    """Wait for what another run of this page has written down, and draw the page again with it.

    A click ends the run in which a person has spoken, and with it what that would have shown.
    """
    draft, transcribing = session.draft, session.draft.transcribing
    has_waited = transcribing is not None and not transcribing.is_set()
    while transcribing and not transcribing.wait(SILENCE_SECONDS):
        widgets.still_here()
    if has_waited or draft.drawn != draft.returns:  # it came after the box was drawn
        st.rerun()


def _written_down(session: Session, recording: bytes) -> str:
    application = app.get()
    return application.engine.transcribe(
        session.connection,
        recording,
        model=application.settings.transcription_model or "",
        session_id=session.id,
        conversation_id=session.conversation.id,
    )
