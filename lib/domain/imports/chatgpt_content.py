"""The `content` of ChatGPT's messages: text, code, pictures, speech, documents."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lib.domain.imports.fields import fields_of, items_of, objects_in, text_of
from lib.domain.imports.markdown import document, fenced

_ASSET = re.compile(r"file[-_][A-Za-z0-9]+")
_TEXT = ("text", "multimodal_text")
_PYTHON = ("python", "python_user_visible", "code_interpreter")
"""Tools whose code ChatGPT shows in its answer."""
_WHOLE = ("", ".*", "(?s).*", r"[\s\S]*")
"""Patterns of an update that replaces the whole document."""


def asset(pointer: Any) -> str:
    """The id of a file in its pointer: `file-service://file-…`, `sediment://file_…`, or the id alone."""
    id_ = text_of(pointer).rpartition("://")[2]
    found = _ASSET.match(id_)
    return found[0] if found else id_


def question_text(content: Mapping[str, Any]) -> str:
    """A person's words; `pictures_in` returns their pictures."""
    if content.get("content_type") in _TEXT:
        return _parts(content)
    return _code(content)


def answer_text(content: Mapping[str, Any], recipient: Any) -> str:
    """An answer's words; calls to tools are left out, except code and documents."""
    tool = text_of(recipient) or "all"
    if tool.startswith("canmore."):
        return _textdoc(text_of(content.get("text")) or _parts(content))
    if tool != "all" and tool.partition(".")[0] not in _PYTHON:
        return ""
    return question_text(content)


def thoughts(content: Mapping[str, Any]) -> str:
    """A model's thinking before its answer."""
    return "\n\n".join(filter(None, map(_thought, objects_in(content.get("thoughts")))))


def _thought(given: Mapping[str, Any]) -> str:
    summary, content = text_of(given.get("summary")).strip(), text_of(given.get("content")).strip()
    return "\n\n".join(filter(None, (f"**{summary}**" if summary else "", content)))


def pictures_in(content: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> list[str]:
    """The ids of all pictures: those in the parts, and those drawn by code."""
    parts = objects_in(content.get("parts")) if content.get("content_type") in _TEXT else []
    found = [asset(part.get("asset_pointer")) for part in parts if _is_picture(part)]
    result = fields_of(fields_of(metadata).get("aggregate_result"))
    drawn = [asset(each.get("image_url")) for each in objects_in(result.get("messages"))]
    return [*found, *filter(None, drawn)]


def _is_picture(part: Mapping[str, Any]) -> bool:
    kind = text_of(part.get("content_type"))
    is_other = "audio" in kind or "video" in kind or text_of(part.get("text"))
    return not is_other and ("image" in kind or "asset_pointer" in part)


def _parts(content: Mapping[str, Any]) -> str:
    parts = items_of(content.get("parts"))
    is_written_down = any(fields_of(part).get("content_type") == "audio_transcription" for part in parts)
    return "\n\n".join(filter(None, (_part(part, is_written_down) for part in parts)))


def _part(part: Any, is_written_down: bool) -> str:
    if isinstance(part, str):
        return text_of(part)
    given = fields_of(part)
    kind = text_of(given.get("content_type"))
    is_sound = ("audio" in kind or "video" in kind) and not is_written_down
    return text_of(given.get("text")) or ("[audio]" if is_sound else "")


def _code(content: Mapping[str, Any]) -> str:
    """Code and its output; empty for internal content such as web results."""
    match content.get("content_type"):
        case "code":
            return fenced(text_of(content.get("text")), text_of(content.get("language")))
        case "execution_output":
            return fenced(text_of(content.get("text")))
    return ""


def _textdoc(call: str) -> str:
    """The document in a call to the canvas: `{"name", "type", "content"}`, or `{"updates"}`."""
    try:
        given = fields_of(json.loads(call))
    except (ValueError, RecursionError):
        return ""
    kind = text_of(given.get("type"))
    language = kind.removeprefix("code/") if kind.startswith("code/") else None
    written = [text_of(given.get("content")), *_rewritten(given)]
    title = text_of(given.get("name"))
    return "\n\n".join(document(title, text, language) for text in written if text.strip())


def _rewritten(given: Mapping[str, Any]) -> Iterator[str]:
    for update in objects_in(given.get("updates")):
        if update.get("pattern") in _WHOLE:
            yield text_of(update.get("replacement"))
