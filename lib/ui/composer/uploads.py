"""Takes a message's files and recordings out of Streamlit's widgets, and keeps no object of Streamlit's."""

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
from lib.domain.reply.errors import ChatError
from lib.domain.text.sentences import sentence
from lib.files.refusal import FileRefused, refused
from lib.files.upload_validation import LONGEST_DOCUMENT
from lib.files.upload_validation import take as take_file
from lib.i18n.translation import gettext as _
from lib.ui.reply.stream import SILENCE_SECONDS
from lib.ui.server import upload_storage
from lib.ui.state import widgets
from lib.ui.state.conversation.draft import Draft
from lib.ui.state.person import person_id
from lib.ui.state.session import Session

MOST_FILES, MOST_IMAGES = 10, 20
"""Per message. A long screenshot is one file of several images."""
_claiming = threading.Lock()


@contextmanager
def once(draft: Draft, send_id: str) -> Iterator[bool]:
    """Handle a send from the message box; yield whether its id arrives for the first time.

    If a click arrives twice, or another one while its files are read, two runs of the page overlap: only the
    first one sends, and the others wait and draw its result (`wait`).
    """
    # Two runs of one page may be here at once: Streamlit starts the next before the previous one has ended.
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
    """Wait for the send of another run of this page, before it is drawn."""
    while draft.submitting and not draft.submitting.wait(SILENCE_SECONDS):
        widgets.still_here()


def take(draft: Draft, files: Iterable[Any]) -> None:
    """Add uploaded files to the draft; each refused one gets a sentence."""
    try:
        _take(draft, files)
    finally:
        # At once: Streamlit would keep the bytes for as long as the tab is open.
        upload_storage.release(files)


def _take(draft: Draft, files: Iterable[Any]) -> None:
    for file in files:
        if len(uploads_of(draft.attachments)) >= MOST_FILES:
            draft.refusals.append(
                _("A message takes {} files at most; the others were left out.").format(MOST_FILES)
            )
            return
        room = LONGEST_DOCUMENT - sum(len(each.text) for each in draft.attachments)
        try:
            _add(draft, take_file(file.name, upload_storage.content(file), most_characters=room))
        except FileRefused as refused:
            draft.refusals.append(str(refused))


def _add(draft: Draft, taken: list[Attachment]) -> None:
    """Add a file. If the draft has it under another name, add a note instead. Raises `FileRefused`."""
    name = upload_name(taken[0])
    known = {each.id: number for number, each in enumerate(draft.attachments)}
    new = [each for each in {each.id: each for each in taken}.values() if each.id not in known]
    if len(images_of([*draft.attachments, *new])) > MOST_IMAGES:
        raise refused(name, "many_pieces", pieces=len(new), most=MOST_IMAGES)
    draft.attachments += new
    same = known.get(taken[0].id)
    if same is not None and upload_name(draft.attachments[same]) != name:
        first = draft.attachments[same]
        notes = (*first.notes, sentence("same_content", name=name))
        draft.attachments[same] = replace(first, notes=notes)


def take_speech(session: Session, text: str, audio: UploadedFile) -> None:
    """Transcribe what was spoken just now, as `write_down` does."""
    try:
        recording = upload_storage.content(audio)
    except FileRefused as refused:
        session.draft.give_back(text)
        session.draft.refusals.append(str(refused))
    else:
        upload_storage.release([audio])
        write_down(session, text, recording)


def write_down(session: Session, text: str, recording: bytes) -> None:
    """Append a recording's transcript to the text written before it, for the person to read and send.

    If that fails, a sentence says why, and the recording is kept.
    """
    draft = session.draft
    draft.transcribing, draft.recording = threading.Event(), (text, recording)
    draft.give_back(text)
    try:
        spoken = _written_down(session, recording)
        draft.recording = None
        draft.give_back(f"{text} {spoken}".strip())
        if not spoken:
            draft.refusals.append(_("Nothing could be heard in the recording."))
    except ChatError as error:
        draft.refusals.append(_("{title}. {error}").format(title=error.title, error=error))
    finally:
        draft.transcribing.set()


def follow_speech(session: Session) -> None:
    """Wait for another run's transcription, and rerun the page with its result.

    A click ends the run that transcribes, which then cannot show its result.
    """
    draft, transcribing = session.draft, session.draft.transcribing
    has_waited = transcribing is not None and not transcribing.is_set()
    while transcribing and not transcribing.wait(SILENCE_SECONDS):
        widgets.still_here()
    if has_waited or draft.returns_drawn != draft.returns:  # the text came back after the box was drawn
        st.rerun()


def _written_down(session: Session, recording: bytes) -> str:
    application = app.get()
    return application.engine.transcribe(
        person_id(),
        session.connection,
        recording,
        model=application.settings.transcription_model or "",
        session_id=session.id,
        conversation_id=session.conversation.id,
    )
