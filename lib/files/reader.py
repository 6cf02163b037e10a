"""Reads one upload in a process of its own: a file on standard input, what is in it on standard output.

Decoders and parsers meet bytes that anybody may have made. Here they can only use up this process: its memory
and its computing time are limited. It prints lines of JSON as it goes; after an image's line come its bytes.
"""

import contextlib
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lib.files.formats.kinds import Unreadable

MEMORY_BYTES = 640 * 1024 * 1024
"""Address space. An image of the most pixels that are taken needs about half of it."""
COMPUTING_SECONDS = 1.4
"""Processor time. What takes longer is ended where it is; with what is around it, an upload takes 2 s."""
_HOME = Path(__file__).parents[2]


def command(kind: str, limit: int) -> list[str]:
    """How to start a reader of an `image`, a `pdf` or a `text`.

    It sees no environment and no packages of the user; this project's folder comes last in its path.
    """
    start = f"import sys; sys.path.append({str(_HOME)!r}); from lib.files import reader; reader.main()"
    # `-I`: no environment, no packages of the user, and not the working folder. The project's folder comes
    # last: no module of ours can stand in for one of Python's.
    return [sys.executable, "-I", "-c", start, kind, str(limit)]


def main() -> None:
    """Read standard input; what cannot be read is one line `{"refused": why}`."""
    _limit()
    kind, limit = sys.argv[1], int(sys.argv[2])
    data = sys.stdin.buffer.read()
    try:
        for line, body in _READ[kind](data, limit):
            _say(line, body)
    except Unreadable as why:
        _say({"refused": str(why)})
    except MemoryError:
        _say({"refused": "needs too much memory to be read"})
    except Exception:  # decoders raise anything on damaged files, and all of it means the same
        _say({"refused": "is damaged or not what it seems to be"})


def _limit() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system has or allows it
        import resource

        # Of computing, not of time: on a busy machine a clock would refuse good photos.
        signal.setitimer(signal.ITIMER_PROF, COMPUTING_SECONDS)  # its signal ends a process
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


Lines = Iterator[tuple[dict[str, Any], bytes]]


# Each imports what it needs: a start costs more than most files.


def _image(data: bytes, limit: int) -> Lines:
    """`limit` pixels are the longest side."""
    from lib.files.formats import images

    picture = images.read(data, limit)
    fields = ("media_type", "width", "height")
    said = [
        {"size": len(each.data), **{name: getattr(each, name) for name in fields}} for each in picture.pieces
    ]
    yield {"pieces": said, "notes": picture.notes}, b"".join(each.data for each in picture.pieces)


def _pdf(data: bytes, limit: int) -> Lines:
    """`limit` characters are wanted."""
    from lib.files.formats import pdf

    yield from ((line, b"") for line in pdf.read(data, limit))


def _text(data: bytes, limit: int) -> Lines:
    """`limit` characters are wanted; one more says that there are more."""
    from lib.files.formats import texts

    document = texts.read(data, limit)
    yield (
        {"text": document.text[: limit + 1], "media_type": document.media_type, "notes": document.notes},
        b"",
    )


_READ = {"image": _image, "pdf": _pdf, "text": _text}


def _say(line: dict[str, Any], body: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(line).encode() + b"\n" + body)
    sys.stdout.buffer.flush()
