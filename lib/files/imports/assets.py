"""Finds the pictures and documents that imported conversations refer to, and stores them."""

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import PurePosixPath
from typing import IO, Protocol

from lib.domain.conversation.attachments import Attachment, data_in
from lib.domain.imports.files import Named
from lib.files import upload_validation
from lib.files.folder import Files, checked
from lib.files.imports.archive import with_ending
from lib.files.imports.zips import ZipRefused
from lib.files.refusal import FileRefused

NAMES = "conversation_asset_file_names.json"
"""Maps stored names to original ones in ChatGPT's exports since 2026: `{"file-….dat": "cat.png"}`."""
LARGEST_NAMES = 64 * 1024 * 1024
_ID = re.compile(r"(file[-_][A-Za-z0-9]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
"""The id that a file's name begins with: ChatGPT's (`file-ID-cat.png`) or Claude's."""


class Container(Protocol):
    """The files of a zip or a folder, beside the conversations."""

    sizes: Mapping[str, int]

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]: ...


class Assets:
    """The files of one import, beside its conversations."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._places: dict[str, tuple[Container, str]] = {}
        self._names: dict[str, str] = {}
        self._known: dict[tuple[str, str], Attachment | None] = {}

    def add(self, container: Container) -> None:
        """Index these files by the ids that their names begin with."""
        for name, size in container.sizes.items():
            own = PurePosixPath(name)
            if own.name == NAMES and size <= LARGEST_NAMES:
                self._read_names(container, name)
            elif found := _ID.match(own.name):
                self._places.setdefault(found[1], (container, name))

    def take(self, named: Named) -> Attachment | None:
        """The picture or document; `None` if it is missing or cannot be stored."""
        if named.text:
            return self._kept(named, named.name, named.text.encode())
        if named.pointer.startswith("data:"):
            try:
                return self._kept(named, named.name, data_in(named.pointer))
            except ValueError:
                return None
        if named.pointer not in self._places:
            return None
        key = named.pointer, named.name
        if key in self._known:
            return self._known[key]
        found = self._found(named)
        if found is None or found.is_image:  # the texts of all an export's documents are too much to hold
            self._known[key] = found
        return found

    def _found(self, named: Named) -> Attachment | None:
        container, name = self._places[named.pointer]
        if container.sizes[name] > upload_validation.LARGEST_UPLOAD:
            return None
        try:
            with container.open(name) as file:
                # A zip may lie about the size of its files.
                data = file.read(upload_validation.LARGEST_UPLOAD + 1)
        except (ZipRefused, OSError):
            return None
        own = PurePosixPath(name).name
        return self._kept(named, named.name or self._names.get(own) or _own_name(own), data)

    def _kept(self, named: Named, name: str, data: bytes) -> Attachment | None:
        try:
            image = checked(upload_validation.clean_name(name or "image"), data)
        except ValueError:
            return None if named.is_picture else self._document(name, data)
        return self._files.keep(image if name else with_ending(image))

    def _document(self, name: str, data: bytes) -> Attachment | None:
        try:
            return self._files.keep(upload_validation.take(name, data)[0])
        except FileRefused:
            return None

    def _read_names(self, container: Container, name: str) -> None:
        try:
            with container.open(name) as file:
                names = json.load(file)
        except (ZipRefused, OSError, ValueError, RecursionError):
            return
        if isinstance(names, dict):
            self._names |= {str(key): value for key, value in names.items() if isinstance(value, str)}


def _own_name(name: str) -> str:
    """A file's name without its ids; empty if only an extension remains."""
    while found := _ID.match(name):
        name = name[found.end() :].lstrip("-_")
    return "" if name.startswith(".") else name
