"""Takes one upload in a fresh process and tells what it cost in computing time and memory, as JSON.

`python -m tests.files.measure NAME`, the file on standard input.
"""

import json
import os
import resource
import sys
from dataclasses import asdict

from lib.domain.text.sentences import joined
from lib.files import upload_validation
from lib.files.refusal import FileRefused
from lib.files.upload_validation import take
from tests.patience import PATIENCE


def main(name: str) -> None:
    upload_validation.READING_SECONDS = 3 * PATIENCE  # computing time is what is measured
    data = sys.stdin.buffer.read()
    before, started = _megabytes(resource.RUSAGE_SELF), _seconds()
    try:
        first = take(name, data)[0]
        taken, note, refused = asdict(first), joined(first.notes), ""
    except FileRefused as error:
        taken, note, refused = {}, "", str(error)
    told = {
        "seconds": _seconds() - started,
        "grown": _megabytes(resource.RUSAGE_SELF) - before,
        "reader": _megabytes(resource.RUSAGE_CHILDREN),
        "refused": refused,
        "taken": {key: value for key, value in taken.items() if key not in ("data", "text")},
        "note": note,
        "text": taken.get("text", ""),
    }
    sys.stdout.write(json.dumps(told))


def _seconds() -> float:
    """Processor time of this process and of those that it has started and that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _megabytes(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1])
