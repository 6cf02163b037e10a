"""Takes what a person brings along: files, and what was spoken. Nothing of Streamlit's is kept."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lib import app
from lib.domain.conversation.attachments import Attachment, images_of, upload_name
from lib.domain.conversation.attachments import uploads as uploads_of
from lib.domain.reply.errors import ChatError
from lib.files.upload_validation import LONGEST_DOCUMENT, FileRefused
from lib.files.upload_validation import take as take_file
from lib.ui.kit.errors import TITLES
from lib.ui.reply.stream import SILENCE_SECONDS
from lib.ui.server import upload_storage
from lib.ui.state import widgets
from lib.ui.state.session import Session

MOST_FILES, MOST_IMAGES = 10, 20
"""With one message. A long screenshot is one file of several images."""
_claiming = threading.Lock()


class Tray(Protocol):
    """What waits for the next message of a page: of the chat's session, or of a comparison."""

    attached: list[Attachment]
    """Files that were taken."""
    refusals: list[str]
    """What has to be said about the last files, a sentence each."""
    draft: str
    """Text on its way back into the message box."""
    drawn: str
    """That text, as the run of the page has drawn it."""
    submitted: str
    """The id under which something was sent last from the message box."""
    submitting: threading.Event | None
    """Set when that is done: files take a while."""


@contextmanager
def once(tray: Tray, send_id: str) -> Iterator[bool]:
    """Handle what is sent from the message box; says whether that is done for the first time under this id.

    Where a click arrives twice, or something else happens while its files are read, two runs of the page go
    on side by side: only the first one sends, and the others draw what it has done (`wait`).
    """
    with _claiming:
        is_first = tray.submitted != send_id
        if is_first:
            tray.submitted, tray.submitting = send_id, threading.Event()
    try:
        yield is_first
    finally:
        if is_first and tray.submitting:
            tray.submitting.set()


def wait(tray: Tray) -> None:
    """Before a page is drawn: wait for what another run of it sends."""
    while tray.submitting and not tray.submitting.wait(SILENCE_SECONDS):
        widgets.still_here()


def take(tray: Tray, files: Iterable[Any]) -> None:
    """Put uploaded files to those that wait for the next message; what is refused is said in a sentence."""
    try:
        _take(tray, files)
    finally:
        upload_storage.release(files)


def _take(tray: Tray, files: Iterable[Any]) -> None:
    for file in files:
        if len(uploads_of(tray.attached)) >= MOST_FILES:
            tray.refusals.append(f"A message takes {MOST_FILES} files at most; the others were left out.")
            return
        room = LONGEST_DOCUMENT - sum(len(each.text) for each in tray.attached)
        try:
            _add(tray, take_file(file.name, upload_storage.content(file), most_characters=room))
        except FileRefused as refused:
            tray.refusals.append(str(refused))


def _add(tray: Tray, taken: list[Attachment]) -> None:
    """One file more. What is there already under another name is told with it. Raises `FileRefused`."""
    name = upload_name(taken[0])
    known = {each.id: number for number, each in enumerate(tray.attached)}
    new = [each for each in {each.id: each for each in taken}.values() if each.id not in known]
    if len(images_of([*tray.attached, *new])) > MOST_IMAGES:
        raise FileRefused(
            f"“{name}” comes in {len(new)} pieces; a message takes {MOST_IMAGES} images at most."
        )
    tray.attached += new
    same = known.get(taken[0].id)
    if same is not None and upload_name(tray.attached[same]) != name:
        first = tray.attached[same]
        note = f"{first.note} “{name}” holds the same and is not sent again.".strip()
        tray.attached[same] = replace(first, note=note)


def take_speech(session: Session, text: str, audio: UploadedFile) -> None:
    """As `write_down`, for what was spoken just now."""
    try:
        recording = upload_storage.content(audio)
    except FileRefused as refused:
        session.draft = text
        session.refusals.append(str(refused))
    else:
        upload_storage.release([audio])
        write_down(session, text, recording)


def write_down(session: Session, text: str, recording: bytes) -> None:
    """Put what a recording says behind the text that was written before it, for the person to read and send.

    Where that fails a sentence says why, and the recording is kept.
    """
    session.listening = threading.Event()
    session.draft, session.recording = text, (text, recording)
    try:
        spoken = _written_down(session, recording)
        session.recording = None
        session.draft = f"{text} {spoken}".strip()
        if not spoken:
            session.refusals.append("Nothing could be heard in the recording.")
    except ChatError as error:
        session.refusals.append(f"{TITLES[error.category]}. {error.sentence} {error.hint}")
    finally:
        session.listening.set()


def follow_speech(session: Session) -> None:
    """Wait for what another run of this page has written down, and draw the page again with it.

    A click ends the run in which a person has spoken, and with it what that would have shown.
    """
    listening = session.listening
    has_waited = listening is not None and not listening.is_set()
    while listening and not listening.wait(SILENCE_SECONDS):
        widgets.still_here()
    if has_waited or session.draft:  # it came after the box was drawn
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
