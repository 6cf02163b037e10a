"""Limits on what a server may send: no answer, malicious or not, may fill the memory.

An answer that exceeds a limit ends: its connection is closed, and what came before stays.
"""

from dataclasses import dataclass

from lib.domain.reply.errors import Category, ChatError
from lib.domain.text.sentences import Sentence, sentence

MB = 1024**2


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one streamed answer."""

    event_bytes: int = 32 * MB
    """One event, usually one line, which may hold a picture."""
    text_characters: int = 4 * MB
    """Text, thinking and tool calls together: some six times the longest that models write."""
    file_bytes: int = 64 * MB
    """Pictures and sound."""
    values: int = 250_000
    """Values in one event. Decoding JSON blocks the whole process: 100 ms for this many."""
    pieces: int = 600_000
    """Events of the stream, and events on the tape: each is about one per token."""
    calls: int = 1_000
    """Tool calls."""
    files: int = 200
    """Pictures, including those that are only named."""
    other_bytes: int = 32 * MB
    """Lines that are not events: pings, comments, pretty-printed JSON."""


NAME_CHARACTERS = 1_000
"""Of an id, a model's name, a finish reason: longer ones are cut."""
MOST_SERVED = 100
"""How often an answer may name another model or another id."""
LINE_COST = 64
"""Overhead per line, in bytes."""
REMOTE_IMAGES = 16
"""Pictures that an answer names by URL; further ones stay links."""
ERROR_BYTES = 64 * 1024
"""The body of an error: the rest is not read."""
LIST_BYTES = 8 * MB
"""A list of models or prices, and other small answers."""
DRAWN_BYTES = 90 * MB
"""The answer of an image model: several pictures in base64."""
COMPRESSION_RATIO = 200
"""Bytes out per byte in. The chunks of a stream, which are much alike, reach 50; a zip bomb reaches 1,000."""
COMPRESSION_FREE = 4 * MB
"""The ratio is checked from this many bytes on."""


def values_in(data: bytes) -> int:
    """An upper bound of the number of values in JSON text: punctuation in its strings counts too."""
    return sum(map(data.count, (b",", b"[", b"{")))


def exceeded(limit: Sentence) -> ChatError:
    """The error of an answer that exceeds a limit, which the sentence tells."""
    return ChatError(Category.UPSTREAM_DOWN, cause=limit, advice=sentence("other_model_or_tell"))
