"""A message that is not sent yet: its files, and text to put back into the message box."""

import threading
from dataclasses import dataclass, field

from lib.domain.conversation.attachments import Attachment
from lib.engine.sending import new_id


@dataclass(slots=True)
class Draft:
    """The next message of a page: of the open chat, or of a comparison."""

    attachments: list[Attachment] = field(default_factory=list)
    """The accepted files."""
    refusals: list[str] = field(default_factory=list)
    """Why the last files or the last recording failed, one sentence each."""
    unsent: str = ""
    """Why the returned text was not sent, in a sentence."""
    recording: tuple[str, bytes] | None = None
    """A recording whose transcription failed, after the text that was typed before it."""
    returned: str | None = None
    """Text that the page puts back into the message box; "" removes it again."""
    returns: str = ""
    """The id of the last return of a text: the same one may be returned twice, in another session too."""
    returns_drawn: str = ""
    """The one that the page had put back when it was last drawn."""
    checked: str = ""
    """The browser's last question whether a send has arrived: its id, and a time that tells two apart."""
    has_arrived: bool = False
    """Whether that one has."""
    submitted: str = ""
    """The id of the last send from the message box."""
    submitting: threading.Event | None = None
    """Set when that send is done: files take a while."""
    transcribing: threading.Event | None = None
    """Set when the last transcription has succeeded or failed."""

    def give_back(self, text: str, why: str = "") -> None:
        """Return a text to the message box that was not sent."""
        self.unsent = why
        if text:
            self.returned, self.returns = text, new_id()

    def take_out(self) -> None:
        """Remove a returned text from the box, because it was sent in another way."""
        self.unsent = ""
        if self.returned:
            self.returned = ""

    def clear(self) -> None:
        """Empty the draft after a send."""
        self.attachments, self.refusals, self.unsent, self.recording = [], [], "", None

    def detach(self, attachment_id: str) -> None:
        """Remove a file."""
        self.attachments = [each for each in self.attachments if each.id != attachment_id]
        self.refusals = []
