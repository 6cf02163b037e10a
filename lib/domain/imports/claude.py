"""Claude's data export: `conversations.json`, a list of conversations with their `chat_messages`.

Anthropic publishes no schema (https://support.anthropic.com/en/articles/9450526). Older exports hold only a
message's `text`, newer ones its parts in `content` and the previous message in `parent_message_uuid`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import Conversation
from lib.domain.imports.fields import fields_of, id_of, identity, moment_of, objects_in, source_of, text_of
from lib.domain.imports.files import Named, Take, taken
from lib.domain.imports.markdown import document, fenced
from lib.domain.imports.tags import Tag, pieces
from lib.domain.imports.tree import Node, Said, conversation
from lib.domain.reply.citations import Citation
from lib.domain.text.validation import FormatError
from lib.i18n.translation import lazy

_TAG = re.compile(r"<(?P<name>antArtifact|antThinking)\b(?P<attributes>[^<>]*)>")
_LANGUAGES = {
    "text/html": "html",
    "image/svg+xml": "svg",
    "application/vnd.ant.react": "jsx",
    "application/vnd.ant.mermaid": "mermaid",
}
"""Languages of artifacts that are code without naming a language."""


def fits(given: Mapping[str, Any]) -> bool:
    """Whether this is a conversation of Claude, or an empty one without messages; a project has documents."""
    return "chat_messages" in given or ({"uuid", "name"} <= given.keys() and "docs" not in given)


def read(given: Mapping[str, Any], take: Take) -> Conversation:
    """Parse the conversation with all its branches. Raises `FormatError`."""
    messages = given.get("chat_messages") or []
    if not isinstance(messages, list):
        raise FormatError("chat_messages", lazy("must be a list"))
    return conversation(
        _nodes(objects_in(messages), text_of(given.get("model")), take),
        id_=id_of(identity(given, "uuid"), "claude"),
        title=text_of(given.get("name")),
        created_at=moment_of(given.get("created_at")),
        updated_at=moment_of(given.get("updated_at")),
        shown=text_of(given.get("current_leaf_message_uuid")),
        is_pinned=given.get("is_starred") is True,
    )


def _nodes(messages: list[Mapping[str, Any]], model: str, take: Take) -> dict[str, Node]:
    """The messages by id. If none names its parent, each follows the previous one."""
    is_tree = any(text_of(each.get("parent_message_uuid")) for each in messages)
    nodes: dict[str, Node] = {}
    before: str | None = None
    for number, each in enumerate(messages):
        id_ = text_of(each.get("uuid"))
        id_ = id_ if id_ and id_ not in nodes else f"{id_}/{number}"
        parent = text_of(each.get("parent_message_uuid")) or None if is_tree else before
        nodes[id_] = Node(parent, moment_of(each.get("created_at")), _said(each, model, take))
        before = id_
    return nodes


def _said(given: Mapping[str, Any], model: str, take: Take) -> Said | None:
    parts = objects_in(given.get("content"))
    said = text_of(given.get("text"))
    match given.get("sender"):
        case "human":
            written = "\n\n".join(filter(None, (text_of(part.get("text")) for part in parts))) or said
            files, missing = taken(_files(given), take)
            return Said("user", "\n\n".join(filter(None, (*missing, written))), files=files)
        case "assistant":
            # Some exports have the answer's words only in `text`, and thinking or tools in the parts.
            if not any(_says(part) for part in parts):
                parts = [{"type": "text", "text": said}, *parts]
            return _answer(parts, model, take)
    return None


def _says(part: Mapping[str, Any]) -> bool:
    return part.get("type") == "text" and bool(text_of(part.get("text")).strip())


def _files(given: Mapping[str, Any]) -> Iterator[Named]:
    """The files of a question: documents with their text, others only by name."""
    known = set[str]()
    for each in objects_in(given.get("attachments")):
        name = text_of(each.get("file_name")) or "pasted.txt"
        known.add(name)
        yield Named(name, text=text_of(each.get("extracted_content")))
    for each in (*objects_in(given.get("files")), *objects_in(given.get("files_v2"))):
        name = text_of(each.get("file_name"))
        if name and name not in known:
            known.add(name)
            yield Named(name, text_of(each.get("file_uuid")))


def _answer(parts: list[Mapping[str, Any]], model: str, take: Take) -> Said:
    texts, thinking = list[str](), list[str]()
    files, citations = list[Attachment](), list[Citation]()
    for part in parts:
        match part.get("type"):
            case "text":
                for text, is_thinking in _texts(text_of(part.get("text"))):
                    (thinking if is_thinking else texts).append(text)
                citations += filter(None, map(_citation, objects_in(part.get("citations"))))
            case "thinking":
                thinking.append(_thinking(part))
            case "tool_use":
                texts.append(_written(fields_of(part.get("input"))))
            case "tool_result":
                files += filter(None, (take(each) for each in _pictures(part)))
    return Said(
        "assistant",
        "\n\n".join(filter(str.strip, texts)),
        reasoning="\n\n".join(filter(str.strip, thinking)),
        files=tuple(files),
        citations=tuple(citations),
        model=model,
    )


def _texts(text: str) -> Iterator[tuple[str, bool]]:
    """The text, with artifacts as documents; and the thinking about them."""
    shown: list[str] = []
    for piece in pieces(text, _TAG):
        if not isinstance(piece, Tag):
            shown.append(piece)
        elif piece.name == "antThinking":
            yield piece.body.strip(), True
        else:
            given = {"content": piece.body.strip("\n"), **piece.attributes}
            shown.append(f"\n\n{_artifact(given)}\n\n")
    yield re.sub(r"\n{3,}", "\n\n", "".join(shown)).strip() if len(shown) > 1 else text, False


def _thinking(part: Mapping[str, Any]) -> str:
    summaries = [text_of(each.get("summary")) for each in objects_in(part.get("summaries"))]
    return text_of(part.get("thinking")) or "\n\n".join(summaries)


def _written(call: Mapping[str, Any]) -> str:
    """What a tool call wrote for the person: an artifact, a file, code that was run."""
    if text := text_of(call.get("file_text")):
        name = text_of(call.get("path")).rpartition("/")[2]
        return document(name, text, None if name.endswith(".md") else name.rpartition(".")[2])
    if text_of(call.get("content")) and "command" in call:
        return _artifact(call)
    return fenced(text_of(call.get("code")), "javascript")


def _artifact(given: Mapping[str, Any]) -> str:
    kind = text_of(given.get("type"))
    language = text_of(given.get("language")) or _LANGUAGES.get(kind)
    if language is None and kind == "application/vnd.ant.code":
        language = ""
    return document(text_of(given.get("title")), text_of(given.get("content")), language)


def _pictures(result: Mapping[str, Any]) -> Iterator[Named]:
    for part in objects_in(result.get("content")):
        source = fields_of(part.get("source"))
        if part.get("type") == "image" and (data := text_of(source.get("data"))):
            yield Named(pointer=f"data:{text_of(source.get('media_type'))};base64,{data}", is_picture=True)
        elif part.get("type") == "image" and (id_ := text_of(part.get("file_uuid"))):
            yield Named(text_of(part.get("file_name")), id_, is_picture=True)


def _citation(given: Mapping[str, Any]) -> Citation | None:
    details = fields_of(given.get("details"))
    return source_of({**details, **given, "url": given.get("url") or details.get("url")})
