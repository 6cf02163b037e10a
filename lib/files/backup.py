"""A backup as one file: a tar of what is in the data folder, with a manifest at its end.

The manifest names all the other members with their checksums: an archive that was cut off has none, and one
that was damaged or changed does not fit its own.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, cast

from lib.domain.text.validation import FormatError, validated
from lib.i18n.translation import lazy

MANIFEST = "manifest.json"


class BackupError(Exception):
    """An archive that cannot be used. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds."""

    version: str
    """Of the app that made it."""
    schema: str
    """The revision of its database."""
    made_at: str
    """In UTC, as ISO 8601 has it."""
    rows: Mapping[str, int]
    """How many rows each table has."""
    sha256: Mapping[str, str] = field(default_factory=dict)
    """The checksum of each member, by its name."""


def write(target: Path, about: Manifest, members: Iterable[tuple[str, Path]]) -> list[str]:
    """Write an archive that only its owner can read; `target` is replaced once it is whole.

    `members` are names and files; returns the names whose file does not exist. Raises `OSError`.
    """
    checksums, missing = dict[str, str](), list[str]()
    with _replacing(target) as file, tarfile.open(fileobj=file, mode="w") as tar:
        for name, path in members:
            try:
                with path.open("rb") as opened:
                    checksums[name] = _add(tar, name, os.fstat(opened.fileno()).st_size, opened)
            except FileNotFoundError:
                missing.append(name)
        told = json.dumps({**asdict(about), "sha256": checksums}, indent=1).encode()
        _add(tar, MANIFEST, len(told), io.BytesIO(told))
    return missing


def unpack(file: Path, folder: Path) -> Manifest:
    """Unpack an archive into an empty folder, and check it.

    Raises `BackupError` for one that is damaged, or that holds what a backup does not; `OSError`.
    """
    found = dict[str, str]()
    try:
        with tarfile.open(file, "r:") as tar:
            for member in tar:
                found[member.name] = _extract(tar, member, folder)
    except (tarfile.TarError, EOFError, ValueError, FileExistsError, NotADirectoryError) as error:
        raise BackupError(lazy("{file} is damaged, or no backup.", file=file)) from error
    checksum = found.pop(MANIFEST, None)
    if checksum is None:
        raise BackupError(lazy("{file} is no backup, or its end is missing.", file=file))
    manifest = _manifest(folder / MANIFEST, file)
    if found != manifest.sha256:
        raise BackupError(lazy("{file} is damaged: its checksums do not fit.", file=file))
    return manifest


class _Hashed(io.RawIOBase):
    """A file that computes its checksum while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sha256 = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sha256.update(data)
        return data


@contextmanager
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    """A new file beside another, which it replaces at the end: nobody ever finds half a file there."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        beside = Path(file.name)
        try:
            yield cast(IO[bytes], file)
            file.flush()
            os.fsync(file.fileno())
            beside.replace(target)
        except BaseException:
            beside.unlink()
            raise


def _add(tar: tarfile.TarFile, name: str, size: int, file: IO[bytes]) -> str:
    """Add a member; return its checksum."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    read = _Hashed(file)
    tar.addfile(member, cast(IO[bytes], read))
    return read.sha256.hexdigest()


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Write a member's file; return its checksum."""
    name = PurePosixPath(member.name)
    opened = tar.extractfile(member) if member.isreg() else None
    if opened is None or name.is_absolute() or ".." in name.parts:
        raise BackupError(lazy("'{name}' is nothing that a backup holds.", name=member.name))
    path = folder / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    read = _Hashed(opened)
    # Always a new file: a second member of the same name is refused.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        shutil.copyfileobj(cast(IO[bytes], read), written)
        written.flush()
        os.fsync(written.fileno())
    return read.sha256.hexdigest()


def _manifest(path: Path, file: Path) -> Manifest:
    try:
        return validated(Manifest, json.loads(path.read_bytes()))
    except (FormatError, ValueError) as error:
        raise BackupError(lazy("{file} is damaged: {reason}", file=file, reason=error)) from error
