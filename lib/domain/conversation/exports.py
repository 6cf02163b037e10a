"""Conversations as files: JSON that can be imported without loss, Markdown for reading.

The JSON format is SynStar Chat's own; its names are those of OpenAI's API reference. `VERSION` grows when a
reader of the old format could misread the new one; unknown keys are skipped. A file may come from anybody:
reading it either returns conversations that can be stored, or raises a `FormatError`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from lib.domain.conversation import attachments
from lib.domain.conversation.attachments import Attachment, AttachmentKind, data_uri
from lib.domain.conversation.conversations import Conversation, shown_title
from lib.domain.conversation.messages import Message
from lib.domain.reply import reply as replies
from lib.domain.reply.citations import Citation
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import in_words
from lib.domain.reply.wording import ending, first_token
from lib.domain.text.printable import printable
from lib.domain.text.validation import FormatError, validated
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import lazy, mark

VERSION = 1

ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
"""A valid id: the store's columns hold 32 characters."""

Load = Callable[[Attachment], bytes | None]
"""Returns the bytes of an image; `None` if they no longer exist."""


def to_json(
    conversations: Iterable[Conversation], load: Load = lambda attachment: attachment.data
) -> dict[str, Any]:
    """The conversations with all their branches, oldest message first, as plain JSON values.

    Images are included as data URIs, documents as the text that was read from them.
    """
    return {"version": VERSION, "conversations": [_conversation(each, load) for each in conversations]}


def json_text(conversation: Conversation, load: Load) -> str:
    """The text of one conversation in `to_json`."""
    return json.dumps(_conversation(conversation, load), ensure_ascii=False, indent=1)


def json_pieces(texts: Iterable[str]) -> Iterator[str]:
    """Yield the text of `to_json` from the texts of its conversations, of which only one is in memory."""
    yield f'{{\n "version": {VERSION},\n "conversations": ['
    separator = "\n"
    for text in texts:
        yield separator + text
        separator = ",\n"
    yield "\n]}\n"


def _conversation(conversation: Conversation, load: Load) -> dict[str, Any]:
    values = {field.name: getattr(conversation, field.name) for field in fields(conversation)}
    return values | {
        "created_at": _date(conversation.created_at),
        "updated_at": _date(conversation.updated_at),
        "params": conversation.params.body(),
        "messages": [_message(message, load) for message in conversation.messages.values()],
    }


def _message(message: Message, load: Load) -> dict[str, Any]:
    reply = message.reply
    made = {"images": reply.images, "audio": reply.audio} if reply else {}
    files = {name: [_attachment(each, load) for each in made[name]] for name in made}
    attached = [_attachment(attachment, load) for attachment in message.attachments]
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role,
        "content": reply.text if reply else message.content,
        "created_at": _date(message.created_at),
        "reply": {"id": message.id, **replies.to_json(reply), **files} if reply else None,
        **({"attachments": attached} if attached else {}),
    }


def _attachment(attachment: Attachment, load: Load) -> dict[str, Any]:
    data = None if attachment.kind is AttachmentKind.DOCUMENT else load(attachment)
    return attachments.to_json(attachment) | {"data": data_uri(attachment.media_type, data) if data else None}


def _date(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def from_json(data: Any) -> list[Conversation]:
    """Parse the conversations that `to_json` wrote; a reply that was running is interrupted."""
    export = validated(dict, data)
    if validated(int, export.get("version"), "version") != VERSION:
        raise FormatError("version", lazy("must be {version}", version=VERSION))
    ids, message_ids = set[str](), set[str]()
    conversations = []
    for index, item in enumerate(validated(list, export.get("conversations"), "conversations")):
        conversation = read_conversation(item, f"conversations[{index}]", message_ids)
        claim(conversation.id, ids, f"conversations[{index}]")
        conversations.append(conversation)
    return conversations


def read_conversation(value: Any, where: str, message_ids: set[str] | None = None) -> Conversation:
    """Parse one conversation, found at `where`, that `to_json` wrote; `message_ids` are already taken."""
    message_ids = set() if message_ids is None else message_ids
    given = validated(dict, value, where)
    given.setdefault("updated_at", given.get("created_at"))
    items = validated(list, given.pop("messages", None), f"{where}.messages")
    conversation = validated(Conversation, given, where)
    claim(conversation.id, set(), where)
    leaf_id = conversation.leaf_id
    for index, item in enumerate(items):
        at = f"{where}.messages[{index}]"
        message = _read_message(item, at)
        claim(message.id, message_ids, at)
        if message.parent_id is not None and message.parent_id not in conversation.messages:
            raise FormatError(f"{at}.parent_id", lazy("must name an earlier message of the conversation"))
        conversation.add([message])
    if leaf_id is not None and leaf_id not in conversation.messages:
        raise FormatError(f"{where}.leaf_id", lazy("must name a message of the conversation"))
    conversation.leaf_id = leaf_id or conversation.leaf_id
    return conversation


def _read_message(value: Any, where: str) -> Message:
    message = validated(Message, _updated(value), where)
    if (reply := message.reply) is None:
        return message
    if message.role != "assistant":
        raise FormatError(f"{where}.reply", lazy("must be null, for the role is {role}", role=message.role))
    if message.content != reply.text:
        raise FormatError(f"{where}.content", lazy("must be the text of its reply"))
    state = State.INTERRUPTED if reply.state is State.RUNNING else reply.state
    return replace(message, reply=replace(reply, state=state))


def _updated(message: Any) -> Any:
    """The message as this version writes it."""
    held = message.get("attachments") if isinstance(message, dict) else None
    if not isinstance(held, list):
        return message
    given = [attachments.with_notes(each) if isinstance(each, dict) else each for each in held]
    return {**message, "attachments": given}


def claim(id_: str, taken: set[str], where: str) -> None:
    """Add an id, found at `where`, to those taken. Raises `FormatError`."""
    place = f"{where}.id".lstrip(".")
    if not ID.fullmatch(id_):
        raise FormatError(place, lazy("must be 1 to 32 letters, digits, - or _"))
    if id_ in taken:
        raise FormatError(place, lazy("must not occur twice"))
    taken.add(id_)


def to_markdown(conversation: Conversation) -> str:
    """The shown path, for reading: messages as they were written, with figures and errors below.

    Headings and figures are in the language of whoever is being answered.
    People also read such files in a terminal: control sequences are removed.
    """
    blocks = [
        f"# {_line(shown_title(conversation.title))}",
        formats.moment_with_zone(conversation.created_at),
    ]
    if conversation.system_prompt:
        blocks += [_heading(_("System prompt")), conversation.system_prompt]
    for message in conversation.path():
        blocks += _answer(message.reply) if message.reply else _said(message)
    return printable("\n\n".join(blocks)) + "\n"


def _heading(text: str) -> str:
    return f"## {text}"


def _said(message: Message) -> Iterator[str]:
    yield _heading(_(_ROLES[message.role]))
    yield from _names(message.attachments)
    yield message.content


_ROLES = {"user": mark("Question"), "assistant": mark("Answer"), "system": mark("System prompt")}
_KINDS = {
    AttachmentKind.IMAGE: mark("Image: {}"),
    AttachmentKind.DOCUMENT: mark("Document: {}"),
    AttachmentKind.AUDIO: mark("Audio: {}"),
}


def named(attachment: Attachment) -> str:
    """An attachment's kind and name."""
    return _(_KINDS[attachment.kind]).format(attachment.name)


def _names(attached: Iterable[Attachment]) -> Iterator[str]:
    """A line with the name of each attachment, since a text cannot contain the file."""
    for each in attached:
        yield f"*{_line(named(each))}*"


def _answer(reply: Reply) -> Iterator[str]:
    model = reply.model_served or reply.model_requested
    yield _heading(_("Answer by `{model}`").format(model=_line(model)) if model else _("Answer"))
    if reply.reasoning:
        heading = _("Reasoning")
        yield f"<details>\n<summary>{heading}</summary>\n\n{reply.reasoning}\n\n</details>"
    yield from filter(None, (reply.text, reply.refusal))
    for call in reply.tool_calls:
        named = _("Tool call {}").format(f"`{_line(call.name)}`")
        yield f"{named}\n\n```json\n{call.arguments}\n```"
    yield from _names(reply.made)
    yield from _sources(reply.citations)
    if figures := " · ".join(filter(None, (in_words(reply.usage), first_token(reply), _line(ending(reply))))):
        yield f"*{figures}*"
    if reply.error:
        yield f"> {_line(str(reply.error))}"


def _sources(citations: Sequence[Citation]) -> Iterator[str]:
    """A numbered list: `[1]` in an answer refers to its first line."""
    if citations:
        lines = [f"{number}. {_source(each)}" for number, each in enumerate(citations, 1)]
        yield _("Sources") + "\n\n" + "\n".join(lines)


def _source(citation: Citation) -> str:
    title = re.sub(r"([\\\[\]`*_<>])", r"\\\1", _line(citation.title))
    return " ".join(filter(None, (title, f"<{citation.link}>" if citation.link else citation.url)))


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
