"""Attachments of a message: images, and documents as the text that was read from them."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from lib.domain.reply.usage import estimate_tokens
from lib.domain.text import sentences
from lib.domain.text.sentences import Said
from lib.i18n import locale

PIXELS_PER_IMAGE_TOKEN = 750
"""Anthropic's rule of thumb (https://docs.anthropic.com/en/docs/build-with-claude/vision). OpenAI counts
tiles of 512 pixels, which gives about the same for images of the size that is sent."""


class AttachmentKind(StrEnum):
    """The kind of an attachment. It decides how a model gets it."""

    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"
    """Made only by models: what a person says is transcribed."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """An image or a document as it was uploaded. A model's drawing or speech is an attachment too."""

    id: str
    """SHA-256 in hex of an image's or sound's bytes, or of a document's text in UTF-8."""
    kind: AttachmentKind
    name: str
    """The file's base name, without folders."""
    media_type: str
    size: int
    """Bytes of the stored image, or of the uploaded document."""
    width: int | None = None
    height: int | None = None
    """Pixels, for images."""
    pages: int | None = None
    """Pages of a PDF, even if not all of them were read."""
    text: str = ""
    """A document's text; for an image, the prompt it was drawn from, in the model's words."""
    notes: tuple[Said, ...] = ()
    """What was left out or is uncertain, a sentence each."""
    data: bytes | None = field(default=None, repr=False, compare=False)
    """The bytes of an image or sound that is in no file: before it is sent, and in temporary chats."""

    @property
    def is_image(self) -> bool:
        return self.kind is AttachmentKind.IMAGE

    @property
    def tokens(self) -> int:
        """An estimate of its tokens in a prompt."""
        if self.is_image:
            return round((self.width or 0) * (self.height or 0) / PIXELS_PER_IMAGE_TOKEN)
        return estimate_tokens(self.text)


def document_text(attachment: Attachment) -> str:
    """A document as a model reads it: its name, what is missing from it, and its text."""
    with locale.using(locale.DEFAULT):  # the same for a model whoever asks, so that its cache can help
        note = f" ({sentences.joined(attachment.notes)})" if attachment.notes else ""
    return f"File: {attachment.name}{note}\n\n{attachment.text}"


def images_of(attachments: Iterable[Attachment]) -> list[Attachment]:
    """The images among the attachments."""
    return [attachment for attachment in attachments if attachment.is_image]


BASE64 = r"(?:;[\w=.+-]{1,40}){0,3};base64,"
"""A pattern for what stands between the media type and the data of a data URI (RFC 2397)."""
_DATA = rf"{BASE64}[A-Za-z0-9+/=_-]"
_PICTURE = re.compile(rf"(?:!\[([^\[\]]{{0,300}})\]\()?data:image/[\w.+-]{{1,40}}{_DATA}{{64,}}\)?", re.I)
_FILE = re.compile(rf"data:(?:[\w.+-]{{1,40}}/[\w.+-]{{1,40}})?{_DATA}{{1000,}}", re.I)


def without_pictures(text: str) -> str:
    """The text with a word in place of each base64 picture or longer embedded file, which takes as many
    characters as a book."""
    return _FILE.sub("[file]", _PICTURE.sub("[image]", text)) if ";base64," in text else text


_PIECE = re.compile(r"(.+) \((\d{1,3}) of (\d{1,3})\)", re.DOTALL)


def piece_name(name: str, number: int, count: int) -> str:
    """The name of one of `count` pieces of an image; a whole image keeps its name."""
    return name if count == 1 else f"{name} ({number} of {count})"


def uploads(attachments: Iterable[Attachment]) -> list[list[Attachment]]:
    """The attachments grouped by uploaded file: the pieces of one image are together."""
    files: list[list[Attachment]] = []
    for each in attachments:
        name, number, count = _piece_of(each)
        before = _piece_of(files[-1][-1]) if files else ("", 0, 0)
        if before[::2] == (name, count) and before[1] < number:
            files[-1].append(each)
        else:
            files.append([each])
    return files


def upload_name(attachment: Attachment) -> str:
    """The name of the uploaded file that an attachment belongs to."""
    return _piece_of(attachment)[0]


def _piece_of(attachment: Attachment) -> tuple[str, int, int]:
    """The uploaded file's name, the number of this piece, and the number of pieces."""
    match = _PIECE.fullmatch(attachment.name) if attachment.is_image else None
    return (match[1], int(match[2]), int(match[3])) if match else (attachment.name, 1, 1)


def data_uri(media_type: str, data: bytes) -> str:
    """The bytes as a `data:` URI (RFC 2397)."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def data_in(uri: str) -> bytes:
    """Decode a base64 `data:` URI. Raises `ValueError` for any other text."""
    head, comma, body = uri.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        raise ValueError("no data URI in base64")
    # `validate`: otherwise Python skips characters outside base64.
    return base64.b64decode(body, validate=True)


def to_json(attachment: Attachment) -> dict[str, Any]:
    """The attachment as plain JSON values, without its bytes."""
    return {**asdict(attachment), "data": None}


def from_json(fields: Mapping[str, Any]) -> Attachment:
    """The attachment that `to_json` wrote."""
    given = with_notes(fields)
    notes = tuple(map(sentences.read, given["notes"]))
    return Attachment(**{**given, "kind": AttachmentKind(fields["kind"]), "notes": notes})


def with_notes(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an attachment; until version 0.1 its notes were one text, `note`."""
    given = dict(fields)
    note = given.pop("note", "")
    return {"notes": [note] if note else [], **given}
