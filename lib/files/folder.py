"""Images and sounds: each content once, named by its SHA-256, in a folder or in a database."""

import logging
import os
import re
import tempfile
import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Protocol

from cachetools import LRUCache
from PIL import Image

from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.files.formats.images import FORMATS, LARGEST_PIXELS
from lib.files.refusal import refused

UNUSED = timedelta(days=1)
"""How long an unused file is left alone: its message may be about to be stored."""
SMALLER_KEPT = 256
"""How many reduced copies of images are cached: pages draw them in every run. Together some 20 MB."""
log = logging.getLogger(__name__)

_ID = re.compile(r"[0-9a-f]{64}")


class Missing(LookupError):
    """An image whose file does not exist (any more)."""


class Place(Protocol):
    """Where the bytes are. `put` and `get` raise `OSError`."""

    def put(self, id_: str, data: bytes) -> None:
        """Store the bytes, unless they are there; either way they were used just now."""

    def get(self, id_: str) -> bytes:
        """The bytes. Raises `FileNotFoundError` if there are none."""

    def is_writable(self) -> bool:
        """Whether something could be put there, as far as can be told without doing so."""

    def size(self) -> int:
        """How many bytes all files take."""

    def sweep(self, in_use: Collection[str], before: datetime) -> int:
        """Delete what is not in use and was last used before a time; return how many files."""


class Folder:
    """One file for each content, in folders by the first two letters of its name."""

    def __init__(self, path: Path) -> None:
        self._root = path

    def put(self, id_: str, data: bytes) -> None:
        path = self.path(id_)
        try:
            os.utime(path)  # it may have been unused for long, and is about to be used again
        except FileNotFoundError:
            _write(path, data)

    def get(self, id_: str) -> bytes:
        return self.path(id_).read_bytes()

    def is_writable(self) -> bool:
        # The first file makes the folder.
        folder = self._root if self._root.exists() else self._root.parent
        return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)

    def size(self) -> int:
        files = self._root.rglob("*") if self._root.exists() else ()
        return sum(file.stat().st_size for file in files if file.is_file())

    def sweep(self, in_use: Collection[str], before: datetime) -> int:
        removed = 0
        for path in self._root.glob("??/*"):
            if path.name not in in_use and path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def touch(self, id_: str) -> None:
        """Keep a file from being deleted for the time of `UNUSED`, whatever becomes of its message."""
        with suppress(FileNotFoundError):
            os.utime(self.path(id_))

    def path(self, id_: str) -> Path:
        """Where the file is, or would be."""
        return self._root / id_[:2] / id_


class Files:
    """Stores and loads the bytes of images and sounds."""

    def __init__(self, place: Path | Place | None) -> None:
        """`None` keeps everything in memory; so does an image that cannot be written."""
        self._place: Place | None = Folder(place) if isinstance(place, Path) else place
        self._held: dict[str, bytes] = {}
        self._smaller: LRUCache[tuple[str, int, int], bytes] = LRUCache(SMALLER_KEPT)
        self._changing = threading.Lock()

    def keep(self, attachment: Attachment) -> Attachment:
        """Move the attachment's bytes into a file; return the attachment without them."""
        if attachment.data is None:
            return attachment
        try:
            self._of(attachment.id).put(attachment.id, attachment.data)
        except OSError as error:
            if self._place:
                log.error("An image is kept in memory only: %s", error)
            self._held[attachment.id] = attachment.data
        return replace(attachment, data=None)

    def is_writable(self) -> bool:
        """Whether an image would be stored now, as far as can be told without doing so."""
        return self._place is None or self._place.is_writable()

    def bytes_stored(self) -> int:
        """How much all files take."""
        return (self._place.size() if self._place else 0) + sum(map(len, self._held.values()))

    def load(self, attachment: Attachment) -> bytes:
        """The image's bytes. Raises `Missing`."""
        data = attachment.data or self._held.get(attachment.id)
        if data is not None:
            return data
        try:
            return self._of(attachment.id).get(attachment.id)
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
        return self._place.sweep(in_use, datetime.now(UTC) - UNUSED) if self._place else 0

    def _of(self, id_: str) -> Place:
        if not self._place or not _ID.fullmatch(id_):
            raise FileNotFoundError(id_)
        return self._place


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
