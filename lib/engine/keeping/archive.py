"""Everything that belongs to one person, as one zip."""

import json
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO

from lib.domain.comparison import recordings
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.recordings import RecordingKind
from lib.domain.conversation import exports
from lib.domain.reply import ledger
from lib.domain.text.validation import FormatError
from lib.engine.playback import recorder
from lib.files import decks
from lib.files.folder import Files
from lib.files.imports import archive
from lib.store.library import Library

ALL = 2**31 - 1
"""Of a list that is otherwise read in parts."""


def write(library: Library, files: Files, file: IO[bytes]) -> None:
    """Write chats, also those in the bin, comparisons, decks and their runs, recordings and the usage.

    All but the usage can be imported again: comparisons and runs as recordings.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        archive.write_chats(library.conversations.all(has_deleted=True), files, written)
        for name, text in _documents(library, files):
            written.writestr(name, text.encode("utf-8", "backslashreplace"))


def _documents(library: Library, files: Files) -> Iterator[tuple[str, str]]:
    """The names and the texts of the other files, one at a time."""
    load = archive.loader(files)
    for listed in library.comparisons.latest(ALL):
        if one := library.comparisons.get(listed.id):
            yield from _recorded(library, f"comparisons/{listed.id}", [one], RecordingKind.COMPARISON, load)
    for run in library.deck_runs.latest(ALL):
        rows = library.comparisons.of_run(run.id)
        yield from _recorded(library, f"deck-runs/{run.id}", rows, RecordingKind.DECK, load, run.title)
    for summary in library.decks.latest(ALL):
        if deck := library.decks.get(summary.id):
            yield f"decks/{summary.id}.yaml", decks.to_yaml(deck, files)
    for kept in library.recordings.latest(ALL):
        try:
            found = library.recordings.get(kept.id)
        except FormatError:
            continue  # this version cannot read it, nor could who imports it
        if found:
            yield f"recordings/{kept.id}.json", json.dumps(recordings.to_json(found), ensure_ascii=False)
    yield "usage.csv", ledger.to_csv(library.ledger.all())


def _recorded(
    library: Library,
    name: str,
    comparisons: Sequence[Comparison],
    kind: RecordingKind,
    load: exports.Load,
    title: str = "",
) -> Iterator[tuple[str, str]]:
    """Comparisons as a recording; nothing if nothing was asked yet."""
    if any(cell.path() for one in comparisons for cell in one.cells):
        named = title or comparisons[0].title
        made = recorder.record(library, comparisons, title=named, kind=kind, prices={})
        yield f"{name}.json", json.dumps(recordings.to_json(made, load), ensure_ascii=False)
