"""The contents of a report as values, the same in every format. Pure functions of a recording."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.recordings import Recording
from lib.domain.comparison.statistics import Figures, notes
from lib.domain.comparison.votes import Tally
from lib.domain.comparison.wording import CHOICES
from lib.domain.conversation import parameters
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Prices
from lib.domain.reply.reply import Reply
from lib.i18n.formats import number
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.report.measures import measure


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer."""

    question: Message | None
    """`None` for the question to all cells, which is shown above them."""
    answer: Message | None
    versions: int
    """How many answers it has; this one is shown."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a section."""

    conversation: Conversation
    figures: Figures
    turns: Sequence[Exchange]
    settings: Sequence[str]
    """Its parameters, in words."""
    votes: int
    up: int
    down: int
    is_winner: bool
    """Whether most people chose it, or as many as any other."""

    @property
    def label(self) -> str:
        return self.figures.label

    @property
    def judged(self) -> str:
        """People's votes and thumbs in words; empty if there are none."""
        votes = ngettext("{} vote", "{} votes", self.votes).format(number(self.votes)) if self.votes else ""
        up = ngettext("{} thumb up", "{} thumbs up", self.up).format(number(self.up)) if self.up else ""
        down = (
            ngettext("{} thumb down", "{} thumbs down", self.down).format(number(self.down))
            if self.down
            else ""
        )
        return " · ".join(filter(None, (votes, up, down)))

    @property
    def last(self) -> Reply:
        """The reply to its last question."""
        return (self.turns[-1].answer.reply if self.turns and self.turns[-1].answer else None) or Reply()


@dataclass(frozen=True, slots=True)
class Section:
    """One prompt and the answers to it."""

    number: int
    title: str
    question: Message | None
    system_prompt: str
    """The system prompt of all cells; empty if they differ."""
    cells: Sequence[Cell]
    votes: Sequence[tuple[str, int]]
    """The number of votes for each cell, a tie and none, each with its name; empty without votes."""
    notes: Sequence[str]
    """What the figures leave out, and where prices come from; one sentence each."""

    @property
    def figures(self) -> list[Figures]:
        return [cell.figures for cell in self.cells]

    @property
    def winners(self) -> list[int]:
        """The places of the cells that most people chose."""
        return [place for place, cell in enumerate(self.cells) if cell.is_winner]


def sections(recording: Recording) -> list[Section]:
    """Return a section for each prompt, in order."""
    return [
        _section(number, comparison, recording.prices, recording.tallies.get(comparison.id, Tally()))
        for number, comparison in enumerate(recording.comparisons, start=1)
        if comparison.cells
    ]


def _section(number: int, comparison: Comparison, prices: Prices, tally: Tally) -> Section:
    compared = comparison.compared
    ids = {cell.id for cell in compared}
    conversations = [*compared, *(cell for cell in comparison.cells if cell.id not in ids)]
    shared = {cell.system_prompt for cell in conversations}
    measured = measure(conversations, len(compared), prices)
    cells = [
        Cell(
            conversation=cell,
            figures=one,
            turns=list(_turns(cell, comparison.prompt)),
            settings=parameters.in_words(cell.params),
            votes=tally.choices.get(cell.id, 0),
            up=tally.up.get(cell.id, 0),
            down=tally.down.get(cell.id, 0),
            is_winner=cell.id in tally.winners,
        )
        for cell, one in zip(conversations, measured, strict=True)
    ]
    path = conversations[0].path()
    return Section(
        number=number,
        title=comparison.title,
        question=path[0] if path else None,
        system_prompt=shared.pop() if len(shared) == 1 else "",
        cells=cells,
        votes=_votes(cells, tally),
        notes=list(notes(measured)),
    )


def _turns(cell: Conversation, prompt: str | None) -> Iterator[Exchange]:
    question: Message | None = None
    for message in cell.path():
        if message.role != "assistant":
            if question:
                yield Exchange(question, None, 0)
            question = message
            continue
        is_shared = question and question.parent_id is None and question.content == prompt
        yield Exchange(None if is_shared else question, message, len(cell.versions(message.id)))
        question = None
    if question:
        yield Exchange(question, None, 0)


def _votes(cells: Sequence[Cell], tally: Tally) -> list[tuple[str, int]]:
    if not tally.choices:
        return []
    return [
        *((cell.label, cell.votes) for cell in cells),
        *((_(label), tally.choices.get(choice, 0)) for choice, label in CHOICES.items()),
    ]


def all_answers(recording: Recording) -> Iterator[tuple[Section, Cell, Message, int, int]]:
    """Yield every answer, shown or not, with its section, its cell, its turn and its version."""
    for section in sections(recording):
        for cell in section.cells:
            for message in cell.conversation.messages.values():
                if message.reply:
                    path = cell.conversation.path(message.id)
                    turn = sum(one.role == "user" for one in path)
                    versions = [one.id for one in cell.conversation.versions(message.id)]
                    yield section, cell, message, turn, versions.index(message.id) + 1
