"""A room's view of a comparison, in no language: model text is inert HTML, rendered once for all.

What depends on the reader is made in `words.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from string import ascii_uppercase
from typing import Any

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.votes import Round, Tally, in_order, titles
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Prices
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import ContentWasReasoning, text_of
from lib.domain.text.blocks import BlockSplitter
from lib.domain.text.json_block import JsonBlock
from lib.engine.engine import Engine
from lib.engine.live import LiveTape
from lib.report.markup import html, typed

STATUS = {State.FAILED: "failed", State.INTERRUPTED: "failed", State.STOPPED: "stopped"}
"""How an answer failed or stopped. The room does not see why: that would name the model."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A snapshot of a comparison in the store."""

    comparison: Comparison | None
    round: Round | None = None
    voters: int = 0
    tally: Tally | None = None
    """The votes, once the round is closed."""
    prices: Prices = field(default_factory=dict)

    @property
    def cells(self) -> list[Conversation]:
        """The cells with the last question, in the order of the presenter's page."""
        if not self.comparison:
            return []
        cells = [cell for cell in self.comparison.compared if cell.path()]
        if self.round:
            cells = [cell for cell in cells if cell.id in self.round.models]
        longest = max((len(cell.path()) for cell in cells), default=0)
        return [cell for cell in in_order(cells, self.round) if len(cell.path()) == longest]

    @property
    def titles(self) -> dict[str, str]:
        """The title of each cell, by id, in the reader's language."""
        return titles(self.comparison, self.round) if self.comparison else {}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that the room sees, at one moment."""

    seen: Seen
    prompt: str
    """The question as HTML; empty before the first one."""
    answers: Sequence[Mapping[str, Any]]
    """`Answer.state` of each answer."""


class Answer:
    """One cell's last answer: its finished blocks, and the block that may still change."""

    def __init__(self, key: str, cell_id: str, message: Message, tape: LiveTape | None) -> None:
        self.key, self.cell_id, self.reply_id = key, cell_id, message.id
        self.blocks: list[str] = []
        self.open = ""
        self.tape = tape
        self.status = "waiting"
        self._seen = 0
        self._splitter = BlockSplitter()
        self._written: Callable[[str], str] = str
        self.is_over = False
        self.is_anew = False
        """Whether it has started again since the last query: then the old text must be removed."""
        self._said = "" if tape else message.content
        self._end = None if tape else message.reply

    def state(self) -> dict[str, Any]:
        """Return the whole answer."""
        return {
            "key": self.key,
            "cell": self.cell_id,
            "blocks": [*self.blocks],
            "open": self.open,
            "status": self.status,
        }

    def advance(self) -> tuple[list[str], str, str] | None:
        """Read the new events; return new finished blocks, the open block and the status."""
        if self.is_over:
            return None
        text = self._news()
        if not text and not self.is_over:
            return None
        finished = self._splitter.feed(text)
        if self.is_over:
            finished += self._splitter.close()
        added = [html(block) for block in finished]
        self.blocks += added
        still_open = "" if self.is_over else self._splitter.open
        self.open = html(still_open, is_open=True) if still_open else ""
        self.status = self._status()
        return added, self.open, self.status

    def _news(self) -> str:
        if self.tape is None:
            self.is_over, end = True, self._end or Reply()
            return self._written_by(end)(self._said) or end.refusal
        is_closed = self.tape.is_closed  # read before the events: later ones are for the next call
        events = self.tape.events[self._seen :]
        if not self._seen and events:
            self._written = self._written_by(self.tape.reply())
        self._seen += len(events)
        if any(isinstance(event, ContentWasReasoning) for event in events):
            self._begin_again()
        text = self._written(text_of(events))
        if is_closed:
            self.is_over, self._end = True, self.tape.reply()
            text += self._end.refusal if not self._end.text else ""
        return text

    def _begin_again(self) -> None:
        """Start again: the text so far was thinking, which the room does not see."""
        self.blocks.clear()
        self.is_anew = True
        self._splitter = BlockSplitter()

    def _written_by(self, reply: Reply) -> Callable[[str], str]:
        return JsonBlock().feed if reply.is_json else str

    def _status(self) -> str:
        if self._end is None:
            return "writing"
        return STATUS.get(self._end.state, "done" if self.blocks else "empty")


def _question(message: Message) -> str:
    """Return the question and the names of its files; the files themselves are not sent to the room."""
    names = " · ".join(attachment.name for attachment in message.attachments)
    below = f'<p class="status">{escape(names)}</p>' if names else ""
    return typed(message.content) + below


class RoomView:
    """Follows one comparison."""

    def __init__(self, engine: Engine, person_id: str) -> None:
        """`person_id` is whose comparison it is."""
        self._engine, self._person_id = engine, person_id
        self._seen = Seen(None)
        self._prompt = ""
        self.answers: list[Answer] = []
        self.is_incomplete = False
        """Whether the tape of a running reply is not there yet, or no longer: look again soon."""

    def update(self, seen: Seen) -> bool:
        """Update from the store; return whether more than the number of voters has changed."""
        before = self._shape()
        self._seen, self.is_incomplete = seen, False
        cells = seen.cells
        asked = cells[0].path()[-2:-1] if cells else []
        self._prompt = "".join(map(_question, asked))
        known = {answer.reply_id: answer for answer in self.answers}
        self.answers = []
        for cell in cells:
            key = seen.round.letters[cell.id] if seen.round else ascii_uppercase[len(self.answers)]
            answer = self._answer(known, key, cell.id, cell.path()[-1])
            self.answers += [answer] if answer else []
        return self._shape() != before

    def snapshot(self) -> Snapshot:
        """Return everything that the room sees."""
        return Snapshot(self._seen, self._prompt, [answer.state() for answer in self.answers])

    def take_anew(self) -> bool:
        """Return whether an answer has started again: then the whole state is sent instead of a frame."""
        is_anew = any(answer.is_anew for answer in self.answers)
        for answer in self.answers:
            answer.is_anew = False
        return is_anew

    def changes(self) -> list[list[Any]]:
        """Return the changes since the last frame: each answer's number and `Answer.advance` values."""
        advanced = ((number, answer.advance()) for number, answer in enumerate(self.answers))
        return [[number, *news] for number, news in advanced if news]

    def _answer(self, known: dict[str, Answer], key: str, cell_id: str, message: Message) -> Answer | None:
        """Return the known answer or a new one; `None` if its tape cannot be found now."""
        answer = known.get(message.id)
        if answer is None:
            tape = self._engine.follow(self._person_id, message.id)
            is_running = message.reply is not None and message.reply.state is State.RUNNING
            if tape is None and is_running:
                self.is_incomplete = True
                return None
            answer = Answer(key, cell_id, message, tape)
        answer.key = key
        return answer

    def _shape(self) -> tuple[object, ...]:
        """Return what the whole state is sent anew for."""
        seen, named = self._seen, self._seen.titles
        answers = [(one.key, named.get(one.cell_id), one.reply_id) for one in self.answers]
        title = seen.comparison.title if seen.comparison else ""
        if not seen.round:
            return title, self._prompt, answers
        # With the result come the figures, of the replies that have ended.
        ended = [] if seen.round.is_open else [_has_ended(cell) for cell in seen.cells]
        return title, self._prompt, answers, seen.round.id, seen.round.is_open, ended


def _has_ended(cell: Conversation) -> bool:
    reply = cell.path()[-1].reply
    return reply is not None and reply.state is not State.RUNNING
