"""Files that an export refers to; whoever opens the export finds their bytes (`Take`)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lib.domain.conversation.attachments import Attachment


@dataclass(frozen=True, slots=True)
class Named:
    """A picture or document that an export refers to."""

    name: str = ""
    """The file's base name, if it is known."""
    pointer: str = ""
    """Where its bytes are: the other program's id, or a data URI."""
    text: str = ""
    """A document's text, if the export contains it."""
    is_picture: bool = False

    @property
    def words(self) -> str:
        """The replacement text if the file itself is missing."""
        return "[image]" if self.is_picture else f"[file: {' '.join(self.name.split()) or 'without a name'}]"


Take = Callable[[Named], Attachment | None]
"""Returns the attachment; `None` if it is missing or cannot be stored."""


def nothing(_: Named) -> None:
    """A `Take` for an export without files."""
    return


def taken(named: Iterable[Named], take: Take) -> tuple[tuple[Attachment, ...], list[str]]:
    """The files that exist, and the replacement texts for missing ones."""
    found = [(each, take(each)) for each in named]
    files = tuple(attachment for _, attachment in found if attachment is not None)
    return files, [each.words for each, attachment in found if attachment is None]
