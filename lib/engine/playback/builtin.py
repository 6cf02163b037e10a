"""The recordings that come with the app, for the first start: `tests/record_builtin.py` makes them."""

import json
from pathlib import Path

from lib.domain.comparison import recordings
from lib.store import Store

FOLDER = Path(__file__).with_name("recordings")


def add_missing(store: Store) -> None:
    """Store the built-in recordings that were never stored: one that was deleted does not come back."""
    files = {path.stem: path for path in FOLDER.glob("*.json")}
    for id_ in sorted(store.recordings.unknown(files)):
        store.recordings.add(recordings.from_json(json.loads(files[id_].read_text("utf-8"))))
