"""When the events of recorded tapes are played: at their recorded times, or at a chosen pace."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from lib.domain.comparison.comparisons import Comparison
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply
from lib.domain.reply.tape import Content, Event, Reasoning, Refusal
from lib.domain.reply.usage import estimate_tokens

Pace = float | None
"""Tokens per second; `None` is the recorded pace."""
ORIGINAL: Pace = None
AT_ONCE: Pace = float("inf")


def moments(tape: Sequence[Event], pace: Pace) -> list[float]:
    """The time in seconds from the start at which each event of a tape is played; it never decreases.

    At a chosen pace the first word comes at once, and each piece takes its share of the recorded tokens'
    time.
    """
    if pace is None:
        return list(accumulate((event.at_ms / 1000 for event in tape), max))
    lengths = [_length(event) for event in tape]
    each = _tokens(tape) / max(1, sum(lengths))
    before = list(accumulate(lengths, initial=0))[:-1]
    return [said * each / pace for said in before]


def _length(event: Event) -> int:
    return len(event.text) if isinstance(event, Content | Reasoning | Refusal) else 0


def _tokens(tape: Sequence[Event]) -> int:
    """The number of tokens on a tape, as counted by its gateway if it did."""
    reply = fold(tape)
    return reply.usage.completion_tokens or estimate_tokens(reply.text + reply.reasoning + reply.refusal)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer in one cell, including the messages that continue the answer."""

    before: Sequence[Message]
    """The messages before the question."""
    question: Message | None
    answer: Sequence[Message]

    @property
    def last(self) -> Message:
        """The reply that is played: the last part of the answer."""
        return self.answer[-1]


def exchanges(cell: Conversation) -> list[Exchange]:
    """The exchanges on a cell's shown path, in order."""
    found: list[Exchange] = []
    before: list[Message] = []
    question: Message | None = None
    for said in cell.turns():
        answer = [message for message in said if message.reply]
        if answer:
            found.append(Exchange(tuple(before), question, answer))
            before += [question, *answer] if question else answer
            question = None
        elif said[0].role == "user":
            question = said[-1]
    return found


def scene(comparison: Comparison, number: int) -> Comparison:
    """The comparison as it was once question `number`, counted from 0, had been answered.

    A cell with fewer questions stays as it is; one without an answer is left out.
    """
    found = [(cell, exchanges(cell)) for cell in comparison.cells]
    cells = [replace(cell, leaf_id=its[min(number, len(its) - 1)].last.id) for cell, its in found if its]
    return replace(comparison, cells=cells)


def count_questions(comparison: Comparison) -> int:
    """The number of turns in the cell with the most turns."""
    return max((len(exchanges(cell)) for cell in comparison.cells), default=0)


def as_played(message: Message, reply: Reply) -> Message:
    """A message as it was when its reply had come this far."""
    return replace(message, content=reply.text, reply=reply)
