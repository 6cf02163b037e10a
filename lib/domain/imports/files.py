"""Files that an export names: where their bytes are is told by who opens the export (`Take`)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lib.domain.conversation.attachments import Attachment


@dataclass(frozen=True, slots=True)
class Named:
    """A picture or a document as an export names it."""

    name: str = ""
    """The file's own name, if it is known."""
    pointer: str = ""
    """Where its bytes are: an id of the other program's, or a data URI."""
    text: str = ""
    """What a document says, where that stands in the export itself."""
    is_picture: bool = False

    @property
    def words(self) -> str:
        """What stands in a text where the file itself is not to be had."""
        return "[image]" if self.is_picture else f"[file: {' '.join(self.name.split()) or 'without a name'}]"


Take = Callable[[Named], Attachment | None]
"""Gives the attachment; `None` where it is not there, or cannot be kept."""


def nothing(_: Named) -> None:
    """A `Take` of an export that brings no files along."""
    return


def taken(named: Iterable[Named], take: Take) -> tuple[tuple[Attachment, ...], list[str]]:
    """The files that are there, and the words for those that are not."""
    found = [(each, take(each)) for each in named]
    files = tuple(attachment for _, attachment in found if attachment is not None)
    return files, [each.words for each, attachment in found if attachment is None]
