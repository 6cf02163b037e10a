"""Where commands print: a model, a gateway or a file must not steer somebody's terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO, cast

from lib.domain.text.printable import printable


class Terminal:
    """A stream that takes printable text only, however it is cut into pieces."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what may be printed of the text."""
        self._stream.write(printable(text))
        return len(text)

    def flush(self) -> None:
        """Let out what was written."""
        self._stream.flush()


@contextmanager
def printing() -> Iterator[None]:
    """Everything that is printed meanwhile, wherever that happens, is printable."""
    out, err = (cast(TextIO, Terminal(stream)) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(err):
        yield
