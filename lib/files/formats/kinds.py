"""Detects a file's type from its content. The letters that a format begins with are no proof: texts may begin
with them too. They count only if bytes follow that no text has, or, for a PDF, the parts of one.
"""

import re
from typing import Any

from lib.domain.conversation.media_types import picture_type
from lib.domain.text.sentences import sentence


class Unreadable(ValueError):
    """A refused file; `why` says it, without the file's name and without a full stop."""

    def __init__(self, code: str, **values: Any) -> None:
        self.why = sentence(code, **values)
        super().__init__(self.why)


_PDF_HEADER = re.compile(rb"%PDF-\d\.\d[ \t]*[\r\n]")
_PDF_OBJECT = re.compile(rb"\d\s{1,9}\d{1,9}\s{1,9}obj\b")
_JUNK_BEFORE_PDF = 1024
"""Bytes that may precede a PDF, for example in a print job (ISO 32000-1, annex H.3.4.1)."""
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
"""Bytes that no text has, except by accident."""
_HEAD = 4096
_REFUSED = (
    (
        rb"\0\0..ftyp(heic|heix|hevc|hevx|heim|heis|mif1|msf1)",
        "heic",
    ),
    (
        rb"BM.{12}[\x0c\x28\x6c\x7c]\x00|II\*\0|MM\0\*|\0\0..ftypavi[fs]",
        "other_image",
    ),
    (rb"PK\x03\x04|PK\x05\x06", "office"),
    (rb"\xd0\xcf\x11\xe0", "old_office"),
    (
        rb"\x1f\x8b|7z\xbc\xaf|Rar!\x1a\x07|BZh[1-9]|\xfd7zXZ|\x28\xb5\x2f\xfd|.{257}ustar",
        "archive",
    ),
    (
        rb"\0\0..ftyp|RIFF.{4}(WAVE|AVI )|ID3[\x02-\x04]|OggS\0|fLaC\0|\x1aE\xdf\xa3",
        "recording",
    ),
)
"""The first bytes of files that people try to upload, and the code of what to say about each."""


def is_image(data: bytes) -> bool:
    """Whether the data is a PNG, JPEG, GIF or WebP."""
    media_type = picture_type(data)
    return media_type in ("image/png", "image/jpeg") or (media_type is not None and _is_binary(data))


def is_pdf(data: bytes) -> bool:
    """Whether the data is a PDF, not a text about PDF: its header stands alone, or it has objects."""
    head = data[:_JUNK_BEFORE_PDF].lstrip(b"\xef\xbb\xbf\0\t\n\f\r ")
    if head.startswith(b"%PDF-"):
        return bool(_PDF_HEADER.match(head) or _PDF_OBJECT.search(data))
    has_end = data[-_JUNK_BEFORE_PDF:].rstrip(b"\0\r\n\t ").endswith(b"%%EOF")
    return has_end and b"%PDF-" in head and bool(_PDF_OBJECT.search(data))


def refusal(data: bytes) -> str:
    """The code of what to say about a file of a known type that cannot be read here; empty for any other."""
    if not _is_binary(data):
        return ""
    return next((words for pattern, words in _REFUSED if re.match(pattern, data, re.DOTALL)), "")


def _is_binary(data: bytes) -> bool:
    return bool(_BINARY.search(data[:_HEAD]))
