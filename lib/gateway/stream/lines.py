"""Parses an answer into lines: server-sent events as OpenAI streams them, and variants of other servers.

Servers also send comments, `error:` fields, JSON without `data:`, a whole JSON body, or a web page. An event
may span several `data:` lines, which are joined by line breaks (https://html.spec.whatwg.org, "event stream
interpretation"); many servers omit the blank line between two events.
"""

from enum import Enum
from typing import Any, TypeGuard

from lib.domain.text.sentences import Sentence, sentence
from lib.gateway.errors.body import looks_like_error
from lib.gateway.limits import LINE_COST, MB, Limits, values_in
from lib.gateway.stream.chunks import object_in, objects_in

_BOM = b"\xef\xbb\xbf"
_DONE = b"[DONE]"


class Mark(Enum):
    """A line without a chunk."""

    DONE = "[DONE]"


class ErrorLine(dict[str, Any]):
    """The content of an `error:` field, or the data of an event named `error`."""


Line = dict[str, Any] | Mark


class Lines:
    """Splits bytes into lines and parses the JSON in them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.unread: list[bytes] = []
        """Lines that were not events."""
        self._parts: list[bytes] = []
        """Pieces of an incomplete line."""
        self._data: list[bytes] = []
        """The lines of an event whose JSON is incomplete."""
        self._parts_size = self._data_size = self._other_size = 0
        """Bytes of these two, and of all lines that were not events."""
        self._has_too_many_values = False
        self._is_blank = False
        """Whether the last line was blank."""
        self._event = b""
        self._at_start = True
        self._ends_in_return = False

    @property
    def excess(self) -> Sentence | None:
        """The limit that the body exceeds; `None` if it exceeds none."""
        limits = self._limits
        if self.pending > limits.event_bytes:
            return sentence("piece_of_megabytes", most=limits.event_bytes // MB)
        if self._other_size > limits.other_bytes:
            return sentence("other_megabytes", most=limits.other_bytes // MB)
        if self._has_too_many_values:
            return sentence("piece_of_values", most=limits.values)
        return None

    @property
    def pending(self) -> int:
        """How many bytes wait for the rest of their event."""
        return self._parts_size + self._data_size

    def feed(self, data: bytes) -> list[Line]:
        """Parse the lines that end in this piece of the body."""
        found: list[Line] = []
        if b"\r" in data or self._ends_in_return:
            data = self._with_line_feeds(data)
        *lines, rest = data.split(b"\n")
        for line in lines:
            if self._parts:
                line = b"".join([*self._parts, line])
                self._parts.clear()
                self._parts_size = 0
            self._read(line, found)
        if rest:
            self._parts.append(rest)
            self._parts_size += len(rest)
        return found

    def _with_line_feeds(self, data: bytes) -> bytes:
        """The data with line feeds only: a carriage return is a line end, or half of one."""
        if self._ends_in_return:
            data = data.removeprefix(b"\n")
        self._ends_in_return = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def close(self) -> list[Line]:
        """Parse what is left at the end of the body."""
        found: list[Line] = []
        self._read(b"".join(self._parts), found)
        self._parts.clear()
        self._end_event(found)
        return found

    def body(self) -> bytes:
        """All lines that were not events: JSON over several lines, or no answer of a chat API."""
        body = b"\n".join(self.unread)
        return body if self._is_decodable(body) else b""

    def _read(self, line: bytes, found: list[Line]) -> None:
        if not self._is_decodable(line):
            return
        if self._at_start:
            # The event stream format allows a BOM, but only at the start.
            line = line.removeprefix(_BOM)
            self._at_start = False
        if line.startswith(b"data:"):
            self._is_blank = False
            while line.startswith(b"data:"):  # a chain of gateways may repeat it
                line = line[5:].strip()
            self._read_data(line, found)
            return
        line = line.strip()
        if not line:
            self._other_size += LINE_COST * self._is_blank  # one ends an event, further ones mean nothing
            self._is_blank = True
            self._end_event(found)
        elif line == _DONE:
            found.append(Mark.DONE)
        # llama.cpp until September 2025, with HTTP 200.
        elif line.startswith(b"error:"):
            found.append(_error(line[6:]))
        # New API's Claude channel puts an error into a stream without `data:`.
        elif line.startswith((b"{", b"[")) and is_chunk(payload := object_in(line)):
            found.append(payload)
        else:
            self._read_other(line)

    def _read_other(self, line: bytes) -> None:
        self._other_size += len(line) + LINE_COST
        if line.startswith(b"event:"):
            self._event = line[6:].strip()
        # Comments are pings: `: PING` of New API, `: OPENROUTER PROCESSING`, `: keep-alive` of DeepSeek.
        elif not line.startswith((b":", b"id:", b"retry:")):
            if self._data:  # pretty-printed JSON, of which only the first line is marked as data
                self._wait_with(line)
            else:
                self.unread.append(line)

    def _read_data(self, data: bytes, found: list[Line]) -> None:
        if data == _DONE:
            found.append(Mark.DONE)
        elif not data:
            self._other_size += LINE_COST
        elif not self._data:
            if (chunk := object_in(data)) is not None:
                found.append(chunk)
            elif chunks := objects_in(data):
                found += chunks
            else:
                self._wait_with(data)
        elif is_chunk(chunk := object_in(data)):
            self._end_event(found)
            found.append(chunk)
        else:
            self._wait_with(data)

    def _wait_with(self, data: bytes) -> None:
        self._data.append(data)
        self._data_size += len(data) + LINE_COST

    def _is_decodable(self, data: bytes) -> bool:
        if len(data) > self._limits.values and values_in(data) > self._limits.values:
            self._has_too_many_values = True
        return not self._has_too_many_values

    def _end_event(self, found: list[Line]) -> None:
        """Parse the lines that waited for the rest of their event, now that it is complete."""
        if self._data:
            whole = b"\n".join(self._data)
            self._data.clear()
            self._data_size = 0
            if not self._is_decodable(whole):
                return
            if (chunk := object_in(whole)) is not None:
                found.append(chunk)
            elif self._event == b"error":
                found.append(_error(whole))
        self._event = b""


def _error(data: bytes) -> ErrorLine:
    return ErrorLine(object_in(data) or {"message": data.decode("utf-8", "replace").strip()})


def is_chunk(payload: dict[str, Any] | None) -> TypeGuard[dict[str, Any]]:
    """Whether JSON is part of a reply, or an error in its place, rather than another API's answer."""
    return payload is not None and ("choices" in payload or "usage" in payload or looks_like_error(payload))
