"""Takes what a person brings along: files, and what was spoken. Nothing of Streamlit's is kept."""

from collections.abc import Iterable
from typing import Any

from lib import app
from lib.chat.errors import ChatError
from lib.files.intake import LONGEST_DOCUMENT, FileRefused
from lib.files.intake import take as take_file
from lib.ui.errors import TITLES
from lib.ui.session import Session

MOST_FILES = 10
"""With one message."""


def take(session: Session, files: Iterable[Any]) -> None:
    """Put uploaded files to those that wait for the next message; what is refused is said in a sentence."""
    for file in files:
        known = {each.id for each in session.attached}
        if len(known) >= MOST_FILES:
            session.refusals.append(f"A message takes {MOST_FILES} files at most; the others were left out.")
            return
        room = LONGEST_DOCUMENT - sum(len(each.text) for each in session.attached)
        try:
            taken = take_file(file.name, file.getvalue(), most_characters=room)
        except FileRefused as refused:
            session.refusals.append(str(refused))
        else:
            if taken.id not in known:
                session.attached.append(taken)


def written_down(session: Session, text: str, recording: bytes) -> str | None:
    """What a recording says; `None`, with a sentence to show, when that failed.

    Then the recording is kept, with the text that was written before it.
    """
    application = app.get()
    session.recording = text, recording
    try:
        spoken = application.engine.transcribe(
            session.connection,
            recording,
            model=application.settings.transcription_model or "",
            session_id=session.id,
            conversation_id=session.conversation.id,
        )
    except ChatError as error:
        session.refusals.append(f"{TITLES[error.category]}. {error.message} {error.hint}")
        return None
    session.recording = None
    if not spoken:
        session.refusals.append("Nothing could be heard in the recording.")
    return spoken
