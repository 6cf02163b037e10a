"""When the events of recorded tapes are played: as they came, or at a pace of one's own."""

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
"""Tokens a second; `None` is the recorded pace."""
ORIGINAL: Pace = None
AT_ONCE: Pace = float("inf")


def moments(tape: Sequence[Event], pace: Pace) -> list[float]:
    """The second, counted from the start, at which each event of a tape is played; it never falls.

    At a pace of one's own the first word comes at once, and each piece takes the time of its share of the
    recorded tokens.
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
    """How many tokens a tape says, as its gateway counted them where it did."""
    reply = fold(tape)
    return reply.usage.completion_tokens or estimate_tokens(reply.text + reply.reasoning + reply.refusal)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what answers it in one cell: an answer, and what continues it."""

    before: Sequence[Message]
    """What was said earlier."""
    question: Message | None
    answer: Sequence[Message]

    @property
    def last(self) -> Message:
        """The reply that is played: it ends the answer."""
        return self.answer[-1]


def exchanges(cell: Conversation) -> list[Exchange]:
    """The turns of a cell's shown path, the first one first."""
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
    """The comparison as it stood after the question of this number, counted from 0, had been answered.

    A cell with fewer questions stands as it is, one without an answer is left out.
    """
    found = [(cell, exchanges(cell)) for cell in comparison.cells]
    cells = [replace(cell, leaf_id=its[min(number, len(its) - 1)].last.id) for cell, its in found if its]
    return replace(comparison, cells=cells)


def count_turns(comparison: Comparison) -> int:
    """How many turns the cell with the most of them has."""
    return max((len(exchanges(cell)) for cell in comparison.cells), default=0)


def as_played(message: Message, reply: Reply) -> Message:
    """A message as it stood when its reply had come so far."""
    return replace(message, content=reply.text, reply=reply)
