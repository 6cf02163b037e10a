"""Imports conversations from files: detects each file's format and reads its conversations."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from lib.domain import imports
from lib.domain.conversation.conversations import Conversation
from lib.domain.imports import foreign
from lib.domain.imports.outcome import LeftOut, Outcome, Reason
from lib.files.folder import Files
from lib.files.imports import archive
from lib.files.imports.assets import Assets, Container
from lib.files.imports.json_items import Broken, Item, items
from lib.files.imports.zips import Zip, ZipRefused
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext

MOST_UNKNOWN = 1000
"""After this many unknown items, a file without any known item is abandoned."""
_CHATS = re.compile(r"conversations?(?:[-_ ]?\(?\d+\)?)?\.json", re.IGNORECASE)
"""The name of the conversations' file in an export from ChatGPT or Claude, which also holds other JSON."""

_KINDS = (
    (
        rb"\s*<(?:!doctype html|html|head|body)",
        mark("is a web page; choose the zip, or the conversations.json in it"),
    ),
    (rb"%PDF-", mark("is a PDF")),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF.{4}WEBP", mark("is a picture")),
    (rb"SQLite format 3\x00", mark("is a database; export the chats from the program that it belongs to")),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ", mark("is packed; unpack it and choose the files in it")),
    (rb"\s*\Z", mark("is empty")),
)
"""The first bytes of files that people choose by mistake, and what to say about each."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

Open = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True, slots=True)
class Source:
    """A chosen file."""

    name: str
    open: Callable[[], BinaryIO]
    """Opens it from its beginning, any number of times; the caller closes it."""


class Folder:
    """A folder with the files of an unpacked export, by relative path."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        files = (file for file in sorted(path.rglob("*")) if file.is_file())
        self.sizes: Mapping[str, int] = {
            file.relative_to(path).as_posix(): file.stat().st_size for file in files
        }
        self._path = path

    def open(self, name: str) -> BinaryIO:
        """Open a file of the folder."""
        return (self._path / name).open("rb")


@dataclass(frozen=True, slots=True)
class _Export:
    """The JSON files of one source, by name."""

    name: str
    parts: Mapping[str, Open]
    are_chats: bool = True
    """Whether all of them should hold conversations: other programs add other files."""


class Incoming:
    """Reads the conversations in files, one after another, and counts what is left out."""

    def __init__(self, files: Files) -> None:
        self.outcome = Outcome()
        self._files = files
        self._assets = Assets(files)

    def read(self, sources: Iterable[Source | Folder]) -> Iterator[Conversation]:
        """Yield the conversations, their pictures in files. The outcome lists what cannot be read."""
        with ExitStack() as opened:
            exports = [self._export(source, opened) for source in sources]
            for export in filter(None, exports):
                yield from self._of_export(export)

    def _export(self, source: Source | Folder, opened: ExitStack) -> _Export | None:
        try:
            if isinstance(source, Folder):
                return self._unpacked(source.name, source)
            with source.open() as file:
                is_zip = file.read(4) in _ZIP
            if is_zip:
                return self._unpacked(source.name, Zip(opened.enter_context(source.open())))
        except ZipRefused as refused:
            self._fault(source.name, str(refused))
        except OSError as error:
            self._fault(source.name, _why(error))
        else:
            return _Export(source.name, {source.name: source.open})
        return None

    def _unpacked(self, name: str, container: Container) -> _Export:
        self._assets.add(container)
        found = [each for each in sorted(container.sizes) if _is_own(each) and each.lower().endswith(".json")]
        chats = [each for each in found if _CHATS.fullmatch(PurePosixPath(each).name)]
        parts = {each: partial(container.open, each) for each in chats or found}
        return _Export(name, parts, are_chats=bool(chats))

    def _of_export(self, export: _Export) -> Iterator[Conversation]:
        refusals = {}
        for name, part in export.parts.items():
            refusals[name] = yield from self._of_file(_label(name, export), part)
        refused = {name: refusal for name, refusal in refusals.items() if refusal}
        if len(refused) == len(export.parts):
            self._fault(export.name, next(iter(refused.values()), _("contains no JSON file")))
        elif export.are_chats:
            for name, refusal in refused.items():
                self._fault(_label(name, export), refusal)

    def _of_file(self, label: str, part: Open) -> Generator[Conversation, None, str | None]:
        """Yield the conversations in a JSON file; return why there are none."""
        reading, fault = _Reading(self._assets), None
        try:
            with part() as file:
                for item in items(file):
                    if conversation := reading.read(item):
                        yield archive.with_files(conversation, self._files)
                    if reading.is_useless:
                        break
        except Broken:
            met = reading.outcome.met
            text = ngettext(
                "breaks off after {count} chat; what came after that is missing",
                "breaks off after {count} chats; what came after that is missing",
                met,
            )
            fault = text.format(count=formats.number(met))
            fault = fault if reading.known else _seems(part)
        except ZipRefused as refused:
            fault = str(refused)
        except OSError as error:
            fault = _why(error)
        finally:
            if reading.known:
                self.outcome.add(reading.outcome)
        if reading.known and fault:
            self._fault(label, fault)
        return None if reading.known else fault or reading.refusal

    def _fault(self, name: str, words: str) -> None:
        self.outcome.faults.append(_("“{name}” {wrong}.").format(name=name, wrong=words))


class _Reading:
    """What has been found in one file."""

    def __init__(self, assets: Assets) -> None:
        self.outcome = Outcome()
        self.known = 0
        """How many items are of a known format."""
        self._assets = assets
        self._refusal: str | None = None
        """What the file is, if that is certain before its first item."""
        self._guess: str | None = None
        """What the file seems to be."""

    def read(self, item: Item) -> Conversation | None:
        """Parse an item into a conversation; count it if it is not one."""
        self._refusal = foreign.refusal(item.header)
        if self._refusal:
            return None
        self.outcome.met += 1
        read = self._read(item)
        is_unknown = isinstance(read, LeftOut) and (item.is_damaged or read.reason is Reason.UNKNOWN)
        self.known += not is_unknown or "version" in item.header
        if not isinstance(read, LeftOut):
            return read
        self.outcome.leave_out(read)
        if is_unknown and not self._guess:
            self._guess = foreign.seems(item.value)
        return None

    def _read(self, item: Item) -> Conversation | LeftOut:
        if item.is_damaged:
            return LeftOut(Reason.TOO_LARGE if item.is_too_large else Reason.DAMAGED)
        return imports.read(item.value, self._assets.take)

    @property
    def is_useless(self) -> bool:
        """Whether reading on is not worthwhile."""
        is_known = self._refusal or self._guess or self.outcome.met >= MOST_UNKNOWN
        return not self.known and bool(is_known)

    @property
    def refusal(self) -> str:
        """Why the file holds nothing of a known format, if it does not."""
        if known := self._refusal or self._guess:
            return known
        if self.outcome.met:
            return _("contains no chats of a known kind. {}").format(_(foreign.CAN_BE_TAKEN))
        return _("contains no chats")


def _is_own(name: str) -> bool:
    """Whether a file in a zip is the person's: macOS adds others."""
    path = PurePosixPath(name)
    return "__MACOSX" not in path.parts and not path.name.startswith("._")


def _label(name: str, export: _Export) -> str:
    return name if name == export.name else _("{name}” in “{archive}").format(name=name, archive=export.name)


def _seems(part: Open) -> str:
    """What a file that is not JSON seems to be."""
    try:
        with part() as file:
            head = file.read(1024)
    except (ZipRefused, OSError):
        return _(_DAMAGED)
    told = (_(words) for pattern, words in _KINDS if re.match(pattern, head, re.DOTALL | re.IGNORECASE))
    is_begun = head.lstrip()[:1] in (b"[", b"{")
    return next(told, _(_DAMAGED) if is_begun else _("is not a JSON file"))


_DAMAGED = mark("is a damaged JSON file: not one chat in it can be read")


def _why(error: OSError) -> str:
    return _("cannot be read: {reason}").format(reason=error.strerror or error)
