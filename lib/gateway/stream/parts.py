"""The parts of a message's content: text, thinking, pictures, sounds, tool calls, sources.

Content is a string, a list of parts, or a single part, in the formats of OpenAI's chat completions and
responses, and of Anthropic, Gemini and Mistral, which gateways pass on.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.domain.reply.citations import Citation
from lib.gateway.stream.chunks import as_json
from lib.gateway.stream.sources import citations_in


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the visible answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of the model's thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A piece of a refusal."""

    text: str


@dataclass(frozen=True, slots=True)
class Drew:
    """A picture: its address, its data URI, or its bytes in base64."""

    source: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Spoke:
    """A piece of a sound, as base64."""

    data: str


@dataclass(frozen=True, slots=True)
class Called:
    """A whole tool call."""

    id: str | None
    name: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class Named:
    """Sources that a part names."""

    citations: tuple[Citation, ...]


Part = Said | Thought | Refused | Drew | Spoke | Called | Named

DEEPEST = 8
"""Levels of nested parts that are read."""
_THINKING = {
    *("thinking", "reasoning", "reasoning_text", "reasoning_content", "thought", "summary_text", "summary"),
    *("reasoning.text", "reasoning.summary"),
}
_HIDDEN = {"redacted_thinking", "reasoning.encrypted", "signature"}
_TOOLS = {"tool_use", "tool_call", "function_call", "function", "server_tool_use"}
_TEXT_FIELDS = ("text", "content", "parts", "value", "output_text")
_THOUGHT_FIELDS = ("thinking", "reasoning", "summary", *_TEXT_FIELDS)


def parts_of(value: Any, said: Callable[[str], Part] = Said, depth: int = 0) -> Iterator[Part]:
    """Yield the parts of a content. `said` is the type of its plain texts."""
    if isinstance(value, str):
        if value:
            yield said(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield said(str(value))
    elif depth > DEEPEST:
        return
    elif isinstance(value, list):
        for item in value:
            yield from parts_of(item, said, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(value, said, depth + 1)


def text_of(value: Any) -> str:
    """The plain text of a content, without its other parts."""
    return "".join(part.text for part in parts_of(value) if isinstance(part, Said))


def _of_object(part: Mapping[str, Any], said: Callable[[str], Part], depth: int) -> Iterator[Part]:
    kind = str(part.get("type") or "").lower()
    if kind in _HIDDEN:
        return
    if kind in _THINKING or part.get("thought") is True:
        yield from parts_of(_first(part, _THOUGHT_FIELDS), Thought, depth)
    elif kind in _TOOLS and (call := _call(part)):
        yield call
    elif kind.endswith("reference"):
        yield Named(citations_in({"citation": part}))
    elif sound := sound_of(part):
        yield from sound
    elif source := picture_of(part):
        yield Drew(source, str(part.get("alt") or part.get("title") or ""))
    elif refusal := part.get("refusal"):
        yield from parts_of(refusal, Refused, depth)
    else:
        fields = _THOUGHT_FIELDS if said is Thought else _TEXT_FIELDS
        yield from parts_of(_first(part, fields), said, depth)
        if citations := citations_in(part):
            yield Named(citations)


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if fields.get(name) not in (None, "", [])), None)


def picture_of(part: Any, *, is_image: bool = False) -> str | None:
    """The source of a picture in a part: a URL, a data URI, or base64; `None` if there is no picture.

    `is_image` means that the part can be nothing else.
    """
    if isinstance(part, str):
        return part or None
    if not isinstance(part, dict):
        return None
    for name in ("image_url", "image", "output_image", "input_image"):
        if found := _address(part.get(name)):
            return found
    for name in ("b64_json", "image_base64"):
        if isinstance(encoded := part.get(name), str) and encoded:
            return encoded
    inline = part.get("inline_data") or part.get("inlineData") or part.get("source") or part.get("file")
    address = _address(inline)
    if address and (_media_type(inline).startswith("image/") or address[:11].lower() == "data:image/"):
        return address
    is_image = (
        is_image or "image" in str(part.get("type") or "").lower() or _media_type(part).startswith("image/")
    )
    return _address({**part, "url": part.get("url") or part.get("result")}) if is_image else None


def _address(value: Any) -> str | None:
    """The URL or data in a value, directly or one level down."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, dict):
        for name in ("url", "data", "b64_json", "base64", "file_data", "file_uri", "uri"):
            if isinstance(found := value.get(name), str) and found:
                return found
    return None


_MEDIA_TYPES = ("mime_type", "mimeType", "media_type", "mediaType")


def _media_type(value: Any) -> str:
    fields = value if isinstance(value, dict) else {}
    return str(next((fields[name] for name in _MEDIA_TYPES if fields.get(name)), "")).lower()


def sound_of(part: Mapping[str, Any]) -> list[Part]:
    """The piece of speech and of its transcript in a part; empty if there is no sound."""
    given = next((part[name] for name in ("audio", "output_audio", "input_audio") if part.get(name)), None)
    if given is None and (_is_sound(part) or _media_type(part).startswith("audio/")):
        given = part
    inline = part.get("inline_data") or part.get("inlineData")
    if given is None and _media_type(inline).startswith("audio/"):
        given = inline
    fields = {"data": given} if isinstance(given, str) else given
    if not isinstance(fields, dict):
        return []
    found: list[Part] = []
    if isinstance(words := fields.get("transcript"), str) and words:
        found.append(Said(words))
    if isinstance(data := fields.get("data"), str) and data:
        found.append(Spoke(data))
    return found


def _is_sound(part: Mapping[str, Any]) -> bool:
    return str(part.get("type") or "").lower() in ("audio", "output_audio", "input_audio")


def _call(part: Mapping[str, Any]) -> Called | None:
    function = part.get("function")
    fields = function if isinstance(function, dict) else part
    name, id_ = fields.get("name"), part.get("id") or part.get("call_id")
    given = next((fields[each] for each in ("arguments", "input") if fields.get(each) is not None), "")
    if not isinstance(name, str):
        return None
    arguments = given if isinstance(given, str) else as_json(given)
    return Called(id_ if isinstance(id_, str) else None, name, arguments)
