"""A zip file that anybody may have made: it is read as a stream, and nothing of it is unpacked to disk."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, BinaryIO

LARGEST_DIRECTORY = 32 * 1024 * 1024
"""Bytes of the list of a zip's files, some 250,000 of them: it is read whole."""
LARGEST_UNPACKED = 64 * 1024**3
"""Bytes that the files in a zip may have together when they are unpacked."""
BOMB_BYTES, BOMB_RATIO = 256 * 1024 * 1024, 500
"""A file that is larger than this, and so many times as large as it is packed, was made to do harm."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others unpack without a limit on memory."""
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_ENCRYPTED = 0x1
_TAIL = 2**16 + 256
"""Bytes at the end of a zip in which its end is told: 22, a comment, and those of zip64."""


class ZipRefused(ValueError):
    """A zip that is not read; the text says why, behind the file's name."""


class Zip:
    """The files in a zip, by their names in it."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises `ZipRefused`."""
        # Before `ZipFile`, which reads the whole list into memory.
        if _directory_size(file) > LARGEST_DIRECTORY:
            raise ZipRefused("holds too many files")
        try:
            self._zip = zipfile.ZipFile(file)
        except NotImplementedError:
            raise ZipRefused(_UNREADABLE) from None
        except (zipfile.BadZipFile, OSError, ValueError, struct.error):
            raise ZipRefused(_DAMAGED) from None
        infos = self._zip.infolist()
        _check(infos)
        self.sizes: Mapping[str, int] = {info.filename: info.file_size for info in infos if not info.is_dir()}
        """Bytes of each file when it is unpacked."""

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file in it, to be read as a stream. Raises `ZipRefused`, also while it is read."""
        try:
            file = self._zip.open(name)
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, struct.error):
            raise ZipRefused(_DAMAGED) from None
        with file:
            try:
                yield file
            except (zipfile.BadZipFile, EOFError, zlib.error):
                raise ZipRefused(_DAMAGED) from None


_DAMAGED = "is a damaged zip; download it once more"
_UNREADABLE = "is packed in a way that cannot be read here; unpack it and choose the files in it"


def _check(infos: list[zipfile.ZipInfo]) -> None:
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise ZipRefused("is protected by a password; unpack it and choose the files in it")
    if any(info.compress_type not in _METHODS for info in infos):
        raise ZipRefused(_UNREADABLE)
    is_bomb = any(
        info.file_size > BOMB_BYTES and info.file_size > BOMB_RATIO * info.compress_size for info in infos
    )
    if is_bomb or sum(info.file_size for info in infos) > LARGEST_UNPACKED:
        raise ZipRefused("would be far too large when it is unpacked")


def _directory_size(file: BinaryIO) -> int:
    """Bytes of the list of files, as the end of the zip tells them (APPNOTE.TXT 4.3.14 and 4.3.16)."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    file.seek(0)
    told = [*_told(tail, _END, 12, "<L"), *_told(tail, _END_64, 40, "<Q")]
    return max((each for each in told if each <= size), default=0)


def _told(tail: bytes, mark: bytes, offset: int, form: str) -> Iterator[int]:
    """The numbers at an offset behind each mark: a comment may hold another end, and the wrong one count."""
    at = tail.find(mark)
    while at >= 0:
        if len(tail) >= at + offset + struct.calcsize(form):
            yield struct.unpack_from(form, tail, at + offset)[0]
        at = tail.find(mark, at + 1)
