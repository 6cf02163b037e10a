"""Statistics of a column: over a cell's answers, over a deck's column, over the prompts of a run."""

from dataclasses import replace

import pytest

from lib.domain.comparison.statistics import Figures, Spread, best, of_cells, of_prompts, of_replies
from lib.domain.models.prices import Price
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source
from tests.domain.comparison.samples import cell, reply


def test_a_figure_taken_once_has_no_spread() -> None:
    taken = of_cells([cell("model-a", [reply(100.0, 1100.0, 50)])])
    assert taken == [
        Figures(
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
    assert of_cells([cell("model-a", versions)])[0].ttft_ms == Spread(300.0, 100.0, 900.0)


def test_what_was_not_completed_is_counted_and_measures_nothing() -> None:
    cut = reply(1.0, 2.0, 999, state=State.STOPPED)
    running = reply(1.0, 2.0, 999, state=State.RUNNING)
    taken = of_cells([cell("model-a", [cut, reply(100.0, 1000.0, 10), running])])[0]
    assert (taken.replies, taken.others) == (1, 1)
    assert taken.completion_tokens == Spread(10, 10, 10)


def test_the_fastest_and_the_shortest_are_marked_and_ties_are_ties() -> None:
    taken = of_cells(
        [
            cell("slow", [reply(1.0, 3000.0, 10)]),
            cell("quick", [reply(9.0, 1000.0, 40)]),
            cell("quick too", [reply(9.0, 1000.0, 20)]),
            cell("failed", [reply(0.5, 1.0, 0, state=State.FAILED)]),
        ]
    )
    assert [one.marks for one in taken] == [("completion_tokens",), ("total_ms",), ("total_ms",), ()]


def test_costs_are_at_the_price_of_the_model_and_the_cheapest_is_marked() -> None:
    cells = [cell("a", [reply(1.0, 900.0, 10)] * 2), cell("b", [reply(1.0, 900.0, 40)]), cell("c")]
    prices = {"a": Price(2.0, 8.0, source="told"), "b": Price(call=0.25, source="known"), "d": Price(call=1)}
    taken = of_cells(cells, prices)
    cost = (5 * 2.0 + 10 * 8.0) / 1e6
    assert [one.cost for one in taken] == [Spread(cost, cost, cost), Spread(0.25, 0.25, 0.25), None]
    assert [one.cost_source for one in taken] == ["told", "known", ""]
    assert ["cost" in one.marks for one in taken] == [True, False, False]


def test_where_all_are_alike_nobody_is_marked() -> None:
    alike = of_cells([cell("a", [reply(1.0, 900.0, 10)]), cell("b", [reply(5.0, 900.0, 10)])])
    assert not any(one.marks for one in alike)


def test_the_cheapest_of_one_is_not_marked() -> None:
    cells = [cell("a", [reply(1.0, 900.0, 10)]), cell("b", [reply(1.0, 900.0, 10)])]
    assert not any(one.marks for one in of_cells(cells, {"a": Price(call=1.0)}))


def test_figures_are_of_the_model_that_answered_not_of_the_one_chosen_for_the_next() -> None:
    asked = cell("a", [replace(reply(1.0, 900.0, 10), model_requested="a")])
    asked.model = "b"
    [taken] = of_cells([asked], {"a": Price(call=1.0), "b": Price(call=9.0)})
    assert (taken.label, taken.cost) == ("a", Spread(1.0, 1.0, 1.0))


def test_answers_of_another_model_in_the_same_cell_are_not_mixed_in() -> None:
    versions = [replace(reply(1.0, 900.0, tokens), model_requested=m) for m, tokens in (("a", 10), ("b", 90))]
    [taken] = of_cells([cell("b", versions)])
    assert (taken.label, taken.replies, taken.completion_tokens) == ("b", 1, Spread(90, 90, 90))


def test_without_a_choice_nothing_is_marked() -> None:
    taken = of_cells([cell("model-a", [reply(1.0, 2.0, 10)]), cell("model-b")])
    assert not any(one.marks for one in taken)


def test_one_guess_among_reports_makes_a_guess() -> None:
    replies = [reply(1.0, 900.0, 10), reply(1.0, 900.0, 10, is_guessed=True)]
    assert of_cells([cell("model-a", replies)])[0].source is Source.ESTIMATED


def test_a_decks_column_is_measured_over_its_whole_answers() -> None:
    replies = [reply(ms, 1000.0 + ms, tokens) for ms, tokens in ((100.0, 10), (300.0, 20), (200.0, 90))]
    prices = {"a": Price(prompt=0.0, completion=1_000_000.0)}
    column = of_replies([*replies, Reply(State.FAILED), Reply()], prices, "a")
    assert (column.replies, column.others) == (3, 1)
    assert column.ttft_ms == Spread(200.0, 100.0, 300.0)
    assert column.cost == Spread(20.0, 10.0, 90.0)
    assert column.source is Source.REPORTED


def test_a_run_is_measured_over_its_prompts_whose_answers_were_measured_before() -> None:
    rows = [of_cells([cell("a", [reply(ms, 1000.0, 10)] * 2), cell("b")]) for ms in (100.0, 900.0, 200.0)]
    first, second = of_prompts([*rows, []])
    assert (first.label, first.replies, first.ttft_ms) == ("a", 6, Spread(200.0, 100.0, 900.0))
    assert (second.label, second.replies, second.ttft_ms, second.source) == ("b", 0, None, Source.UNKNOWN)


@pytest.mark.parametrize(
    ("measure", "values", "expected"),
    [
        ("total_ms", [3000.0, 1000.0, None], "1.00 s"),
        ("total_ms", [854.9, 850.1, 845.2], ""),
        ("total_ms", [854.9, 850.1, 855.1], "0.85 s"),
        ("cost", [3.0, 1.0], "$1.00"),
        ("cost", [1.001, 1.002], ""),
        ("completion_tokens", [2.0, 2.0], ""),
        ("total_ms", [None, 1.0], ""),
    ],
)
def test_the_best_is_the_least_where_what_is_drawn_differs(
    measure: str, values: list[float | None], expected: str
) -> None:
    assert best(measure, [Spread.of([value]) for value in values]) == expected


def test_what_is_drawn_alike_is_marked_alike() -> None:
    taken = of_cells([cell(name, [reply(1.0, ms, 10)]) for name, ms in (("a", 854), ("b", 846), ("c", 900))])
    assert [one.marks for one in taken] == [("total_ms",), ("total_ms",), ()]
