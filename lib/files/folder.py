"""The folder of images: one file for each content, named by its SHA-256."""

import logging
import os
import re
import tempfile
import threading
import time
from collections.abc import Collection
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from cachetools import LRUCache
from PIL import Image

from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.files.formats.images import FORMATS, LARGEST_PIXELS
from lib.files.refusal import refused

UNUSED_SECONDS = 24 * 3600.0
"""How long an unused file is left alone: its message may be about to be stored."""
SMALLER_KEPT = 256
"""How many reduced copies of images are cached: pages draw them in every run. Together some 20 MB."""
log = logging.getLogger(__name__)

_ID = re.compile(r"[0-9a-f]{64}")


class Missing(LookupError):
    """An image whose file does not exist (any more)."""


class Files:
    """Stores and loads the bytes of images in one folder."""

    def __init__(self, folder: Path | None) -> None:
        """`None` keeps everything in memory; so does an image whose file cannot be written."""
        self._folder = folder
        self._held: dict[str, bytes] = {}
        self._smaller: LRUCache[tuple[str, int, int], bytes] = LRUCache(SMALLER_KEPT)
        self._changing = threading.Lock()

    def keep(self, attachment: Attachment) -> Attachment:
        """Move the attachment's bytes into a file; return the attachment without them."""
        if attachment.data is None:
            return attachment
        try:
            path = self._path(attachment.id)
            try:
                os.utime(path)  # it may have been unused for long, and is about to be used again
            except FileNotFoundError:
                _write(path, attachment.data)
        except OSError as error:
            if self._folder:
                log.error("An image is kept in memory only: %s", error)
            self._held[attachment.id] = attachment.data
        return replace(attachment, data=None)

    def bytes_stored(self) -> int:
        """How much all files take."""
        files = self._folder.rglob("*") if self._folder and self._folder.exists() else ()
        return sum(file.stat().st_size for file in files if file.is_file()) + sum(
            map(len, self._held.values())
        )

    def load(self, attachment: Attachment) -> bytes:
        """The image's bytes. Raises `Missing`."""
        data = attachment.data or self._held.get(attachment.id)
        if data is not None:
            return data
        try:
            return self._path(attachment.id).read_bytes()
        except OSError:
            raise Missing(attachment.name) from None

    def smaller(self, attachment: Attachment, side: int, quality: int = 80) -> bytes:
        """The image as a JPEG with no side longer than `side` pixels. Raises `Missing`."""
        key = attachment.id, side, quality
        with self._changing:
            if (known := self._smaller.get(key)) is not None:
                return known
        try:
            # Outside the lock: at worst it is made twice, while other pages go on.
            shrunk = _shrunk(self.load(attachment), side, quality)
        except (OSError, ValueError, SyntaxError):  # the file was damaged after it was checked
            raise Missing(attachment.name) from None
        with self._changing:
            self._smaller[key] = shrunk
        return shrunk

    def sweep(self, in_use: Collection[str]) -> int:
        """Delete the files that no message uses any more; return how many."""
        before, removed = time.time() - UNUSED_SECONDS, 0
        for path in self._folder.glob("??/*") if self._folder else ():
            if path.name not in in_use and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _path(self, id_: str) -> Path:
        if not self._folder or not _ID.fullmatch(id_):
            raise FileNotFoundError(id_)
        return self._folder / id_[:2] / id_


def _write(path: Path, data: bytes) -> None:
    """Write beside the target and rename: nobody ever reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)
    os.utime(path)


def checked(name: str, data: bytes, *, text: str = "") -> Attachment:
    """Turn bytes from elsewhere (a gateway, an import) into an image attachment, unchanged.

    Raises `FileRefused` if they are not an image that a page can show.
    """
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            width, height, kind = image.width, image.height, image.format or ""
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise refused(name, "not_an_image") from None
    if width * height > LARGEST_PIXELS:
        raise refused(name, "many_pixels")
    id_ = sha256(data).hexdigest()
    return Attachment(
        id_, AttachmentKind.IMAGE, name, Image.MIME[kind], len(data), width, height, text=text, data=data
    )


def _shrunk(data: bytes, side: int, quality: int) -> bytes:
    """A JPEG with no side longer than `side` pixels; transparent parts become white."""
    image: Image.Image = Image.open(BytesIO(data), formats=FORMATS)
    # Lets the decoder read a JPEG at an eighth, a quarter or half of its size.
    image.draft("RGB", (side, side))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    image.thumbnail((side, side), reducing_gap=2.0)
    kept = BytesIO()
    image.save(kept, "JPEG", quality=quality)
    return kept.getvalue()
