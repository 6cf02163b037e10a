"""The recordings that come with the app, for the first start: `tests/record_builtin.py` makes them."""

import json
from pathlib import Path

from lib.domain.comparison import recordings
from lib.store.library import Library

FOLDER = Path(__file__).with_name("recordings")


def add_missing(library: Library) -> None:
    """Give a person the built-in recordings that they never had: one that was deleted does not come back."""
    files = {path.stem: path for path in FOLDER.glob("*.json")}
    for id_ in sorted(library.recordings.unknown(files)):
        found = recordings.from_json(json.loads(files[id_].read_text("utf-8")))
        library.recordings.add(found, added_at=found.recorded_at)  # below whatever is one's own
