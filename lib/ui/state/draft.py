"""A message that is not sent yet: its files, and text that comes back into the message box."""

import threading
from dataclasses import dataclass, field

from lib.domain.conversation.attachments import Attachment


@dataclass(slots=True)
class Draft:
    """What waits for the next message of a page: of the open chat, or of a comparison."""

    attachments: list[Attachment] = field(default_factory=list)
    """Files that were taken."""
    refusals: list[str] = field(default_factory=list)
    """What has to be said about the last files or the last recording, a sentence each."""
    recording: tuple[str, bytes] | None = None
    """What was written before a recording that could not be written down, and the recording itself."""
    returned: str | None = None
    """Text that goes back into the message box; "" takes it out again."""
    is_stored: bool = False
    """Whether that text stands in the chat as well: then it gives way to what is typed meanwhile."""
    returns: int = 0
    """How many texts have come back: the same one may do so twice."""
    drawn: int = 0
    """How many of them the last run of the page knew of."""
    submitted: str = ""
    """The id under which something was sent last from the message box."""
    submitting: threading.Event | None = None
    """Set when that is done: files take a while."""
    transcribing: threading.Event | None = None
    """Set when the last recording has been written down, or that has failed."""

    def give_back(self, text: str, *, is_stored: bool = False) -> None:
        """Let a text return to the message box: one that was not sent, or a question without an answer."""
        if text:
            self.returned, self.is_stored, self.returns = text, is_stored, self.returns + 1

    def take_out(self) -> None:
        """It was sent in another way: what came back is not wanted in the box any more."""
        if self.returned:
            self.returned = ""

    def clear(self) -> None:
        """Nothing waits for the next message."""
        self.attachments, self.refusals, self.recording = [], [], None

    def detach(self, attachment_id: str) -> None:
        """Take a waiting file away again."""
        self.attachments = [each for each in self.attachments if each.id != attachment_id]
        self.refusals = []
