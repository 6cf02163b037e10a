"""What a send carries: the message box that it came from, and the id that makes it happen only once."""

from lib.ui.state import widgets
from lib.ui.state.session import Session

PROMPT = "prompt"
"""Key of the chat's message box."""
SEND_ID = "send_id"
"""Key of the hidden field that holds the id of the next send. A click that arrives twice carries the same
id."""
LONGEST_SEND_ID = 64
LONGEST_MESSAGE = 200_000
"""Characters; more is a document, not a message."""


def send_id(session: Session, room: int = 0) -> str:
    """Return the id that the page had at the click, cut to leave `room` characters for a suffix."""
    return (widgets.text(SEND_ID) or session.send_id)[: LONGEST_SEND_ID - room]
