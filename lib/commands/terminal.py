"""The output of commands: a model, a gateway or a file must not control somebody's terminal."""

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO, cast

from lib.domain.text.printable import printable


def padded(text: str, width: int) -> str:
    """Return a text with spaces after it up to a column; a Chinese character is as wide as two others."""
    taken = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * (width - taken)


class Terminal:
    """A stream that passes on printable text only, however the text is cut into pieces."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the printable part of the text."""
        self._stream.write(printable(text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()


@contextmanager
def printing() -> Iterator[None]:
    """Filter everything that is printed in this context, by any code."""
    out, err = (cast(TextIO, Terminal(stream)) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(err):
        yield
