"""Helpers of the tests of imports: conversations in the shapes of other programs, with invented content."""

import json
from pathlib import Path
from typing import Any

from lib.domain import imports
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.imports.files import Named, Take, nothing
from lib.domain.reply.reply import Reply

FIXTURE = Path(__file__).parent / "fixtures" / "chatgpt_conversations.json"


def chatgpt() -> list[Any]:
    """ChatGPT's `conversations.json`: one with branches, one with a picture, one that is empty."""
    data: list[Any] = json.loads(FIXTURE.read_text("utf-8"))
    return data


def node(role: str | None, *parts: Any, parent: str | None = None, **message: Any) -> dict[str, Any]:
    """A node of a mapping of ChatGPT's, with a message if it has a role."""
    content = {"content_type": "text", "parts": list(parts)}
    said = {"author": {"role": role}, "content": content, **message} if role else None
    return {"parent": parent, "children": [], "message": said}


def parts(*parts: Any) -> dict[str, Any]:
    """The content of a message of ChatGPT's with more than text."""
    return {"content_type": "multimodal_text", "parts": list(parts)}


def taken(item: Any, take: Take = nothing) -> Conversation:
    """The conversation in an item of a file."""
    found = imports.read(item, take)
    assert isinstance(found, Conversation), found
    return found


def from_chatgpt(mapping: dict[str, Any], take: Take = nothing, **rest: Any) -> Conversation:
    """A conversation of ChatGPT's with these nodes."""
    return taken({"id": "c", "title": "Tea", "mapping": mapping, **rest}, take)


def reply_of(message: Message) -> Reply:
    """The reply of an assistant's message."""
    assert message.reply
    return message.reply


def there(named: Named) -> Attachment:
    """A `Take` to which every file is there."""
    kind = AttachmentKind.IMAGE if named.is_picture else AttachmentKind.DOCUMENT
    return Attachment(named.pointer or named.name, kind, named.name, "", 0, text=named.text)
