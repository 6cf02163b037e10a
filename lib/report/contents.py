"""What a report says, as values: the same in every format. Pure functions of a recording."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lib.chat.comparisons import CellFigures, Comparison, Spread, figures, labels
from lib.chat.conversations import Conversation
from lib.chat.messages import Message, Params
from lib.chat.prices import Price, Prices
from lib.chat.recordings import Recording, answers
from lib.chat.reply import Reply, State
from lib.chat.usage import Source
from lib.chat.votes import ALL_BAD, TIE, Tally


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer."""

    question: Message | None
    """`None` for the one that all cells were asked, which stands above them."""
    answer: Message | None
    versions: int
    """How many answers to it there are; this one is shown."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One column."""

    conversation: Conversation
    figures: CellFigures
    turns: Sequence[Turn]
    settings: Mapping[str, str]
    """Its parameters, in words."""
    votes: int
    up: int
    down: int

    @property
    def label(self) -> str:
        return self.figures.label

    @property
    def marks(self) -> list[str]:
        """What it was best in."""
        found = self.figures
        marks = {"fastest": found.is_fastest, "cheapest": found.is_cheapest, "longest": found.is_longest}
        return [mark for mark, is_so in marks.items() if is_so]

    @property
    def judged(self) -> str:
        """What people thought of it, in words; empty where nobody did."""
        votes = f"{self.votes} {'vote' if self.votes == 1 else 'votes'}" if self.votes else ""
        up, down = (f"{n} thumbs {way}" if n else "" for n, way in ((self.up, "up"), (self.down, "down")))
        return " · ".join(filter(None, (votes, up, down)))

    @property
    def last(self) -> Reply:
        """The reply to its last question."""
        return (self.turns[-1].answer.reply if self.turns and self.turns[-1].answer else None) or Reply()


@dataclass(frozen=True, slots=True)
class Bar:
    """A cell in a chart."""

    label: str
    spread: Spread
    percent: float
    """Its length, of the longest one's."""
    is_best: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one measure, in the order of the cells."""

    measure: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Section:
    """One prompt and the answers to it."""

    number: int
    title: str
    question: Message | None
    system_prompt: str
    """The one that all cells have; empty where they differ."""
    cells: Sequence[Cell]
    charts: Sequence[Chart]
    votes: Mapping[str, int]
    """How often each cell, a tie and none of them was chosen, by their names; empty without votes."""
    notes: Sequence[str]
    """What the figures leave out, and where prices are from; a sentence each."""


@dataclass(frozen=True, slots=True)
class Totals:
    """All replies together; what is not known is left out and counted."""

    replies: int
    not_completed: int
    completion_tokens: int
    without_tokens: int
    estimated: int
    cost: float | None
    without_cost: int


MEASURES = ("ttft_ms", "total_ms", "tokens_per_second", "completion_tokens", "cost")
"""The fields of `CellFigures` that are drawn."""


def sections(recording: Recording) -> list[Section]:
    """A section for each prompt, in order."""
    return [
        _section(number, comparison, recording.prices, recording.tallies.get(comparison.id, Tally()))
        for number, comparison in enumerate(recording.comparisons, start=1)
        if comparison.cells
    ]


def totals(recording: Recording) -> Totals:
    """What all replies of the recording took together."""
    replies = [message.reply or Reply() for message in answers(recording)]
    tokens = [reply.usage.completion_tokens for reply in replies]
    costs = [cost for cell in recording.cells for cost in _costs(cell, recording.prices)]
    known = [cost for cost in costs if cost is not None]
    return Totals(
        replies=len(replies),
        not_completed=sum(reply.state is not State.COMPLETED for reply in replies),
        completion_tokens=sum(count for count in tokens if count is not None),
        without_tokens=tokens.count(None),
        estimated=sum(reply.usage.source is Source.ESTIMATED for reply in replies),
        cost=sum(known) if known else None,
        without_cost=costs.count(None),
    )


def price_of(cell: Conversation, reply: Reply, prices: Prices) -> Price | None:
    """The price of the model that a reply was asked of; `None` where it is not known."""
    return prices.get(reply.model_requested or cell.model or "")


def cost_of(cell: Conversation, reply: Reply, prices: Prices) -> float | None:
    """What a reply of a cell cost at these prices, in USD; `None` where that is not known."""
    price = price_of(cell, reply, prices)
    return price.cost(reply.usage) if price else None


def _costs(cell: Conversation, prices: Prices) -> Iterator[float | None]:
    for message in cell.messages.values():
        if message.reply:
            yield cost_of(cell, message.reply, prices)


def _section(number: int, comparison: Comparison, prices: Prices, tally: Tally) -> Section:
    compared = comparison.compared
    conversations = [*compared, *(cell for cell in comparison.cells if cell not in compared)]
    shared = {cell.system_prompt for cell in conversations}
    measured = _measured(conversations, len(compared), prices)
    cells = [
        Cell(
            conversation=cell,
            figures=one,
            turns=list(_turns(cell, comparison.prompt)),
            settings=in_words(cell.params),
            votes=tally.choices.get(cell.id, 0),
            up=tally.up.get(cell.id, 0),
            down=tally.down.get(cell.id, 0),
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
        charts=[chart for measure in MEASURES if (chart := _chart(measure, measured[: len(compared)]))],
        votes=_votes(cells, tally),
        notes=list(_notes(measured)),
    )


def _measured(cells: Sequence[Conversation], compared: int, prices: Prices) -> list[CellFigures]:
    """The figures of all cells; what merges the others' answers is not measured against them."""
    found = figures(cells[:compared], prices)
    found += [one for cell in cells[compared:] for one in figures([cell], prices)]
    return [replace(one, label=label) for one, label in zip(found, labels(cells), strict=True)]


def _turns(cell: Conversation, prompt: str | None) -> Iterator[Turn]:
    question: Message | None = None
    for message in cell.path():
        if message.role != "assistant":
            if question:
                yield Turn(question, None, 0)
            question = message
            continue
        is_shared = question and question.parent_id is None and question.content == prompt
        yield Turn(None if is_shared else question, message, len(cell.versions(message.id)))
        question = None
    if question:
        yield Turn(question, None, 0)


def in_words(params: Params) -> dict[str, str]:
    """The parameters that are set, by their names."""
    body = {name: value for name, value in params.body().items() if name != "stream"}
    return {name.replace("_", " "): _words(value) for name, value in body.items()}


def _words(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _chart(measure: str, measured: Sequence[CellFigures]) -> Chart | None:
    """The bars of a measure; `None` where fewer than two cells have it."""
    known = [(one, spread) for one in measured if (spread := getattr(one, measure))]
    if len(known) < 2:
        return None
    longest = max(spread.high for _, spread in known) or 1.0
    medians = [spread.median for _, spread in known]
    best = max(medians) if measure in ("tokens_per_second", "completion_tokens") else min(medians)
    bars = [
        Bar(one.label, spread, 100 * spread.median / longest, spread.median == best) for one, spread in known
    ]
    return Chart(measure, bars)


def _votes(cells: Sequence[Cell], tally: Tally) -> dict[str, int]:
    if not tally.choices:
        return {}
    return {
        **{cell.label: cell.votes for cell in cells},
        "Tie": tally.choices.get(TIE, 0),
        "None of them": tally.choices.get(ALL_BAD, 0),
    }


def _notes(measured: Sequence[CellFigures]) -> Iterator[str]:
    """What the figures leave out and where they are from."""
    count = len(measured)
    if estimated := sum(one.source is Source.ESTIMATED for one in measured):
        yield f"≈ Tokens of {estimated} of {count} cells are estimated: the gateway did not report them."
    if unknown := sum(one.completion_tokens is None for one in measured):
        yield f"Tokens of {unknown} of {count} cells are not known."
    if any(one.cost for one in measured) and (missing := sum(one.cost is None for one in measured)):
        yield f"Costs leave out {missing} of {count} cells: their price or their tokens are not known."
    if others := sum(one.others for one in measured):
        said = (
            "1 reply did not complete and is" if others == 1 else f"{others} replies did not complete and are"
        )
        yield f"{said} in no figure."
    if any(one.replies > 1 for one in measured):
        yield "Figures are medians over all answers of a cell; the range is from the lowest to the highest."
    if sources := sorted({one.cost_source for one in measured if one.cost_source}):
        yield f"Prices: {', '.join(sources)}."


def all_answers(recording: Recording) -> Iterator[tuple[Section, Cell, Message, int, int]]:
    """Every answer, also those that are not shown: with its section, its cell, its turn and its version."""
    for section in sections(recording):
        for cell in section.cells:
            for message in cell.conversation.messages.values():
                if message.reply:
                    path = cell.conversation.path(message.id)
                    turn = sum(one.role == "user" for one in path)
                    versions = [one.id for one in cell.conversation.versions(message.id)]
                    yield section, cell, message, turn, versions.index(message.id) + 1
