"""A zip file of any origin: it is read as a stream, and nothing is unpacked to disk."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, BinaryIO

from lib.i18n.translation import lazy

LARGEST_DIRECTORY = 32 * 1024 * 1024
"""Bytes of a zip's directory, some 250,000 files: it is read as a whole."""
LARGEST_UNPACKED = 64 * 1024**3
"""Bytes of all files in a zip together when unpacked."""
BOMB_BYTES, BOMB_RATIO = 256 * 1024 * 1024, 500
"""A file larger than this, and this many times its packed size, is a zip bomb."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The other methods unpack without a limit on memory."""
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_ENCRYPTED = 0x1
_TAIL = 2**16 + 256
"""Bytes at the end of a zip that hold its end record: 22, a comment, and the records of zip64."""


class ZipRefused(ValueError):
    """A refused zip; the text says why, to follow the file's name."""


class Zip:
    """The files in a zip, by name."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises `ZipRefused`."""
        # Before `ZipFile`, which reads the whole list into memory.
        if _directory_size(file) > LARGEST_DIRECTORY:
            raise ZipRefused(lazy("contains too many files"))
        try:
            self._zip = zipfile.ZipFile(file)
        except NotImplementedError:
            raise ZipRefused(_UNREADABLE) from None
        except (zipfile.BadZipFile, OSError, ValueError, struct.error):
            raise ZipRefused(_DAMAGED) from None
        infos = self._zip.infolist()
        _check(infos)
        self.sizes: Mapping[str, int] = {info.filename: info.file_size for info in infos if not info.is_dir()}
        """The unpacked size of each file in bytes."""

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file as a stream. Raises `ZipRefused`, also while it is read."""
        try:
            file = self._zip.open(name)
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, struct.error):
            raise ZipRefused(_DAMAGED) from None
        with file:
            try:
                yield file
            except (zipfile.BadZipFile, EOFError, zlib.error):
                raise ZipRefused(_DAMAGED) from None


_DAMAGED = lazy("is a damaged zip; download it once more")
_UNREADABLE = lazy("is packed in a way that cannot be read here; unpack it and choose the files in it")


def _check(infos: list[zipfile.ZipInfo]) -> None:
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise ZipRefused(lazy("is protected by a password; unpack it and choose the files in it"))
    if any(info.compress_type not in _METHODS for info in infos):
        raise ZipRefused(_UNREADABLE)
    is_bomb = any(
        info.file_size > BOMB_BYTES and info.file_size > BOMB_RATIO * info.compress_size for info in infos
    )
    if is_bomb or sum(info.file_size for info in infos) > LARGEST_UNPACKED:
        raise ZipRefused(lazy("would be far too large when it is unpacked"))


def _directory_size(file: BinaryIO) -> int:
    """The size of the directory in bytes, from the end of the zip (APPNOTE.TXT 4.3.14 and 4.3.16)."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    file.seek(0)
    told = [*_told(tail, _END, 12, "<L"), *_told(tail, _END_64, 40, "<Q")]
    return max((each for each in told if each <= size), default=0)


def _told(tail: bytes, mark: bytes, offset: int, form: str) -> Iterator[int]:
    """The number at an offset after each mark, all of them: a comment may hold a false end record."""
    at = tail.find(mark)
    while at >= 0:
        if len(tail) >= at + offset + struct.calcsize(form):
            yield struct.unpack_from(form, tail, at + offset)[0]
        at = tail.find(mark, at + 1)
