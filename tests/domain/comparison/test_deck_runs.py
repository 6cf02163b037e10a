"""The run of a deck as values: which answer counts, what is missing, what it is expected to take."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from lib.domain.comparison import deck_runs, decks
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import Column, DeckRun, GridCell
from lib.domain.comparison.decks import Prompt
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.models.prices import Price
from lib.domain.reply.reply import Reply, State, Timing
from lib.domain.reply.usage import Source, Usage

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DECK = decks.new("d", [Prompt("p", "Why?"), Prompt("q", "How?", system_prompt="Be brief.")])
RUN = DeckRun("r", DECK, NOW, (Column("model-a"), Column("model-b", "Be rude.", Params(max_tokens=10))))


def done(tokens: int = 10, ttft_ms: float = 100.0, source: Source = Source.REPORTED) -> Reply:
    timing = Timing(ttft_ms, None, ttft_ms + 1000, ttft_ms + 1100)
    return Reply(
        State.COMPLETED, "Said. " * 20, usage=Usage(5, tokens, 5 + tokens, source=source), timing=timing
    )


def cell(replies: Sequence[Reply], *, asked: str = "Why?", position: int = 0) -> Conversation:
    """A cell whose question was answered by these replies, the last of them shown."""
    own = Conversation(f"c{position}", "", NOW, NOW, "model-a", comparison_id="row", position=position)
    own.add([Message("question", None, "user", asked, NOW)])
    for at, reply in enumerate(replies):
        own.add([Message(f"answer{at}", "question", "assistant", reply.text, NOW, reply)])
    return own


def grid_cells(*cells: Conversation) -> list[GridCell]:
    return deck_runs.grid_cells(RUN, Comparison("row", "", NOW, list(cells), "r", 0))


def states(*cells: Conversation) -> list[State | None]:
    return [grid_cell.state for grid_cell in grid_cells(*cells)]


def test_a_grid_cell_waits_until_it_is_asked() -> None:
    assert states() == [None, None]
    assert [grid_cell.is_missing for grid_cell in grid_cells()] == [True, True]


@pytest.mark.parametrize(
    ("replies", "state", "is_missing"),
    [
        ([Reply(State.FAILED)], State.FAILED, True),
        ([Reply(State.STOPPED)], State.STOPPED, True),
        ([Reply(State.INTERRUPTED)], State.INTERRUPTED, True),
        ([Reply(State.RUNNING)], State.RUNNING, False),
        ([done()], State.COMPLETED, False),
        ([done(), Reply(State.FAILED)], State.COMPLETED, False),
        ([Reply(State.FAILED), Reply(State.RUNNING)], State.RUNNING, False),
    ],
)
def test_a_whole_answer_counts_else_the_last_try(
    replies: list[Reply], state: State, is_missing: bool
) -> None:
    found = grid_cells(cell(replies))[0]
    assert (found.state, found.is_missing, found.tries) == (state, is_missing, len(replies))


def test_of_several_whole_answers_the_shown_one_counts() -> None:
    own = cell([done(1), done(2)])
    assert grid_cells(own)[0].reply.usage.completion_tokens == 2
    own.leaf_id = "answer0"
    assert grid_cells(own)[0].reply.usage.completion_tokens == 1


def test_a_running_reply_is_as_far_as_its_tape() -> None:
    row = Comparison("row", "", NOW, [cell([Reply(State.RUNNING)])], "r", 0)
    [first, _] = deck_runs.grid_cells(RUN, row, {"answer0": replace(done(), text="So far")}.get)
    assert (first.state, first.reply.text) == (State.COMPLETED, "So far")


def test_what_came_after_the_answer_is_not_the_runs() -> None:
    own = cell([done()])
    own.add([Message("more", own.leaf_id, "user", "And?", NOW)])
    own.add([Message("end", "more", "assistant", "", NOW, Reply(State.FAILED))])
    assert states(own) == [State.COMPLETED, None]


def test_a_synthesis_in_a_columns_place_is_no_cell_of_it() -> None:
    assert states(cell([done()]), cell([done()], asked="Merge these", position=1)) == [State.COMPLETED, None]


def test_progress_counts_every_grid_cell_once() -> None:
    of_run = [GridCell(0, 0), *grid_cells(cell([done()]), cell([Reply(State.FAILED)], position=1))]
    of_run += grid_cells(cell([Reply(State.RUNNING)]))
    progress = deck_runs.progress(of_run)
    assert (progress.total, progress.done, progress.running, progress.failed) == (5, 1, 1, 1)
    assert (progress.missing, progress.waiting) == (3, 2)


def test_a_run_takes_the_deck_as_it_is_without_its_blank_prompts() -> None:
    ids = map(str, count())
    deck = replace(DECK, prompts=(Prompt("blank"), *DECK.prompts))
    cells = [Conversation("c", "", NOW, NOW, "model-a", "Be kind.", Params(temperature=0.5))]
    run, rows = deck_runs.of("r", deck, cells, now=NOW, new_id=lambda: next(ids))
    assert [prompt.text for prompt in run.deck.prompts] == ["Why?", "How?"]
    assert run.columns == (Column("model-a", "Be kind.", Params(temperature=0.5)),)
    assert [(row.id, row.title, row.deck_run_id, row.position) for row in rows] == [
        ("0", "Why?", "r", 0),
        ("1", "How?", "r", 1),
    ]


def test_a_columns_own_system_prompt_stands_in_place_of_all_others() -> None:
    first, second = DECK.prompts
    assert [RUN.system_prompt(second, column) for column in RUN.columns] == ["Be brief.", "Be rude."]
    assert RUN.system_prompt(first, RUN.columns[0]) == ""


def test_an_estimate_adds_up_prompts_and_usual_answers_and_says_what_its_cost_leaves_out() -> None:
    every = [(row, column) for row in (0, 1) for column in (0, 1)]
    prices = {"model-a": Price(prompt=0.0, completion=1_000.0)}
    one = deck_runs.expected(RUN, every, prices)
    # A question is a token, a system prompt two or three; each message takes four more.
    assert one.tokens == (5 + 500) + (5 + 6 + 10) + (5 + 7 + 500) + (5 + 6 + 10)
    assert one.unpriced == 1
    assert one.cost == pytest.approx(1.0)
    assert deck_runs.expected(RUN, every, {}).cost is None
    assert deck_runs.expected(RUN, [(0, 0)], prices).unpriced == 0


def test_columns_of_one_model_are_told_apart() -> None:
    columns = (
        Column("model-a", params=Params(temperature=0.0)),
        Column("model-a", params=Params(temperature=1.0)),
    )
    assert deck_runs.labels(replace(RUN, columns=columns)) == [
        "model-a · temperature 0",
        "model-a · temperature 1",
    ]


def test_what_is_stored_of_columns_comes_back() -> None:
    columns = Column("model-a", "Be kind.", Params(temperature=0.5, stop=("END",))), Column("model-b")
    assert deck_runs.columns_from_json(deck_runs.columns_to_json(columns)) == columns
