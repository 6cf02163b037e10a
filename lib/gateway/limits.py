"""How much is taken of what a server sends: no answer, however it is meant, may fill the memory.

What goes beyond a limit ends the answer: its connection is closed, and what came before stays.
"""

from dataclasses import dataclass

from lib.domain.reply.errors import Category, ChatError

MB = 1024**2


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one streamed answer."""

    event_bytes: int = 32 * MB
    """One event, which is a line as a rule: pictures travel in lines."""
    text_characters: int = 4 * MB
    """What it says, thinks and calls together: some six times as much as the longest that models write."""
    file_bytes: int = 64 * MB
    """Its pictures and its sound."""
    values: int = 250_000
    """Values in one event. While JSON is decoded nothing else goes on in this process: 100 ms for so many."""
    pieces: int = 600_000
    """Its events, and those on its tape: each is about one a token."""
    calls: int = 1_000
    """Its tool calls."""
    files: int = 200
    """Its pictures, those too that are only named."""
    other_bytes: int = 32 * MB
    """Lines that are no events: pings, comments, JSON in print."""


NAME_CHARACTERS = 1_000
"""Of an id, a model's name, a finish reason: what is longer is cut."""
MOST_SERVED = 100
"""How often an answer may tell that another model goes on, or under another id."""
LINE_COST = 64
"""Bytes that a line takes besides its own."""
REMOTE_IMAGES = 16
"""Pictures that an answer names by their addresses; more of them stay links."""
ERROR_BYTES = 64 * 1024
"""The body of an error: what follows is not read."""
LIST_BYTES = 8 * MB
"""A list of models or of prices, and what is as small."""
DRAWN_BYTES = 90 * MB
"""The answer of an image model: several pictures in base64."""
COMPRESSION_RATIO = 200
"""Bytes out of one byte in. The chunks of a stream, much alike, come to 50; what is made to burst comes to
1,000."""
COMPRESSION_FREE = 4 * MB
"""From so many bytes on the ratio counts."""


def values_in(data: bytes) -> int:
    """How many values a JSON text has at most: signs in its texts count too."""
    return sum(map(data.count, (b",", b"[", b"{")))


def exceeded(sentence: str) -> ChatError:
    """The error of an answer that goes beyond a limit, as the sentence says."""
    return ChatError(Category.UPSTREAM_DOWN, sentence, "Choose another model, or tell the gateway's admin.")
