"""The figures of a comparison, and a cell that becomes a chat."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lib.domain.comparison.comparisons import (
    SYNTHESIS,
    CellFigures,
    Comparison,
    Spread,
    attempts,
    figures,
    labels,
    released,
)
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.models.prices import Price
from lib.domain.reply.reply import Reply, State, Timing
from lib.domain.reply.usage import Source, Usage
from lib.engine.engine import new_id

WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


SAID = "said " * 50


def reply(
    ttft_ms: float, total_ms: float, tokens: int, *, state: State = State.COMPLETED, is_guessed: bool = False
) -> Reply:
    source = Source.ESTIMATED if is_guessed else Source.REPORTED
    return Reply(
        state,
        text=SAID,
        usage=Usage(5, tokens, 5 + tokens, source=source),
        timing=Timing(ttft_ms=ttft_ms, last_token_ms=total_ms, total_ms=total_ms),
    )


def cell(model: str, replies: Sequence[Reply] = (), **params: Any) -> Conversation:
    """A cell that was asked once and answered with these versions."""
    made = Conversation(
        new_id(), "Tea", WHEN, WHEN, model, params=Params(**params), comparison_id="c", position=3
    )
    question = Message(new_id(), None, "user", "Tea?", WHEN)
    made.add([question] if replies else [])
    made.add(Message(new_id(), question.id, "assistant", one.text, WHEN, one) for one in replies)
    return made


def test_a_figure_taken_once_has_no_spread() -> None:
    taken = figures([cell("model-a", [reply(100.0, 1100.0, 50)])])
    assert taken == [
        CellFigures(
            "model-a",
            replies=1,
            others=0,
            ttft_ms=Spread(100.0, 100.0, 100.0),
            total_ms=Spread(1100.0, 1100.0, 1100.0),
            tokens_per_second=Spread(50.0, 50.0, 50.0),
            completion_tokens=Spread(50, 50, 50),
            source=Source.REPORTED,
        )
    ]


def test_versions_of_an_answer_are_repeats_and_give_median_and_spread() -> None:
    versions = [reply(ttft, 1000.0, 10) for ttft in (300.0, 100.0, 900.0)]
    assert figures([cell("model-a", versions)])[0].ttft_ms == Spread(300.0, 100.0, 900.0)


def test_what_was_not_completed_is_counted_and_measures_nothing() -> None:
    cut = reply(1.0, 2.0, 999, state=State.STOPPED)
    running = reply(1.0, 2.0, 999, state=State.RUNNING)
    taken = figures([cell("model-a", [cut, reply(100.0, 1000.0, 10), running])])[0]
    assert (taken.replies, taken.others) == (1, 1)
    assert taken.completion_tokens == Spread(10, 10, 10)


def test_the_fastest_and_the_longest_are_marked_and_ties_are_ties() -> None:
    taken = figures(
        [
            cell("slow", [reply(1.0, 3000.0, 10)]),
            cell("quick", [reply(9.0, 1000.0, 40)]),
            cell("quick too", [reply(9.0, 1000.0, 20)]),
            cell("failed", [reply(0.5, 1.0, 0, state=State.FAILED)]),
        ]
    )
    assert [one.is_fastest for one in taken] == [False, True, True, False]
    assert [one.is_longest for one in taken] == [False, True, False, False]


def test_costs_are_at_the_price_of_the_model_and_the_cheapest_is_marked() -> None:
    cells = [cell("a", [reply(1.0, 900.0, 10)] * 2), cell("b", [reply(1.0, 900.0, 40)]), cell("c")]
    prices = {"a": Price(2.0, 8.0, source="told"), "b": Price(call=0.25, source="known"), "d": Price(call=1)}
    taken = figures(cells, prices)
    cost = (5 * 2.0 + 10 * 8.0) / 1e6
    assert [one.cost for one in taken] == [Spread(cost, cost, cost), Spread(0.25, 0.25, 0.25), None]
    assert [one.cost_source for one in taken] == ["told", "known", ""]
    assert [one.is_cheapest for one in taken] == [True, False, False]


def test_where_all_are_alike_nobody_is_marked() -> None:
    alike = figures([cell("a", [reply(1.0, 900.0, 10)]), cell("b", [reply(5.0, 900.0, 10)])])
    assert not any(one.is_fastest or one.is_longest for one in alike)


def test_the_cheapest_of_one_is_not_marked() -> None:
    cells = [cell("a", [reply(1.0, 900.0, 10)]), cell("b", [reply(1.0, 900.0, 10)])]
    assert not any(one.is_cheapest for one in figures(cells, {"a": Price(call=1.0)}))


def test_figures_are_of_the_model_that_answered_not_of_the_one_chosen_for_the_next() -> None:
    asked = cell("a", [replace(reply(1.0, 900.0, 10), model_requested="a")])
    asked.model = "b"
    [taken] = figures([asked], {"a": Price(call=1.0), "b": Price(call=9.0)})
    assert (taken.label, taken.cost) == ("a", Spread(1.0, 1.0, 1.0))


def test_answers_of_another_model_in_the_same_cell_are_not_mixed_in() -> None:
    versions = [replace(reply(1.0, 900.0, tokens), model_requested=m) for m, tokens in (("a", 10), ("b", 90))]
    [taken] = figures([cell("b", versions)])
    assert (taken.label, taken.replies, taken.completion_tokens) == ("b", 1, Spread(90, 90, 90))


def test_a_synthesis_is_not_compared_and_a_question_that_took_anothers_place_is() -> None:
    first, second = cell("a", [reply(1.0, 2.0, 3)]), cell("b", [reply(1.0, 2.0, 3)])
    later = Message(new_id(), None, "user", "Coffee?", WHEN)
    second.add([later, Message(new_id(), later.id, "assistant", "said", WHEN, reply(1.0, 2.0, 3))])
    merged = cell("c")
    merged.add([Message(new_id(), None, "user", f"{SYNTHESIS} ...", WHEN)])
    for cells in ([first, second, merged], [second, first, merged]):
        comparison = Comparison("c", "Tea", WHEN, cells)
        assert comparison.prompt == "Tea?"
        assert comparison.compared == cells[:2]


def test_without_a_choice_nothing_is_marked() -> None:
    taken = figures([cell("model-a", [reply(1.0, 2.0, 10)]), cell("model-b")])
    assert not any(one.is_fastest or one.is_longest for one in taken)


def test_one_guess_among_reports_makes_a_guess() -> None:
    replies = [reply(1.0, 900.0, 10), reply(1.0, 900.0, 10, is_guessed=True)]
    assert figures([cell("model-a", replies)])[0].source is Source.ESTIMATED


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([cell("a"), cell("b", temperature=0.5)], ["a", "b"]),
        ([cell("a", temperature=0.0), cell("a", temperature=0.7)], ["a · 0", "a · 0.7"]),
        ([cell("a", max_tokens=9), cell("a")], ["a · max tokens 9", "a"]),
        ([cell("a"), cell("a"), cell("a")], ["a", "a (2)", "a (3)"]),
    ],
)
def test_labels_tell_cells_of_one_model_apart(cells: list[Conversation], expected: list[str]) -> None:
    assert labels(cells) == expected


def test_a_comparison_knows_what_was_asked() -> None:
    assert Comparison("c", "Tea", WHEN, [cell("a")]).prompt is None
    assert Comparison("c", "Tea", WHEN, [cell("a", [reply(1.0, 2.0, 3)])]).prompt == "Tea?"


def test_only_answers_are_attempts() -> None:
    asked = cell("a", [reply(1.0, 2.0, 3)])
    asked.leaf_id = asked.path()[0].id
    assert attempts(asked) == attempts(cell("a")) == []


def test_a_released_cell_is_a_chat_of_its_own_with_all_that_was_said() -> None:
    original = cell("a", [reply(1.0, 2.0, 3), replace(reply(1.0, 2.0, 3), text="said again")])
    chat = released(original, new_id=new_id, now=WHEN)
    assert chat.comparison_id is None
    assert [message.content for message in chat.path()] == ["Tea?", "said again"]
    assert [message.content for message in chat.versions(chat.path()[-1].id)] == [SAID, "said again"]
    assert not {chat.id, *chat.messages} & {original.id, *original.messages}
    assert original.comparison_id == "c"
