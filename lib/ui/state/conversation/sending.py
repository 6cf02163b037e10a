"""What a send carries: the message box that it came from, and the id that makes it happen only once."""

from collections.abc import Callable, Sequence
from functools import partial

from lib import app
from lib.domain.comparison.comparisons import MOST_CELLS
from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import Conversation
from lib.engine.sending import Accepted
from lib.ui.state import widgets
from lib.ui.state.person import person_id
from lib.ui.state.session import Session

PROMPT = "prompt"
"""Key of the chat's message box."""
SEND_ID = "send_id"
"""Key of the hidden field that holds the id of the next send. A click that arrives twice carries the same
id."""
LONGEST_SEND_ID = 64
LONGEST_MESSAGE = 200_000
"""Characters; more is a document, not a message."""


def send_id(session: Session, how: str = "", suffix_length: int = 0) -> str:
    """Return the id that the page had at the click, cut to leave room for a suffix of so many characters.

    What is sent by a button tells `how`: a message that follows before the page is drawn is another send.
    """
    suffix = how and f"/{how}"
    most = LONGEST_SEND_ID - suffix_length - len(suffix)
    return (widgets.text(SEND_ID) or session.send_id)[:most] + suffix


def has_arrived(send_id: str) -> bool:
    """Return whether something was asked with this id; of a comparison, in one cell at least."""
    ids = [send_id, *(f"{send_id}/{position}" for position in range(MOST_CELLS))]
    return app.get().engine.has_begun(person_id(), ids)


def say(
    conversation: Conversation, text: str, attachments: Sequence[Attachment]
) -> Callable[..., Accepted | None]:
    """Return the engine's call for a text at the end of the shown path, still without how it is sent.

    It replaces an unanswered question, so that a model never gets two at once: the same text is sent again; a
    changed text becomes another version of the question and keeps its files.
    """
    engine, question, who = app.get().engine, conversation.unanswered(), person_id()
    if question is None:
        return partial(engine.say, who, text=text, parent_id=conversation.leaf_id, attachments=attachments)
    if text.strip() == question.content.strip() and not attachments:
        return partial(engine.regenerate, who, question_id=question.id)
    together = [*question.attachments, *attachments]
    return partial(engine.say, who, text=text, parent_id=question.parent_id, attachments=together)
