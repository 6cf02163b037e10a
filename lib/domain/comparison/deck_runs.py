"""The run of a deck: a row for each prompt, a column for each model, an answer in each cell of the grid.

A row is a comparison, so that everything a comparison can do works with it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lib.domain.comparison import comparisons
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.decks import Deck, Prompt
from lib.domain.comparison.estimates import USUAL_ANSWER_TOKENS, Expected
from lib.domain.conversation.conversations import Conversation, clean_title
from lib.domain.conversation.messages import Message, Params
from lib.domain.models.prices import Price, Prices
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source, Usage, estimate_usage
from lib.domain.text.validation import validated

Live = Callable[[str], Reply | None]

FEWEST_COLUMNS, MOST_COLUMNS = 1, 8


@dataclass(frozen=True, slots=True)
class Column:
    """The settings of a column's cells."""

    model: str
    system_prompt: str = ""
    """Replaces the system prompts of the deck and its prompts; if empty, those apply."""
    params: Params = Params()


@dataclass(frozen=True, slots=True)
class DeckRun:
    """A deck as of its run, and the columns that it runs over."""

    id: str
    deck: Deck
    created_at: datetime
    columns: tuple[Column, ...]

    def system_prompt(self, prompt: Prompt, column: Column) -> str:
        """The system prompt of a cell."""
        return column.system_prompt or self.deck.system_prompt_of(prompt)


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell of the grid: a prompt's row at a model's column."""

    row: int
    column: int
    cell: Conversation | None = None
    """`None` before it is asked."""
    answer: Message | None = None
    """The answer that counts: a completed one if there is any, otherwise the last attempt."""
    tries: int = 0

    @property
    def reply(self) -> Reply:
        return (self.answer.reply if self.answer else None) or Reply()

    @property
    def state(self) -> State | None:
        """The state of its answer; `None` while it waits to be asked."""
        return self.reply.state if self.answer else None

    @property
    def is_missing(self) -> bool:
        """Whether it has no answer, and none in progress."""
        return self.state not in (State.COMPLETED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a run, in grid cells."""

    total: int
    done: int
    running: int
    failed: int
    """Fields that were tried but have no whole answer: failed, stopped or interrupted."""

    @property
    def missing(self) -> int:
        return self.total - self.done - self.running

    @property
    def waiting(self) -> int:
        """Fields that were never asked."""
        return self.missing - self.failed


def of(
    run_id: str, deck: Deck, cells: Sequence[Conversation], *, now: datetime, new_id: Callable[[], str]
) -> tuple[DeckRun, list[Comparison]]:
    """A run of the deck's prompts with these cells' settings, and its rows, which have not been asked yet.

    Blank prompts are left out.
    """
    asked = replace(deck, prompts=tuple(prompt for prompt in deck.prompts if not prompt.is_blank))
    columns = tuple(Column(cell.model or "", cell.system_prompt, cell.params) for cell in cells)
    rows = [
        Comparison(new_id(), row_title(prompt), now, deck_run_id=run_id, position=at)
        for at, prompt in enumerate(asked.prompts)
    ]
    return DeckRun(run_id, asked, now, columns), rows


def row_title(prompt: Prompt) -> str:
    """A one-line name for a row."""
    return clean_title(prompt.text or next((each.name for each in prompt.attachments), ""))


def labels(run: DeckRun) -> list[str]:
    """A name for each column: its model, and what distinguishes it from other columns of the same model."""
    at = run.created_at
    cells = [Conversation("", "", at, at, column.model, params=column.params) for column in run.columns]
    return comparisons.labels(cells)


def grid_cells(run: DeckRun, row: Comparison, live: Live = lambda _: None) -> list[GridCell]:
    """The grid cells of a row. `live` returns the current state of a running reply by its id."""
    return [_grid_cell(run, row, column, live) for column in range(len(run.columns))]


def _grid_cell(run: DeckRun, row: Comparison, column: int, live: Live) -> GridCell:
    cell = cell_of(run, row, column)
    if cell is None:
        return GridCell(row.position, column)
    question = cell.path()[0].id
    tries = [_alive(each, live) for each in cell.messages.values() if each.parent_id == question]
    tries = [each for each in tries if each.reply]
    whole = [each for each in tries if each.reply and each.reply.state is State.COMPLETED]
    shown = [each for each in whole if each in cell.path()]
    answer = next(iter(shown or whole[::-1] or tries[::-1]), None)
    return GridCell(row.position, column, cell, answer, len(tries))


def cell_of(run: DeckRun, row: Comparison, column: int) -> Conversation | None:
    """The cell at a column's position, if it was asked the row's prompt. A synthesis was not."""
    text = run.deck.prompts[row.position].text
    for cell in row.cells:
        if cell.position == column and cell.path() and cell.path()[0].content == text:
            return cell
    return None


def _alive(message: Message, live: Live) -> Message:
    if message.reply and message.reply.state is State.RUNNING and (reply := live(message.id)):
        return replace(message, content=reply.text, reply=reply)
    return message


def progress(of_run: Sequence[GridCell]) -> Progress:
    """Count the grid cells of a run."""
    states = [grid_cell.state for grid_cell in of_run]
    done, running = states.count(State.COMPLETED), states.count(State.RUNNING)
    tried = sum(state is not None for state in states)
    return Progress(len(states), done, running, failed=tried - done - running)


def expected(run: DeckRun, missing: Sequence[tuple[int, int]], prices: Prices) -> Expected:
    """The expected cost of answering the grid cells at these rows and columns."""
    tokens, cost, unpriced = 0, 0.0, set[int]()
    for row, at in missing:
        column = run.columns[at]
        usage = _expected(run, run.deck.prompts[row], column)
        tokens += usage.total_tokens or 0
        price = prices.get(column.model, Price()).cost(usage)
        cost += price or 0.0
        unpriced |= {at} if price is None else set()
    is_known = len(unpriced) < len({at for _, at in missing})
    return Expected(tokens, cost if is_known else None, len(unpriced))


def _expected(run: DeckRun, prompt: Prompt, column: Column) -> Usage:
    system_prompt = run.system_prompt(prompt, column)
    said = Message(prompt.id, None, "user", prompt.text, run.created_at, attachments=prompt.attachments)
    texts = [*([system_prompt] if system_prompt else []), *said.texts()]
    answer = min(column.params.max_tokens or USUAL_ANSWER_TOKENS, USUAL_ANSWER_TOKENS)
    asked = estimate_usage(texts, "", said.image_tokens()).prompt_tokens or 0
    return Usage(asked, answer, asked + answer, source=Source.ESTIMATED)


def columns_to_json(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The columns as plain JSON values."""
    return [
        {"model": each.model, "system_prompt": each.system_prompt, "params": each.params.body()}
        for each in columns
    ]


def columns_from_json(values: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """The columns that `columns_to_json` wrote. Raises `FormatError`."""
    return validated(tuple[Column, ...], values, "columns")
