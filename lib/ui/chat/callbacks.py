"""Callbacks of the chat page's widgets. They run before the page is drawn."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from lib import app
from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.messages import Message
from lib.domain.text.markdown.literal import literal
from lib.engine.sending import Accepted, SendRefused, new_id
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.composer import chips, uploads
from lib.ui.kit import errors
from lib.ui.shell import clipboard, dialogs, scheduler
from lib.ui.state import structured, widgets
from lib.ui.state.conversation import conversations, sending
from lib.ui.state.panel import open_panel
from lib.ui.state.person import library, person_id
from lib.ui.state.session import MESSAGES_SHOWN, Session, held, wait_for_models

INSPECT, PIN, UNPIN, DELETE = "inspect", "pin", "unpin", "delete"
"""Entries of the chat's menu; the others are names of dialogs."""
INTERRUPTED = mark("The page was interrupted. Send it again.")


def submit() -> None:
    """Send the composer's text and files.

    The text stays in the box if a file was refused, so that no question goes out without its file, and if it
    was spoken, so that a person reads it before it is sent.
    """
    session, said = held(), widgets.value(sending.PROMPT)
    send_id = sending.send_id(session)
    if not said:
        return
    audio = getattr(said, "audio", None)  # absent if the box accepts no audio
    with uploads.once(session.draft, send_id) as is_first:
        if is_first:
            session.draft.refusals, session.send_id = [], new_id()
            uploads.take(session.draft, said.files)
        if is_first and session.draft.refusals:
            session.draft.give_back(said.text)
        elif is_first and not audio:
            _say(session, said.text, send_id)
    if audio and is_first:
        uploads.take_speech(session, said.text, audio)


def send(text: str) -> None:
    """Send a message after the last one of the shown path, with the draft's files."""
    session = held()
    _say(session, text, sending.send_id(session, "suggested"))


def _say(session: Session, text: str, send_id: str) -> None:
    if not text.strip() and not session.draft.attachments:
        return
    refusal = _(INTERRUPTED)
    try:
        say = sending.say(session.conversation, text, session.draft.attachments)
        refusal = _send(session, say, send_id)
    finally:  # also after a fault of ours
        if refusal:
            session.draft.give_back(text, refusal)
    if not refusal:
        session.draft.clear()


def detach(attachment_id: str) -> None:
    """Remove a file from the draft."""
    held().draft.detach(attachment_id)


def write_down_again() -> None:
    """Try again to transcribe the last recording."""
    session = held()
    if not session.draft.recording:
        return
    (text, recording), session.draft.refusals = session.draft.recording, []
    uploads.write_down(session, text, recording)


def clear_parameter(code: str) -> None:
    """Unset what a chip of the composer shows."""
    chips.clear(held().structure, code)


def regenerate(message_id: str) -> None:
    """Ask for another version of an answer."""
    session = held()
    question_id = session.conversation.messages[message_id].parent_id
    begin = partial(app.get().engine.regenerate, person_id(), question_id=question_id)
    _send_again(session, begin, "regenerated")


def ask_model(message_id: str, model: str) -> None:
    """Regenerate an answer with another model."""
    held().conversation.model = model
    regenerate(message_id)


def continue_reply(message_id: str) -> None:
    """Continue an answer that broke off."""
    begin = partial(app.get().engine.continue_, person_id(), answer_id=message_id)
    _send_again(held(), begin, "continued")


def resend(message_id: str, key: str) -> None:
    """Send an edited message as a new version beside the old one."""
    session = held()
    text, edited = widgets.text(key), session.conversation.messages[message_id]
    if (text.strip() or edited.attachments) and _send_version(session, edited, text, edited.attachments):
        session.editing = None


def resend_without_images(question_id: str) -> None:
    """Send a question again as a new version without its images."""
    session = held()
    question = session.conversation.messages[question_id]
    documents = [attachment for attachment in question.attachments if not attachment.is_image]
    _send_version(session, question, question.content, documents)


def ask_in_new_chat() -> None:
    """Open a new chat, with the question that got no answer in its message box."""
    question = held().conversation.unanswered()
    conversations.new_chat()
    if question:
        held().draft.give_back(question.content)


def _send_version(session: Session, message: Message, text: str, attachments: Sequence[Attachment]) -> bool:
    """Send a new version beside a message; return whether it was accepted."""
    parent_id, engine = message.parent_id, app.get().engine
    say = partial(engine.say, person_id(), text=text, parent_id=parent_id, attachments=attachments)
    return _send_again(session, say, "edited")


def _send_again(session: Session, begin: Callable[..., Accepted | None], how: str) -> bool:
    """Start a reply to what is in the chat; return whether it was accepted. A toast says why it was not."""
    if refusal := _send(session, begin, sending.send_id(session, how)):
        st.toast(literal(refusal), icon=":material/error:")
    return not refusal


def _send(session: Session, begin: Callable[..., Accepted | None], send_id: str) -> str:
    """Start a reply in the engine; return why it was refused, or "".

    The send carries the id that the page had at the click: a click that arrives twice sends once.
    """
    if fault := structured.fault(session.structure):
        return _("{} Change it under “Parameters”.").format(fault)
    if not session.conversation.model:  # sent before the page had drawn the list of models
        wait_for_models()
        session.conversation.model = next(iter(session.models), None)
    try:
        with scheduler.sending():
            accepted = begin(
                session.conversation,
                connection=session.connection,
                send_id=send_id,
                session_id=session.id,
            )
            if accepted:
                accepted.put_into(session.conversation)
    except SendRefused as error:
        return str(error)
    session.note_sent()
    session.draft.take_out()
    return ""


def edit(message_id: str | None) -> None:
    """Open a message for editing; `None` cancels the edit."""
    held().editing = message_id


def copy(message_id: str) -> None:
    """Copy an answer's text to the clipboard, as the model wrote it."""
    session = held()
    for turn in session.conversation.turns():
        if turn[0].id == message_id:
            clipboard.copy("".join(message.said for message in turn))


def inspect(answer_id: str | None) -> None:
    """Open the inspector on an answer; `None` means the last one."""
    open_panel(INSPECT, answer_id)


@errors.stored
def show_version(message_id: str) -> None:
    """Show the path through another version."""
    session = held()
    conversation = session.conversation
    conversation.leaf_id = conversation.newest_leaf(message_id)
    library().conversations.show(conversation.id, conversation.leaf_id)


def show_earlier() -> None:
    """Draw more of a long conversation."""
    held().shown_messages += MESSAGES_SHOWN


def menu_action(key: str) -> None:
    """Handle the option chosen in the chat's menu: do it, or open the dialog of that name."""
    name, conversation_id = widgets.text(key), held().conversation.id
    if name in (PIN, UNPIN):
        conversations.pin(conversation_id, name == PIN)
    elif name == DELETE:
        conversations.delete(conversation_id)
    elif name == INSPECT:
        inspect(None)
    else:
        open_panel(name, conversation_id if name == dialogs.RENAME else None)
