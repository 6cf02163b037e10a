"""Reads one upload in its own process: the file on standard input, its content on standard output.

Decoders and parsers meet bytes of any origin. Here they can exhaust only this process, whose memory and
processor time are limited. It prints lines of JSON as it goes; an image's line is followed by its bytes.
"""

import contextlib
import json
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lib.domain.text.sentences import sentence
from lib.files.formats.kinds import Unreadable

MEMORY_BYTES = 640 * 1024 * 1024
"""Address space. An image with the most pixels allowed needs about half of it."""
COMPUTING_SECONDS = 1.4
"""Processor time. Reading is stopped after it; with its overhead, an upload takes 2 s."""
_HOME = Path(__file__).parents[2]


def command(kind: str, limit: int) -> list[str]:
    """The command that starts a reader of an `image`, a `pdf` or a `text`.

    It sees no environment and no user packages; this project's folder comes last in its path.
    """
    start = f"import sys; sys.path.append({str(_HOME)!r}); from lib.files import reader; reader.main()"
    # `-I`: no environment, no user packages, and not the working folder. The project's folder comes last:
    # none of our modules can shadow one of Python's.
    return [sys.executable, "-I", "-c", start, kind, str(limit)]


def main() -> None:
    """Read standard input; if it cannot be read, print the one line `{"refused": why}`."""
    _limit()
    kind, limit = sys.argv[1], int(sys.argv[2])
    data = sys.stdin.buffer.read()
    try:
        for line, body in _READ[kind](data, limit):
            _say(line, body)
    except Unreadable as why:
        _say({"refused": asdict(why.why)})
    except MemoryError:
        _say({"refused": asdict(sentence("memory"))})
    except Exception:  # decoders raise anything on damaged files, and it all means the same
        _say({"refused": asdict(sentence("damaged"))})


def _limit() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system supports or allows it
        import resource

        # Processor time, not wall time: on a busy machine a clock would refuse good photos.
        signal.setitimer(signal.ITIMER_PROF, COMPUTING_SECONDS)  # its signal ends a process
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


Lines = Iterator[tuple[dict[str, Any], bytes]]


# Each imports only what it needs: imports cost more time than most files.


def _image(data: bytes, limit: int) -> Lines:
    """`limit` is the longest side in pixels."""
    from lib.files.formats import images

    picture = images.read(data, limit)
    fields = ("media_type", "width", "height")
    said = [
        {"size": len(each.data), **{name: getattr(each, name) for name in fields}} for each in picture.pieces
    ]
    notes = [asdict(note) for note in picture.notes]
    yield {"pieces": said, "notes": notes}, b"".join(each.data for each in picture.pieces)


def _pdf(data: bytes, limit: int) -> Lines:
    """`limit` is the wanted number of characters."""
    from lib.files.formats import pdf

    yield from ((line, b"") for line in pdf.read(data, limit))


def _text(data: bytes, limit: int) -> Lines:
    """`limit` is the wanted number of characters; one more shows that there are more."""
    from lib.files.formats import texts

    document = texts.read(data, limit)
    notes = [asdict(note) for note in document.notes]
    yield {"text": document.text[: limit + 1], "media_type": document.media_type, "notes": notes}, b""


_READ = {"image": _image, "pdf": _pdf, "text": _text}


def _say(line: dict[str, Any], body: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(line).encode() + b"\n" + body)
    sys.stdout.buffer.flush()
