"""Reads a model's deltas: text, thinking, tool calls, pictures, sounds, sources."""

import re
from collections import deque
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from lib.domain.reply.citations import Citation, numbered
from lib.domain.reply.errors import ChatError
from lib.domain.reply.tape import (
    Audio,
    Cited,
    Content,
    ContentWasReasoning,
    Event,
    Image,
    Noted,
    Reasoning,
    Refusal,
    ToolCall,
)
from lib.domain.text.inline_images import InlineImage, InlineImages
from lib.domain.text.sentences import Sentence, sentence
from lib.gateway import images
from lib.gateway.images import RemoteImage
from lib.gateway.limits import MB, REMOTE_IMAGES, Limits
from lib.gateway.stream import parts
from lib.gateway.stream.parts import Called, Drew, Named, Part, Refused, Said, Spoke, Thought
from lib.gateway.stream.sounds import Speech
from lib.gateway.stream.sources import citations_in, searched
from lib.gateway.stream.think_tags import ThinkTags
from lib.gateway.stream.tool_calls import ToolCalls

_Piece = type[Content] | type[Reasoning] | type[Refusal]

_REASONING = (
    *("reasoning_content", "reasoning", "reasoning_details", "reasoning_text", "thinking", "thinking_blocks"),
    *("thought", "thoughts", "reasoning_summary", "cot_summary"),
)
"""A delta's reasoning under any of its names. The first non-empty field counts: New API's Dify channel fills
`reasoning_content` and `reasoning` with the same text.

`reasoning_content` is the name of DeepSeek, Qwen, GLM and Kimi, `reasoning` that of OpenRouter, Ollama and
vLLM, `reasoning_text` Copilot's, `thinking_blocks` LiteLLM's."""
_BLANKS = re.compile(r"\s*")
_USUAL_REASONING = ("reasoning_content",)
BLOCK = 128 * 1024
"""Characters searched at once: during a search the whole process waits."""
MOST_CITATIONS = 1000
"""Sources of an answer; further ones are ignored."""
_USUAL = frozenset(("role", "content", "reasoning_content", "refusal", "tool_calls"))
"""The fields of nearly all deltas: only a delta with other fields is searched for them."""


class _Told:
    """Thinking that came in a field and was not yet repeated between tags."""

    def __init__(self) -> None:
        self._pieces: deque[str] = deque()
        self._at = 0
        """The position in the first piece."""

    def add(self, thought: str) -> None:
        self._pieces.append(thought)

    def repeats(self, thinking: str) -> bool:
        """Whether tagged thinking repeats the next part of it; if so, that part is removed."""
        self._skip_blanks()
        ahead, length = [], 0
        for number, piece in enumerate(self._pieces):
            ahead.append(piece[self._at : self._at + len(thinking)] if number == 0 else piece)
            length += len(ahead[-1])
            if length >= len(thinking):
                break
        does = "".join(ahead).startswith(thinking.rstrip())
        if does:
            self._skip(len(thinking))
        return does

    def _skip_blanks(self) -> None:
        while self._pieces:
            blanks = _BLANKS.match(self._pieces[0], self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._pieces[0]):
                return
            self._skip(0)

    def _skip(self, length: int) -> None:
        self._at += length
        while self._pieces and self._at >= len(self._pieces[0]):
            self._at -= len(self._pieces.popleft())
        self._at = self._at if self._pieces else 0


class Delta:
    """Reads the deltas of one answer, or its whole message. Pieces of one kind are joined into one event."""

    def __init__(self, limits: Limits) -> None:
        self.at_ms = 0.0
        self.saw_answer = False
        """Whether any part of an answer has come: content, reasoning, a refusal, a tool call, a picture."""
        self.remote_images: list[RemoteImage] = []
        self.excess: Sentence | None = None
        """The limit that the answer exceeds, in one sentence; empty if it exceeds none."""
        self._limits = limits
        self._room, self._room_for_files = limits.text_characters, limits.file_bytes
        self._events: list[Event] = []
        self._piece: _Piece = Content
        self._texts: list[str] = []
        self._think_tags = ThinkTags()
        self._inline_images = InlineImages()
        self._told = _Told()
        self._tool_calls = ToolCalls()
        self._pictures: dict[bytes, str] = {}
        """The field in which each picture first came, by the hash of its source."""
        self._drawn = 0
        self._speech = Speech()
        self._citations: tuple[Citation, ...] = ()

    def read(self, delta: dict[str, Any]) -> None:
        """Read one more delta."""
        is_usual = delta.keys() <= _USUAL
        for name in _USUAL_REASONING if is_usual else _REASONING:
            # Not `is None`: some servers send an empty one with each piece of the answer.
            if (given := delta.get(name)) and self._read_reasoning(given):
                break
        content = delta.get("content")
        if not is_usual:
            content = content or _content_elsewhere(delta)
        if isinstance(content, str):
            if content:
                self._read_text(content, is_thinking=not is_usual and _is_thinking(delta))
        elif content is not None:
            self._read_parts(parts.parts_of(content))
        if refusal := delta.get("refusal"):
            self._add_text(Refusal, parts.text_of(refusal))
        if calls := delta.get("tool_calls"):
            self._add_calls(self._tool_calls.read(calls))
            self.cite(searched(calls))
        if not is_usual:
            self._read_unusual(delta)

    def cite(self, citations: tuple[Citation, ...]) -> None:
        """Add the named sources; known ones are not reported again."""
        citations = citations[:MOST_CITATIONS] if len(self._citations) < MOST_CITATIONS else ()
        if citations and (known := numbered(self._citations, citations)) != self._citations:
            self._citations = known
            self._add(Cited(self.at_ms, citations))

    def take(self) -> list[Event]:
        """Return the events since the last call."""
        self._join_texts()
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        """The answer has ended: release what was held back."""
        thinking, text = self._think_tags.close()
        self._add_tagged(thinking)
        self._add_content(text)
        self._add_pieces(self._inline_images.close())
        if sound := self._speech.close():
            self._add(Audio(self.at_ms, sound))

    def _read_reasoning(self, given: Any) -> bool:
        """Read the thinking in a field; return whether there was any."""
        thought = "".join(part.text for part in parts.parts_of(given, Thought) if isinstance(part, Thought))
        self._add_text(Reasoning, thought)
        if thought and not self._think_tags.passing:
            self._told.add(thought)
            self._think_tags.is_told = True
        return bool(thought)

    def _read_unusual(self, delta: dict[str, Any]) -> None:
        # OpenAI's format before `tool_calls`: one call, without an index or an id.
        if isinstance(call := delta.get("function_call"), dict):
            self._add_calls(self._tool_calls.read({"index": "function_call", **call}))
        for field in ("images", "image", "image_url", "image_urls"):
            given = delta.get(field)
            for each in given if isinstance(given, list) else [given]:
                if source := parts.picture_of(each, is_image=True):
                    self._add_picture(Drew(source), field)
        for part in parts.parts_of(delta.get("multi_mod_content")) if delta.get("content") else ():
            if isinstance(part, Drew | Spoke):
                self._read_part(part)
        if sound := delta.get("audio"):
            self._read_parts(parts.sound_of({"audio": sound}))
        self.cite(citations_in(delta))

    def _read_parts(self, found: Iterable[Part]) -> None:
        for part in found:
            self._read_part(part)

    def _read_part(self, part: Part) -> None:
        match part:
            case Said(text=text):
                self._read_text(text)
            case Thought(text=text):
                self._add_text(Reasoning, text)
            case Refused(text=text):
                self._add_text(Refusal, text)
            case Drew():
                self._add_picture(part, "content")
            case Spoke(data=data):
                self._add_sound(data)
            case Named(citations=citations):
                self.cite(citations)
            case Called(id=id_, name=name, arguments=arguments):
                self._add_calls(self._tool_calls.add(None, id_, name, arguments))

    def _add_calls(self, pieces: Iterable[tuple[int, str | None, str | None, str]]) -> None:
        for number, id_, name, arguments in pieces:
            if number >= self._limits.calls:
                self.excess = sentence("tools", most=self._limits.calls)
                return
            self._add(ToolCall(self.at_ms, number, id_, name, self._taken(arguments)))

    def _read_text(self, text: str, *, is_thinking: bool = False) -> None:
        """Read content; `is_thinking` if a mark beside it calls it thinking, with or without tags in it."""
        if len(text) > BLOCK:
            for start in range(0, len(text), BLOCK):
                self._read_text(text[start : start + BLOCK], is_thinking=is_thinking)
            return
        if self._think_tags.passes(text) and not is_thinking:
            self._add_content(text)
            return
        split = self._think_tags.split(text)
        if split.was_thinking:
            self._add_pieces(self._inline_images.close())
            self._add(ContentWasReasoning(self.at_ms))
            self._add_text(Reasoning, split.thinking)
        else:
            self._add_tagged(split.thinking)
        if is_thinking:
            self._think_tags.is_told |= bool(split.text)
            self._add_text(Reasoning, split.text)
        else:
            self._add_content(split.text)

    def _add_tagged(self, thinking: str) -> None:
        """Add thinking between tags, except what a reasoning field has already said."""
        if thinking and not self._told.repeats(thinking):
            self._add_text(Reasoning, thinking)

    def _add_content(self, text: str) -> None:
        if self._inline_images.passes(text):
            self._add_text(Content, text)
        else:
            self._add_pieces(self._inline_images.feed(text))

    def _add_pieces(self, pieces: list[str | InlineImage]) -> None:
        for piece in pieces:
            if isinstance(piece, str):
                self._add_text(Content, piece)
            elif not images.is_image(piece.data_uri):
                self._add_text(Content, piece.written)
            else:
                self._add_picture(Drew(piece.data_uri, piece.name), "text")

    def _add_picture(self, picture: Drew, field: str) -> None:
        """Add a picture once: some servers send it both in the text and in its own field."""
        # A model may draw the same picture twice in one field: only a repetition in another field is dropped.
        if self._pictures.setdefault(sha256(picture.source.encode()).digest(), field) != field:
            return
        self._drawn += 1
        if self._drawn > self._limits.files:
            self.excess = self.excess or sentence("pictures", most=self._limits.files)
            return
        if picture.source.startswith(("http://", "https://")):
            self._add_remote(picture)
            return
        try:
            data = images.decoded(picture.source)
        except ChatError as error:
            self._add(Noted(self.at_ms, sentence("picture_left_out", why=error.what)))
        else:
            if self._has_room_for(len(data)):
                self._add(Image(self.at_ms, images.image(self._drawn, data, picture.name)))

    def _add_remote(self, picture: Drew) -> None:
        """Note a picture at a URL, to be fetched at the end of the answer; one too many stays a link."""
        self.saw_answer = True
        if len(self.remote_images) < REMOTE_IMAGES:
            self.remote_images.append(RemoteImage(self._drawn, picture.source, picture.name))
        else:
            self._add_text(Content, f"\n\n[{picture.name or 'image'}](<{picture.source}>)")

    def _has_room_for(self, size: int) -> bool:
        """Whether one more file, or piece of one, of this many bytes is within the limits."""
        self._room_for_files -= size
        if self._room_for_files < 0:
            most = self._limits.file_bytes // MB
            self.excess = self.excess or sentence("files_of_megabytes", most=most)
        return not self.excess

    def _taken(self, text: str) -> str:
        """As much of the text as the limit allows."""
        if len(text) > self._room:
            most = self._limits.text_characters // MB
            self.excess = self.excess or sentence("characters", most=most)
            text = text[: self._room]
        self._room -= len(text)
        return text

    def _add_sound(self, data: str) -> None:
        if not self._has_room_for(len(data) * 3 // 4):
            return
        if self._speech.add(data):
            self.saw_answer = True
        else:
            self._add(Noted(self.at_ms, sentence("sound_unreadable")))

    def _add_text(self, piece: _Piece, text: str) -> None:
        text = self._taken(text) if text else ""
        if not text:
            return
        self.saw_answer = True
        if piece is not self._piece:
            self._join_texts()
            self._piece = piece
        self._texts.append(text)

    def _add(self, event: Event) -> None:
        self.saw_answer |= isinstance(event, ToolCall | Image)
        self._join_texts()
        self._events.append(event)

    def _join_texts(self) -> None:
        if self._texts:
            self._events.append(self._piece(self.at_ms, "".join(self._texts)))
            self._texts.clear()


def _content_elsewhere(delta: dict[str, Any]) -> Any:
    """The content under the names of AiHubMix, Gemini and completions."""
    return delta.get("multi_mod_content") or delta.get("parts") or delta.get("text")


def _is_thinking(delta: dict[str, Any]) -> bool:
    """Whether a mark beside the content calls it thinking: Gemini's and Jina's."""
    extra = delta.get("extra_content")
    google = extra.get("google") if isinstance(extra, dict) else None
    is_marked = delta.get("thought") is True or (isinstance(google, dict) and google.get("thought") is True)
    return is_marked or delta.get("type") in ("think", "thinking", "reasoning")
