"""Reads a JSON file of any size item by item: only one of its conversations is in memory at a time.

`ijson` is similar, but stops at the first damaged item. Here a damaged item is skipped, and so is one that is
too large: it ends where its brackets close.
"""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

CHUNK = 1024 * 1024
"""Bytes per read."""
LARGEST_ITEM = 256 * 1024 * 1024
"""Characters of one item: a conversation with nearly 200 MB of pictures in base64."""
LIST = "conversations"
"""The field of an object whose items are read one by one; any other object is a single item."""
_NEARLY_ENDED = 16
"""This close to the end of the buffer, an error may be false, and a number may be cut in two."""

_SPACE = re.compile(r"\s*")
_SIGN = re.compile(r'["\[\]{},]')
_IN_TEXT = re.compile(r'["\\]')
# Not strict: other programs' exports may contain raw line breaks and tabs in strings.
_decode = json.JSONDecoder(strict=False).raw_decode


class Broken(ValueError):
    """From here on the text is not JSON."""


class _Unreadable(Broken):
    """One value cannot be parsed; those after it may be."""


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a file."""

    value: Any = None
    header: Mapping[str, Any] = field(default_factory=dict)
    """The fields that precede the list in its object."""
    is_damaged: bool = False
    is_too_large: bool = False


def items(file: IO[bytes]) -> Iterator[Item]:
    """Yield the items of the list in a file, or its consecutive objects. Raises `Broken`."""
    reader = _Reader(file)
    yield from reader.top()
    while reader.peek():
        yield from reader.top()


class _Reader:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at = self._passed = 0
        head = file.read(max(CHUNK, 4))
        self._has_ended = not head
        self._decoder = codecs.getincrementaldecoder(json.detect_encoding(head))("replace")
        self._text = self._decoder.decode(head)

    def top(self) -> Iterator[Item]:
        match self.peek():
            case "[":
                yield from self._list({})
            case "{":
                yield from self._object()
            case _:
                yield Item(self._value())

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read as much again as is buffered, so that all attempts together take linear time."""
        data = b"" if self._has_ended else self._file.read(max(CHUNK, len(self._text) - self._at))
        if self._has_ended:
            return False
        self._has_ended = not data
        self._text = self._text[self._at :] + self._decoder.decode(data, final=not data)
        self._passed += self._at
        self._at = 0
        return True

    def _expect(self, character: str) -> None:
        if self.peek() != character:
            raise Broken
        self._at += 1

    def _list(self, header: Mapping[str, Any]) -> Iterator[Item]:
        self._expect("[")
        while self.peek() != "]":
            yield self._item(header)
            if self.peek() == ",":
                self._at += 1
            elif self.peek() != "]":
                raise Broken
        self._expect("]")

    def _object(self) -> Iterator[Item]:
        self._expect("{")
        start = self._passed + self._at
        fields: dict[str, Any] = {}
        has_list = is_damaged = False
        while self.peek() != "}":
            if self.peek() != '"' or self._passed + self._at - start > LARGEST_ITEM:
                raise Broken
            key = self._value()
            self._expect(":")
            if key == LIST and self.peek() == "[":
                has_list = True
                yield from self._list({**fields})
                start = self._passed + self._at
            else:
                item = self._item({})
                fields[key] = item.value
                is_damaged |= item.is_damaged
            if self.peek() == ",":
                self._at += 1
        self._expect("}")
        if not has_list:
            yield Item(fields, is_damaged=is_damaged)

    def _item(self, header: Mapping[str, Any]) -> Item:
        try:
            return Item(self._value(), header)
        except _Unreadable:
            is_too_large = len(self._text) - self._at > LARGEST_ITEM
            self._skip()
            return Item(header=header, is_damaged=True, is_too_large=is_too_large)

    def _value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = _decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # The decoder reports the beginning of such a string, however long it is.
                may_go_on = error.msg.startswith("Unterminated string")
                if self._has_ended or not (may_go_on or error.pos >= len(self._text) - _NEARLY_ENDED):
                    raise _Unreadable from None
            except (ValueError, RecursionError):  # a number with too many digits, or too many levels
                raise _Unreadable from None
            else:
                is_whole = self._text[end - 1] in '"]}' or end < len(self._text) - _NEARLY_ENDED
                if is_whole or self._has_ended:
                    self._at = end
                    return value
            if len(self._text) - self._at > LARGEST_ITEM:
                raise _Unreadable
            self._more()

    def _skip(self) -> None:
        """Skip to where the value's brackets close. Raises `Broken` if they never do."""
        depth = 0
        while True:
            sign = _SIGN.search(self._text, self._at)
            if sign is None:
                self._at = len(self._text)
                if not self._more():
                    raise Broken
                continue
            if depth == 0 and sign[0] in ",]}":
                self._at = sign.start()
                return
            self._at = sign.end()
            if sign[0] == '"':
                self._skip_text()
            depth += (sign[0] in "[{") - (sign[0] in "]}")

    def _skip_text(self) -> None:
        while True:
            sign = _IN_TEXT.search(self._text, self._at)
            is_whole = sign and (sign[0] == '"' or sign.end() < len(self._text))
            if sign is None or not is_whole:
                self._at = sign.start() if sign else len(self._text)
                if not self._more():
                    raise Broken
                continue
            self._at = sign.end() + (sign[0] == "\\")
            if sign[0] == '"':
                return
