"""Conversations from files of this program and of others: one module per format.

Each conversation's format is recognized by its fields. Other programs do not document their formats, which
are known only from their files: missing or odd values are skipped, and what can be read is imported.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lib.domain.conversation import exports
from lib.domain.conversation.conversations import Conversation
from lib.domain.imports import chatgpt, claude, open_webui
from lib.domain.imports.fields import fields_of, text_of
from lib.domain.imports.files import Take, nothing
from lib.domain.imports.outcome import LeftOut, Reason
from lib.domain.text.validation import FormatError


@dataclass(frozen=True, slots=True)
class _Format:
    """How conversations of one program are recognized and read. `read` raises `FormatError`."""

    fits: Callable[[Mapping[str, Any]], bool]
    read: Callable[[Mapping[str, Any], Take], Conversation]


def _is_ours(given: Mapping[str, Any]) -> bool:
    return "leaf_id" in given or {"created_at", "messages"} <= given.keys()


def _read_ours(given: Mapping[str, Any], _: Take) -> Conversation:
    return exports.read_conversation(given, "it")


_FORMATS = (
    _Format(chatgpt.fits, chatgpt.read),
    _Format(claude.fits, claude.read),
    _Format(open_webui.fits, open_webui.read),
    _Format(_is_ours, _read_ours),
)


def read(item: Any, take: Take = nothing) -> Conversation | LeftOut:
    """Parse a conversation from a file, or return why it is left out; `take` returns the files in it.

    Ids are kept, or derived from the content: the same conversation always gets the same ids.
    """
    given = fields_of(item)
    form = next((form for form in _FORMATS if form.fits(given)), None)
    title = text_of(given.get("title")) or text_of(given.get("name"))
    if form is None:
        return LeftOut(Reason.UNKNOWN, title)
    try:
        conversation = form.read(given, take)
    except (FormatError, RecursionError):
        return LeftOut(Reason.DAMAGED, title)
    return conversation if conversation.messages else LeftOut(Reason.EMPTY, title)
