"""What a person does: callbacks of the page's widgets. They run before the page is drawn."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lib import app
from lib.domain.models.connection import parse_api_key
from lib.domain.text.markdown.literal import literal, md
from lib.engine.engine import SendRefused, new_id
from lib.engine.sending import Accepted
from lib.ui.chat import conversation_callbacks
from lib.ui.kit import errors
from lib.ui.reply import uploads
from lib.ui.share import recording_callbacks
from lib.ui.shell import scheduler
from lib.ui.state import choices, structured
from lib.ui.state.session import MESSAGES_SHOWN, Session, hear_models, held

PROMPT = "prompt"
"""The composer's key."""
SEND_ID = "send_id"
"""Key of the hidden field that holds the id of the next send."""
INSPECT = "Inspect"
"""The inspector's name, as menus show it."""
LONGEST_SEND_ID = 64
LISTING_SECONDS = 5.0
"""How long "Try again" waits for a list of models."""


def submit() -> None:
    """Send what stands in the composer, with its files.

    It stays there while a file was refused, so that nothing is asked without it, and when it was spoken, so
    that a person reads it before it is sent. Files and speech take a while: whatever ends the run meanwhile
    does so at the next look into the session state, so there is none after them.
    """
    session, said = held(), st.session_state[PROMPT]
    send_id = st.session_state.get(SEND_ID) or session.send_id
    if not said:
        return
    audio = getattr(said, "audio", None)  # not there where nothing can be spoken
    with uploads.once(session, send_id) as is_first:
        if is_first:
            session.refusals, session.send_id = [], new_id()
            uploads.take(session, said.files)
        if is_first and session.refusals:
            session.draft = said.text
        elif is_first and not audio:
            _say(session, said.text, send_id)
    if audio and is_first:
        uploads.take_speech(session, said.text, audio)


def send(text: str) -> None:
    """Say something after the shown path's last message, with the files that wait for it."""
    _say(held(), text)


def _say(session: Session, text: str, send_id: str | None = None) -> None:
    """What follows a question that got no answer takes its place, so that a model is never asked two at once:
    unchanged, it is asked again; changed, it is another version of it, with the files it had.
    """
    if not text.strip() and not session.attached:
        return
    was_sent, question, engine = False, session.conversation.unanswered(), app.get().engine
    try:
        if question is None:
            leaf_id = session.conversation.leaf_id
            say = partial(engine.say, text=text, parent_id=leaf_id, attachments=session.attached)
            was_sent = _send(session, say, send_id)
        elif text.strip() == question.content.strip() and not session.attached:
            was_sent = _send(session, partial(engine.regenerate, question_id=question.id), send_id)
        else:
            attachments = [*question.attachments, *session.attached]
            say = partial(engine.say, text=text, parent_id=question.parent_id, attachments=attachments)
            was_sent = _send(session, say, send_id)
    finally:  # also where Streamlit ends the run while it is told why
        session.draft = "" if was_sent else text
    if was_sent:
        session.forget_attached()


def detach(attachment_id: str) -> None:
    """Take a waiting file away again."""
    session = held()
    session.attached = [each for each in session.attached if each.id != attachment_id]
    session.refusals = []


def write_down_again() -> None:
    """Try once more to have the last recording written down."""
    session = held()
    if not session.recording:
        return
    (text, recording), session.refusals = session.recording, []
    uploads.write_down(session, text, recording)


def pick(key: str) -> None:
    """Send the suggestion that was picked."""
    send(st.session_state[key] or "")


def regenerate(message_id: str) -> None:
    """Ask for another version of an answer."""
    session = held()
    question_id = session.conversation.messages[message_id].parent_id
    _send(session, partial(app.get().engine.regenerate, question_id=question_id))


def ask_model(message_id: str, model: str) -> None:
    """Ask another model for the answer."""
    held().conversation.model = st.session_state[choices.MODEL] = model
    regenerate(message_id)


def go_on(message_id: str) -> None:
    """Ask for the rest of an answer that broke off."""
    _send(held(), partial(app.get().engine.continue_, answer_id=message_id))


def resend(message_id: str, key: str) -> None:
    """Send an edited message: a version beside the old one."""
    session = held()
    text, edited = st.session_state[key] or "", session.conversation.messages[message_id]
    if not text.strip() and not edited.attachments:
        return
    attachments = edited.attachments
    say = partial(app.get().engine.say, text=text, parent_id=edited.parent_id, attachments=attachments)
    if _send(session, say):
        session.editing = None


def _send(session: Session, begin: Callable[..., Accepted | None], send_id: str | None = None) -> bool:
    """Begin a reply with the engine; says whether it went. What was refused is said in a toast.

    The send carries the id that the page had when it was clicked: a click that arrives twice sends once.
    """
    if fault := structured.fault(structured.of_chat(session)):
        st.toast(md("{} Change it under “Parameters”.", literal(fault)), icon=":material/error:")
        return False
    if not session.conversation.model:  # asked before the page had drawn the list of models
        hear_models()
        session.conversation.model = next(iter(session.models), None)
    send_id = send_id or st.session_state.get(SEND_ID) or session.send_id
    try:
        with scheduler.sending():
            accepted = begin(
                session.conversation,
                connection=session.connection,
                send_id=send_id[:LONGEST_SEND_ID],
                session_id=session.id,
            )
            if accepted:
                accepted.put_into(session.conversation)
    except SendRefused as error:
        st.toast(literal(str(error)), icon=":material/error:")
        return False
    session.send_id, session.is_waiting = new_id(), True
    if session.returned:
        session.returned = ""
    return True


def stop(reply_id: str) -> None:
    app.get().engine.cancel(reply_id)


def edit(message_id: str | None) -> None:
    """Open a message for editing; `None` leaves it as it was."""
    held().editing = message_id


def copy(message_id: str) -> None:
    """Put an answer's text on the clipboard, as the model wrote it."""
    session = held()
    for turn in session.conversation.turns():
        if turn[0].id == message_id:
            session.copied = "".join(message.said for message in turn)


def copy_address(base_url: str) -> None:
    """Put the setting that was probably meant on the clipboard."""
    held().copied = f"KKIAI_BASE_URL={base_url}"


def list_models() -> None:
    """Ask the gateway once more for its models."""
    app.get().engine.catalogue.ask_again(held().connection, wait_seconds=LISTING_SECONDS)


def turn_action(key: str, question_id: str, answer_id: str) -> None:
    """What was chosen in a turn's menu."""
    match st.session_state[key]:
        case "Copy":
            copy(answer_id)
        case "Regenerate":
            regenerate(answer_id)
        case "Edit":
            edit(question_id)
        case "Inspect":
            inspect(answer_id)
        case recording_callbacks.KEEP:
            recording_callbacks.keep_reply(answer_id)


def inspect(answer_id: str | None) -> None:
    """Open the inspector on an answer; `None` is the last one."""
    open_panel(INSPECT)
    held().inspected = answer_id


@errors.stored
def show_version(message_id: str) -> None:
    """Show the path through another version of a message."""
    session = held()
    conversation = session.conversation
    conversation.leaf_id = conversation.newest_leaf(message_id)
    app.get().store.conversations.show(conversation.id, conversation.leaf_id)


def show_earlier() -> None:
    """Draw more of a long conversation."""
    held().shown_messages += MESSAGES_SHOWN


def open_panel(name: str | None) -> None:
    """Open a dialog of the chat page; `None` closes it."""
    session = held()
    session.panel, session.notice = name, None


def menu_action(key: str) -> None:
    """What was chosen in a menu: pin or unpin, else the dialog of that name."""
    match st.session_state[key]:
        case "Pin":
            conversation_callbacks.pin(True)
        case "Unpin":
            conversation_callbacks.pin(False)
        case "Inspect":
            inspect(None)
        case name:
            open_panel(name)


def connect(key: str) -> None:
    """Take a visitor's own key, for this tab only."""
    session = held()
    try:
        api_key = parse_api_key(st.session_state[key] or "")
    except ValueError as error:
        session.notice = f"This key {error}"
        return
    if not api_key:
        session.notice = "Paste a key first."
        return
    session.api_key = api_key
    session.conversation.model = app.get().settings.default_model
    session.open(session.conversation)
    session.turned_to = None  # a key may be given on other pages too
