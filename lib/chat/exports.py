"""Conversations as files: JSON that can be taken back without loss, Markdown for reading.

The JSON's shape is SynStar Chat's own; its names are those of OpenAI's API reference. `VERSION` grows when a
reader of the old shape could misread the new one; keys that a reader does not know are skipped. A file may
come from anybody: reading it ends with conversations that can be stored, or with an `ExportFormatError`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from lib.chat import attachments
from lib.chat import reply as replies
from lib.chat.attachments import Attachment, data_in, data_uri
from lib.chat.conversations import Conversation
from lib.chat.messages import Message
from lib.chat.reply import Reply, State
from lib.chat.usage import Source

VERSION = 1
LARGEST_NUMBER = 2**63 - 1
"""What a database's integer holds; also keeps infinity and NaN out."""
DEEPEST_VALUE = 32
"""Levels of lists and objects in a value that is kept as it is: a `response_format`, a tool."""

ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
"""What an id may be: the store's columns hold 32 characters."""
_KINDS = {
    str: "a string",
    int: "a whole number of 64 bits",
    float: "a finite number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}
_hints = cache(get_type_hints)


class ExportFormatError(ValueError):
    """The file is not what it should be; its text is one sentence that says what is wrong and where."""

    def __init__(self, where: str, wrong: str) -> None:
        super().__init__(f"This export cannot be read: {where or 'it'} {wrong}.")


Load = Callable[[Attachment], bytes | None]
"""Gives the bytes of an image; `None` where they are not there any more."""


def to_json(
    conversations: Iterable[Conversation], load: Load = lambda attachment: attachment.data
) -> dict[str, Any]:
    """The conversations with all their branches, oldest message first, as plain JSON values.

    Images go along as data URIs, documents as the text that was read from them.
    """
    return {"version": VERSION, "conversations": [_conversation(each, load) for each in conversations]}


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
    images = {"images": [_attachment(image, load) for image in reply.images]} if reply else {}
    attached = [_attachment(attachment, load) for attachment in message.attachments]
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role,
        "content": reply.text if reply else message.content,
        "created_at": _date(message.created_at),
        "reply": {"id": message.id, **replies.to_json(reply), **images} if reply else None,
        **({"attachments": attached} if attached else {}),
    }


def _attachment(attachment: Attachment, load: Load) -> dict[str, Any]:
    data = load(attachment) if attachment.is_image else None
    return attachments.to_json(attachment) | {"data": data_uri(attachment.media_type, data) if data else None}


def _date(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def from_json(data: Any) -> list[Conversation]:
    """The conversations that `to_json` wrote; a reply that was running is interrupted."""
    export = typed(dict, data, "")
    if typed(int, export.get("version"), "version") != VERSION:
        raise ExportFormatError("version", f"must be {VERSION}")
    ids, message_ids = set[str](), set[str]()
    conversations = []
    for index, item in enumerate(typed(list, export.get("conversations"), "conversations")):
        conversation = _read_conversation(item, f"conversations[{index}]", message_ids)
        _claim(conversation.id, ids, f"conversations[{index}]")
        conversations.append(conversation)
    return conversations


def _read_conversation(value: Any, where: str, message_ids: set[str]) -> Conversation:
    given = {**typed(dict, value, where)}
    given.setdefault("updated_at", given.get("created_at"))
    items = typed(list, given.pop("messages", None), f"{where}.messages")
    conversation: Conversation = _build(Conversation, given, where)
    leaf_id = conversation.leaf_id
    for index, item in enumerate(items):
        at = f"{where}.messages[{index}]"
        message = _read_message(item, at)
        _claim(message.id, message_ids, at)
        if message.parent_id is not None and message.parent_id not in conversation.messages:
            raise ExportFormatError(f"{at}.parent_id", "must name an earlier message of the conversation")
        conversation.add([message])
    if leaf_id is not None and leaf_id not in conversation.messages:
        raise ExportFormatError(f"{where}.leaf_id", "must name a message of the conversation")
    conversation.leaf_id = leaf_id or conversation.leaf_id
    return conversation


def _read_message(value: Any, where: str) -> Message:
    message: Message = _build(Message, value, where)
    if (reply := message.reply) is None:
        return message
    if message.role != "assistant":
        raise ExportFormatError(f"{where}.reply", f"must be null, for the role is {message.role}")
    if message.content != reply.text:
        raise ExportFormatError(f"{where}.content", "must be the text of its reply")
    state = State.INTERRUPTED if reply.state is State.RUNNING else reply.state
    return replace(message, reply=replace(reply, state=state))


def _claim(own: str, taken: set[str], where: str) -> None:
    if not ID.fullmatch(own):
        raise ExportFormatError(f"{where}.id", "must be 1 to 32 letters, digits, - or _")
    if own in taken:
        raise ExportFormatError(f"{where}.id", "must not occur twice")
    taken.add(own)


def _build(cls: Any, value: Any, where: str) -> Any:
    """A dataclass of ours from an object with its fields; other keys are skipped."""
    given, known = typed(dict, value, where), {}
    for field in fields(cls):
        at = f"{where}.{field.name}"
        if field.name in given:
            known[field.name] = _decode(_hints(cls)[field.name], given[field.name], at)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ExportFormatError(at, "is missing")
    return cls(**known)


def _decode(hint: Any, value: Any, where: str) -> Any:
    """A JSON value as the type that a field is declared with."""
    if hint in _KINDS:
        return typed(hint, value, where)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is UnionType:
        wanted = arguments[-2] if isinstance(value, dict) else arguments[0]  # the last one is None
        return None if value is None else _decode(wanted, value, where)
    if origin is tuple:
        items = enumerate(typed(list, value, where))
        return tuple(_decode(arguments[0], item, f"{where}[{index}]") for index, item in items)
    if origin is Mapping:
        return _plain(typed(dict, value, where), where)
    if is_dataclass(hint):
        return _build(hint, value, where)
    if hint is datetime:
        return _moment(value, where)
    if hint is bytes:
        return _bytes(value, where)
    choices = arguments if origin is Literal else tuple(hint)
    if value not in choices:
        raise ExportFormatError(where, f"must be one of {', '.join(choices)}")
    return choices[choices.index(value)]


def _moment(value: Any, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(typed(str, value, where))
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ExportFormatError(where, "must be a date in ISO 8601 with its time zone")


def _bytes(value: Any, where: str) -> bytes:
    try:
        return data_in(typed(str, value, where))
    except ValueError:
        raise ExportFormatError(where, "must be a data URI in base64") from None


def _plain(value: Any, where: str, depth: int = 0) -> Any:
    """A JSON value that is kept as it is."""
    if depth > DEEPEST_VALUE:
        raise ExportFormatError(where, "is nested too deep")
    if isinstance(value, dict):
        return {typed(str, key, where): _plain(item, where, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, where, depth + 1) for item in value]
    if value is None or isinstance(value, bool):
        return value
    return typed(str if isinstance(value, str) else float, value, where)


def typed(kind: type, value: Any, where: str) -> Any:
    """A JSON value of this kind, found at `where`; in text, halves of characters are joined or replaced."""
    fits = isinstance(value, int | float if kind is float else kind)
    if isinstance(value, bool):
        fits = kind is bool
    elif fits and isinstance(value, int | float):
        fits = abs(value) <= LARGEST_NUMBER
    if not fits:
        raise ExportFormatError(where, f"must be {_KINDS[kind]}")
    return mended(value) if isinstance(value, str) else value


def mended(text: str) -> str:
    """JSON can hold halves of characters, UTF-8 cannot: they are joined, or replaced where one is missing."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def to_markdown(conversation: Conversation) -> str:
    """The shown path, for reading: what was said stays as it was written, figures and errors below it."""
    began = f"{conversation.created_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    blocks = [f"# {_line(conversation.title)}", began]
    if conversation.system_prompt:
        blocks += ["## System", conversation.system_prompt]
    for message in conversation.path():
        blocks += _answer(message.reply) if message.reply else _said(message)
    return "\n\n".join(blocks) + "\n"


def _said(message: Message) -> Iterator[str]:
    yield f"## {message.role.capitalize()}"
    yield from _names(message.attachments)
    yield message.content


def _names(attached: Iterable[Attachment]) -> Iterator[str]:
    """A line for each attachment: only its name, for the file itself is not in a text."""
    for each in attached:
        yield f"*{each.kind.capitalize()}: {_line(each.name)}*"


def _answer(reply: Reply) -> Iterator[str]:
    model = reply.model_served or reply.model_requested
    yield f"## Assistant · `{_line(model)}`" if model else "## Assistant"
    if reply.reasoning:
        yield f"<details>\n<summary>Reasoning</summary>\n\n{reply.reasoning}\n\n</details>"
    yield from filter(None, (reply.text, reply.refusal))
    for call in reply.tool_calls:
        yield f"Tool call `{_line(call.name)}`:\n\n```json\n{call.arguments}\n```"
    yield from _names(reply.images)
    if figures := " · ".join(_figures(reply)):
        yield f"*{figures}*"
    if reply.error:
        yield f"> {_line(str(reply.error))}"


def _figures(reply: Reply) -> Iterator[str]:
    """What is known of a reply in numbers, and how it ended where that was not by itself."""
    usage, first_token_ms = reply.usage, reply.timing.first_token_ms
    source = " (estimated)" if usage.source is Source.ESTIMATED else ""
    if usage.prompt_tokens is not None:
        yield f"{usage.prompt_tokens:,} prompt tokens{source}"
    if usage.completion_tokens is not None:
        yield f"{usage.completion_tokens:,} completion tokens{source}"
    if first_token_ms is not None:
        yield f"first token after {first_token_ms / 1000:.2f} s"
    if reply.state is not State.COMPLETED:
        yield reply.state.value
    elif reply.finish_reason not in (None, "stop"):
        yield f"ended by `{_line(reply.finish_reason)}`"


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
