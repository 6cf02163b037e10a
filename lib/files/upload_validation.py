"""Turns an upload into attachments, or into the sentence that says why not. Only its content counts."""

import contextlib
import json
import re
import subprocess
import threading
import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from lib.domain.conversation.attachments import Attachment, AttachmentKind, piece_name
from lib.domain.text import sentences
from lib.domain.text.sentences import Said, sentence
from lib.files import reader
from lib.files.formats import kinds
from lib.files.refusal import FileRefused, refused

LARGEST_UPLOAD = 20 * 1024 * 1024
"""Bytes of a file."""
LONGEST_SIDE = 1568
"""Pixels. Anthropic's models shrink larger images to this side, OpenAI's to about as much."""
LONGEST_DOCUMENT = 200_000
"""Characters that are read from a document: some 50,000 tokens of Latin text."""
READING_SECONDS = 5.0
"""The longest wait for the reader. Its own limit on processor time ends it much sooner: this one applies only
if it gets no processor."""
LONGEST_NAME = 80
_reading = threading.BoundedSemaphore(2)
"""How many uploads are read at once, by all pages together: each may use a reader's full memory."""


def take(name: str, data: bytes, *, most_characters: int = LONGEST_DOCUMENT) -> list[Attachment]:
    """Turn the upload into an attachment with its bytes, a long image into several. Raises `FileRefused`.

    Takes less than 2 s of processor time, whatever the file is.
    """
    name = clean_name(name)
    if not data:
        raise refused(name, "empty")
    if len(data) > LARGEST_UPLOAD:
        raise refused(name, "larger", most=LARGEST_UPLOAD // 1024**2)
    if kinds.is_image(data):
        return _images(name, data)
    if most_characters <= 0:
        raise refused(name, "documents_full", most=LONGEST_DOCUMENT)
    if kinds.is_pdf(data):
        return [_pdf(name, data, most_characters)]
    if code := kinds.refusal(data):
        raise refused(name, code)
    return [_text(name, data, most_characters)]


def clean_name(name: str) -> str:
    """A file's base name: no folders, nothing invisible, not too long; its extension stays."""
    own = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in own)
    shown = " ".join(seen.split()).strip(". ")
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        ending = f"{dot}{ending}" if dot and len(ending) <= 8 else ""
        shown = f"{(stem if ending else shown)[: LONGEST_NAME - len(ending) - 1]}…{ending}"
    return shown or "file"


def _images(name: str, data: bytes) -> list[Attachment]:
    head, _, kept = _read("image", data, LONGEST_SIDE).partition(b"\n")
    said = _line(head)
    pieces = said.get("pieces", [])
    if not pieces or sum(piece["size"] for piece in pieces) != len(kept):
        raise _unread(name, said)
    taken = []
    for number, piece in enumerate(pieces, 1):
        own, kept = kept[: piece["size"]], kept[piece["size"] :]
        shown = piece_name(name, number, len(pieces))
        notes, one = tuple(map(sentences.read, said["notes"])), sha256(own).hexdigest()
        taken.append(Attachment(one, AttachmentKind.IMAGE, shown, notes=notes, data=own, **piece))
    return taken


def _pdf(name: str, data: bytes, most_characters: int) -> Attachment:
    said = [_line(line) for line in _read("pdf", data, most_characters).split(b"\n")]
    pages = next((line["pages"] for line in said if "pages" in line), 0)
    texts = [line["text"] for line in said if "text" in line and line.get("is_page", True)]
    elsewhere = [f"[Form]\n{line['text']}" for line in said if not line.get("is_page", True)]
    if not texts:
        raise _unread(name, next((line for line in said if "refused" in line), {}))
    if not any(texts) and not elsewhere:
        raise refused(name, "only_pictures")
    marked = [f"[Page {number}]\n{text}" for number, text in enumerate(texts, 1)]
    notes = [sentences.read(line["note"]) for line in said if "note" in line]
    is_part = len(texts) < pages
    if is_part:
        notes.insert(0, sentence("first_pages", count=len(texts), pages=pages))
    text = "\n\n".join([*marked, *elsewhere])
    text = text[:most_characters] if is_part else text  # the first note says so already
    return _document(name, "application/pdf", data, text, most_characters, notes=notes, pages=pages)


def _unread(name: str, said: Mapping[str, Any]) -> FileRefused:
    """The refusal that the reader told; it tells none if its time was up."""
    why = sentences.read(said["refused"]) if "refused" in said else sentence("too_long")
    return FileRefused(sentence("refused", name=name, why=why))


def _text(name: str, data: bytes, most_characters: int) -> Attachment:
    said = _line(_read("text", data, most_characters))
    if "text" not in said:
        raise _unread(name, said)
    if not said["text"].strip():
        raise refused(name, "empty")
    return _document(
        name,
        said["media_type"],
        data,
        said["text"],
        most_characters,
        notes=list(map(sentences.read, said["notes"])),
    )


def _document(
    name: str,
    media_type: str,
    data: bytes,
    text: str,
    most_characters: int,
    *,
    notes: list[Said],
    pages: int | None = None,
) -> Attachment:
    if len(text) > most_characters:
        text = text[:most_characters]
        notes = [*notes, sentence("first_characters", most=len(text))]
    own = sha256(text.encode()).hexdigest()
    return Attachment(
        own, AttachmentKind.DOCUMENT, name, media_type, len(data), pages=pages, text=text, notes=tuple(notes)
    )


def _read(kind: str, data: bytes, limit: int) -> bytes:
    """What the reader printed within its time. It gets nothing but the file."""
    pipe = subprocess.PIPE
    with (
        _reading,
        subprocess.Popen(  # noqa: S603
            reader.command(kind, limit), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env={}
        ) as process,
    ):
        try:
            said, _ = process.communicate(data, READING_SECONDS)
        except subprocess.TimeoutExpired:
            # Collected once more: output from before the kill is kept, such as the first pages of a PDF.
            process.kill()
            said, _ = process.communicate()
        return said


def _line(line: bytes) -> dict[str, Any]:
    """Parse a line from the reader; empty if it was cut off when the reader was killed."""
    with contextlib.suppress(ValueError):
        said = json.loads(line)
        return said if isinstance(said, dict) else {}
    return {}
