"""From an upload to an attachment, or to the sentence that says why not. What counts is what is in a file."""

import codecs
import contextlib
import json
import re
import subprocess
import sys
import threading
import unicodedata
from hashlib import sha256
from pathlib import Path
from typing import Any

from lib.chat.attachments import Attachment, AttachmentKind

LARGEST_UPLOAD = 20 * 1024 * 1024
"""Bytes of a file."""
LONGEST_SIDE = 1568
"""Pixels. Anthropic's models shrink larger images to this side, OpenAI's to about as much."""
LONGEST_DOCUMENT = 200_000
"""Characters that are read of a document: some 50,000 tokens of Latin text."""
READING_SECONDS = 5.0
"""How long to wait for the reader at most. It ends itself much sooner, by the time that it has computed: only
where it gets no processor does this come first."""
LONGEST_NAME = 80
_READER = Path(__file__).with_name("reader.py")
_reading = threading.BoundedSemaphore(2)
"""How many uploads are read at once, by all pages together: each may use all the memory of a reader."""

_IMAGES = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP", re.DOTALL)
_REFUSED = (
    (
        rb".{4}ftyp(heic|heix|hevc|hevx|heim|heis|mif1|msf1)",
        "is a HEIC photo; save it as JPEG or PNG (on an iPhone: Settings, Camera, Formats, Most Compatible)",
    ),
    (rb"BM.{12}[\x0c\x28\x6c\x7c]\x00|II\*\0|MM\0\*|.{4}ftypavif", "is an image; save it as PNG or JPEG"),
    (rb"PK\x03\x04|PK\x05\x06", "is a ZIP archive or an Office file; send it as PDF, text or CSV"),
    (rb"\xd0\xcf\x11\xe0", "is an old Office file; send it as PDF, text or CSV"),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ", "is an archive; send the files in it"),
    (
        rb".{4}ftyp|RIFF.{4}(WAVE|AVI )|ID3|OggS|fLaC|\x1aE\xdf\xa3",
        "is a recording; send what it says as text",
    ),
)
"""First bytes of what people do try to send, and what to say of it."""
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
"""Characters that no text has."""


class FileRefused(ValueError):
    """An upload that is not taken; the text is one sentence for the person who sent it."""


def take(name: str, data: bytes, *, most_characters: int = LONGEST_DOCUMENT) -> Attachment:
    """The upload as an attachment with its bytes. Raises `FileRefused` in less than 2 s of computing."""
    name = clean_name(name)
    if not data:
        raise FileRefused(f"“{name}” is empty.")
    if len(data) > LARGEST_UPLOAD:
        raise FileRefused(f"“{name}” is larger than {LARGEST_UPLOAD // 1024**2} MB.")
    if most_characters <= 0 and not _IMAGES.match(data):
        raise FileRefused(
            f"“{name}” does not fit: all documents together may have {LONGEST_DOCUMENT:,} characters."
        )
    if _IMAGES.match(data):
        return _image(name, data)
    if b"%PDF-" in data[:1024]:
        return _pdf(name, data, most_characters)
    for pattern, words in _REFUSED:
        if re.match(pattern, data, re.DOTALL):
            raise FileRefused(f"“{name}” {words}.")
    return _text(name, data, most_characters)


def clean_name(name: str) -> str:
    """A file's own name: no folders, nothing invisible, not too long; its ending stays."""
    own = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in own)
    shown = " ".join(seen.split()).strip(". ")
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        ending = f"{dot}{ending}" if dot and len(ending) <= 8 else ""
        shown = f"{(stem if ending else shown)[: LONGEST_NAME - len(ending) - 1]}…{ending}"
    return shown or "file"


def _image(name: str, data: bytes) -> Attachment:
    head, _, kept = _read("image", data, LONGEST_SIDE).partition(b"\n")
    said = _line(head)
    if "refused" in said or not kept:
        raise FileRefused(f"“{name}” {said.get('refused', 'takes too long to be read')}.")
    own = sha256(kept).hexdigest()
    return Attachment(own, AttachmentKind.IMAGE, name, size=len(kept), data=kept, **said)


def _pdf(name: str, data: bytes, most_characters: int) -> Attachment:
    said = [_line(line) for line in _read("pdf", data, most_characters).split(b"\n")]
    pages = next((line["pages"] for line in said if "pages" in line), None)
    texts = [line["text"].strip() for line in said if "text" in line]
    refused = next((line["refused"] for line in said if "refused" in line), None)
    if not texts:
        raise FileRefused(f"“{name}” {refused or 'takes too long to be read'}.")
    if not any(texts):
        raise FileRefused(f"“{name}” holds no text, only pictures of it; send its pages as images.")
    marked = "\n\n".join(f"[Page {number}]\n{text}" for number, text in enumerate(texts, 1))
    note = _pages_read(len(texts), pages or 0)
    return _document(name, "application/pdf", data, marked, most_characters, note=note, pages=pages)


def _pages_read(read: int, pages: int) -> str:
    if read >= pages:
        return ""
    return f"Only {'page 1' if read == 1 else f'the first {read:,}'} of {pages:,} pages could be read."


def _text(name: str, data: bytes, most_characters: int) -> Attachment:
    head = data[: 4 * most_characters + 4]
    text = decoded(head)
    if text is None:
        raise FileRefused(
            f"“{name}” cannot be read here; images, PDF and text of all kinds (CSV, JSON, code) can."
        )
    if not text.strip():
        raise FileRefused(f"“{name}” is empty.")
    is_whole = len(head) == len(data)
    return _document(name, "text/plain", data, text, most_characters, is_whole=is_whole)


def _document(
    name: str,
    media_type: str,
    data: bytes,
    text: str,
    most_characters: int,
    *,
    note: str = "",
    pages: int | None = None,
    is_whole: bool = True,
) -> Attachment:
    if len(text) > most_characters or not is_whole:
        text = text[:most_characters]
        note = note or f"Only the first {len(text):,} characters were read."
    own = sha256(text.encode()).hexdigest()
    return Attachment(
        own, AttachmentKind.DOCUMENT, name, media_type, len(data), pages=pages, text=text, note=note
    )


def decoded(head: bytes) -> str | None:
    """The text in the first bytes of a file; `None` where they are no text.

    UTF-8 and UTF-16 say so themselves. What is neither is Chinese if it reads as such, else Western.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _incremental("utf-16", head)
    if _BINARY.search(head):
        return None
    if (text := _incremental("utf-8-sig", head)) is not None:
        return text
    chinese = _incremental("gb18030", head)
    if chinese is not None:
        foreign = "".join(c for c in chinese if c > "\x7f")
        # Western accents read as rare characters: the common ones have two bytes that ASCII has neither of.
        if len(foreign.encode("gb2312", "ignore")) > 1.8 * len(foreign):
            return chinese
    return head.decode("cp1252", "replace")


def _incremental(encoding: str, head: bytes) -> str | None:
    """The text as far as it goes: the last character may be cut in two."""
    with contextlib.suppress(UnicodeDecodeError):
        text = codecs.getincrementaldecoder(encoding)().decode(head)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return None


def _read(kind: str, data: bytes, limit: int) -> bytes:
    """What the reader said in its time. It gets nothing but the file: no environment, no folder of ours."""
    command = [sys.executable, "-I", str(_READER), kind, str(limit)]
    pipe = subprocess.PIPE
    with (
        _reading,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env={}) as reader,  # noqa: S603
    ):
        try:
            said, _ = reader.communicate(data, READING_SECONDS)
        except subprocess.TimeoutExpired:
            reader.kill()
            said, _ = reader.communicate()
        return said


def _line(line: bytes) -> dict[str, Any]:
    """A line of the reader's; nothing for one that was cut when it was ended."""
    with contextlib.suppress(ValueError):
        said = json.loads(line)
        return said if isinstance(said, dict) else {}
    return {}
