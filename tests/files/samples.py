"""Files as people bring them, and as nobody should."""

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from random import Random
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from lib.domain.conversation.attachments import Attachment
from lib.files.formats import texts
from lib.files.formats.texts import Document
from lib.files.upload_validation import LONGEST_DOCUMENT, take


def uploaded(name: str, data: bytes, **options: Any) -> Attachment:
    """An upload that is one attachment, as most are."""
    (only,) = take(name, data, **options)
    return only


PRINTED = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\t\n\r"))
"""Any text without control characters."""


def document(data: bytes) -> Document:
    """What the reader reads of a text, in this process: its own costs more than most texts."""
    return texts.read(data, LONGEST_DOCUMENT)


def image(
    width: int = 64, height: int = 48, colour: Any = (200, 40, 40), kind: str = "PNG", **options: Any
) -> bytes:
    """An image of one colour."""
    mode = "RGB" if len(colour) == 3 else "RGBA"
    file = BytesIO()
    Image.new(mode, (width, height), colour).save(file, kind, **options)
    return file.getvalue()


def noise(width: int, height: int, kind: str = "JPEG", seed: int = 1) -> bytes:
    """An image that no format makes small."""
    file = BytesIO()
    Image.frombytes("RGB", (width, height), Random(seed).randbytes(width * height * 3)).save(  # noqa: S311
        file, kind, quality=90
    )
    return file.getvalue()


def screenshot(pieces: int, width: int = 200) -> bytes:
    """A page of so many pieces, each with a grey of its own."""
    file = BytesIO()
    Image.linear_gradient("L").resize((width, pieces * 1400)).save(file, "PNG")
    return file.getvalue()


def bomb(side: int = 10_000) -> bytes:
    """A PNG of a few hundred kilobytes that unpacks to `side` x `side` pixels."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 3 * side)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _png("IHDR", head) + _png("IDAT", body) + _png("IEND", b"")


def _png(kind: str, body: bytes) -> bytes:
    checksum = zlib.crc32(kind.encode() + body)
    return struct.pack(">I", len(body)) + kind.encode() + body + struct.pack(">I", checksum)


def pdf(pages: Sequence[str | bytes]) -> bytes:
    """A PDF: a text is a page that shows it, bytes are a page's content as it stands (deflated)."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for page in pages:
        if isinstance(page, str):
            lines = b"".join(b"(%b) Tj T* " % line.encode("latin-1") for line in page.splitlines())
            content, deflated = b"BT /F1 10 Tf 12 TL 40 780 Td " + lines + b"ET", b""
        else:
            content, deflated = page, b" /Filter /FlateDecode"
        objects.append(b"<< /Length %d%b >>\nstream\n%b\nendstream" % (len(content), deflated, content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(kids), b" ".join(kids))
    return written(objects)


def written(objects: Sequence[bytes]) -> bytes:
    """A PDF of these objects; the first is its catalogue."""
    file, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(file)


def endless_page() -> bytes:
    """A page's content of a few kilobytes that unpacks to tens of megabytes of text commands."""
    return zlib.compress(b"BT " + b"(word) Tj " * 4_000_000 + b"ET", 9)
