"""Pictures in a model's text, as base64 data URIs: this is how New API returns Gemini's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lib.domain.conversation.attachments import BASE64
from lib.domain.text.code_state import CodeState

LONGEST_NAME = 300
"""Characters of a picture's name in `![name](data:...)`."""
LONGEST_DATA = 28 * 1024 * 1024
"""Characters of a picture in base64; whatever follows after that many is text again."""
_BLOCK = 4096
"""Characters that are searched at once: at each possible beginning of a picture, the rest is copied."""

_DATA = rf"data:(?:[a-z0-9.+-]{{1,40}}/[a-z0-9.+-]{{1,40}})?{BASE64}"
"""With any media type, or none: the bytes show the real type."""
_HEAD = re.compile(rf"(?:!\[(?P<name>[^\[\]\n]{{0,{LONGEST_NAME}}})\]\( {{0,3}}<?)?(?P<data>{_DATA})", re.I)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_NOT_BASE64_IN_LINK = re.compile(r"[^A-Za-z0-9+/=_-]")
"""Base64 in a link may use the URL-safe alphabet; after a bare URI, its characters may belong to the text."""
_TAIL = re.compile(r'>?(?: {1,3}"[^"\n]{0,200}")? {0,3}\)')
_TAIL_BEGUN = re.compile(r'>?(?: {1,3}(?:"[^"\n]{0,200}"?)?)? {0,3}')

_SIGN = re.compile(r"!(?:\[|\Z)|data:|(?<![^\W_])(?:d|da|dat|data)\Z", re.I)
"""What a text contains if it may contain a picture."""
_NAME_BEGUN = re.compile(rf"!(?:\[[^\[\]\n]{{0,{LONGEST_NAME}}}(?:\](?:\( {{0,3}}<?)?)?)?\Z")
_DATA_BEGUN = re.compile(
    r"(?:data:[a-z0-9.+-]{0,40}(?:/[a-z0-9.+-]{0,40})?(?:;[\w=.+-]{0,40}){0,4},?|d(?:a(?:ta?)?)?)\Z", re.I
)
_LONGEST_BEGINNING = LONGEST_NAME + 200


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A picture found in the text."""

    name: str
    data_uri: str
    written: str
    """The original text, which stays if it turns out not to be a picture."""


Piece = str | InlineImage


class InlineImages:
    """Extracts pictures from a text, piece by piece; pictures in code stay as they are."""

    def __init__(self) -> None:
        self._held = ""
        self._head: re.Match[str] | None = None
        """The beginning of a picture whose data is still coming in."""
        self._data: list[str] = []
        self._data_length = 0
        self._code = CodeState()

    def passes(self, text: str) -> bool:
        """Whether this piece is plain text: nearly all are, so this is checked first."""
        if self._held or self._head is not None or _SIGN.search(text):
            return False
        self._code.feed(text)
        return True

    def feed(self, text: str) -> list[Piece]:
        """Return the text and pictures that are certain after this piece."""
        found: list[Piece] = []
        for start in range(0, len(text), _BLOCK):
            self._held += text[start : start + _BLOCK]
            found += filter(None, self._pieces())
        return found

    def close(self) -> list[Piece]:
        """Return the rest at the end of the text."""
        pieces: list[Piece] = [] if self._head is None else [self._image("")]
        return [*pieces, self._take(len(self._held))] if self._held else pieces

    def _pieces(self) -> Iterator[Piece]:
        while self._held:
            if self._head is None:
                head = _HEAD.search(self._held)
                yield self._take(head.start() if head else len(self._held) - self._begun())
                if head is None:
                    return
                if self._code.is_code or (head["name"] is None and self._code.last.isalnum()):
                    yield self._take(len(head[0]))
                    continue
                self._head, self._held = head, self._held[len(head[0]) :]
            is_link = self._head["name"] is not None
            end = (_NOT_BASE64_IN_LINK if is_link else _NOT_BASE64).search(self._held)
            self._data.append(self._held[: end.start()] if end else self._held)
            self._data_length += len(self._data[-1])
            self._held = self._held[end.start() :] if end else ""
            # Returned as text, so that an endless picture does not fill the memory.
            if self._data_length > LONGEST_DATA:
                yield self._image("")
                continue
            tail = _TAIL.match(self._held) if is_link else None
            if end is None or (not tail and is_link and self._may_go_on()):
                return
            yield self._image(tail[0] if tail else "")

    def _may_go_on(self) -> bool:
        return bool(_TAIL_BEGUN.fullmatch(self._held))

    def _take(self, length: int) -> str:
        text, self._held = self._held[:length], self._held[length:]
        self._code.feed(text)
        return text

    def _image(self, tail: str) -> InlineImage:
        assert self._head is not None, "a picture has begun"  # noqa: S101
        head, data = self._head, "".join(self._data)
        self._held = self._held[len(tail) :]
        self._head, self._data, self._data_length = None, [], 0
        return InlineImage(head["name"] or "", head["data"] + data, head[0] + data + tail)

    def _begun(self) -> int:
        """How many characters at the end of the text may begin a picture.

        A word that ends like the beginning of `data:` is excluded: it would be drawn one piece late.
        """
        tail = self._held[-_LONGEST_BEGINNING:]
        data = _DATA_BEGUN.search(tail)
        before = tail[: data.start()] if data else tail
        name = _NAME_BEGUN.search(before)
        if name:
            return len(tail) - name.start()
        is_word = (before[-1:] or self._code.last).isalnum()
        return 0 if is_word else len(tail) - len(before)
