"""How somebody wants to read and write here."""

from dataclasses import dataclass
from enum import StrEnum


class TextSize(StrEnum):
    """The size of all text on the page."""

    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


class SendsWith(StrEnum):
    """What sends a message; the other one begins a new line."""

    ENTER = "enter"
    CTRL_ENTER = "ctrl_enter"


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's choices, which last and hold in each of their browsers."""

    language: str | None = None
    """As the files in `locale/` name it; `None` is what the browser asks for."""
    text_size: TextSize = TextSize.NORMAL
    sends_with: SendsWith = SendsWith.ENTER
