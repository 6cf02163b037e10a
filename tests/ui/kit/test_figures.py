"""Figures as people read them."""

import re
from dataclasses import replace

import pytest

from lib.domain.comparison.estimates import Expected
from lib.domain.models.prices import Price
from lib.domain.reply.reply import Reply, State, Timing
from lib.domain.reply.usage import Source, Usage
from lib.ui.kit import figures

DONE = Reply(
    State.COMPLETED,
    "word " * 1000,
    model_requested="a",
    usage=Usage(10, 1200, 1210, source=Source.REPORTED),
    timing=Timing(ttft_ms=250.0, last_token_ms=10_250.0, total_ms=10_300.0),
)
GUESSED = replace(DONE, usage=replace(DONE.usage, source=Source.ESTIMATED))


def read(markdown: str) -> list[str]:
    """The lines as they are seen."""
    return [line.replace("\N{NO-BREAK SPACE}", " ").replace("\\", "") for line in markdown.split("  \n")]


def test_the_lines_over_a_cell_tell_times_tokens_and_cost() -> None:
    cost = figures.cost(DONE, {"a": Price(call=0.5)})
    assert read(figures.summary(DONE, cost)) == [
        "first token 0.25 s · total 10.3 s",
        "1,200 tokens · 120 tokens/s",
        "$0.5000",
    ]


def test_what_was_guessed_is_marked_in_the_cost_too() -> None:
    lines = read(figures.summary(GUESSED, figures.cost(GUESSED, {"a": Price(1.0, 1000.0)})))
    assert lines[1:] == ["≈ 1,200 tokens · ≈ 120 tokens/s", "≈ $1.20"]


def test_a_running_reply_has_its_lines_from_the_start() -> None:
    nothing = Reply(model_requested="a", usage=Usage(10, 0, 10, source=Source.ESTIMATED))
    prices = {"a": Price(1.0, 1.0)}
    assert read(figures.running(nothing, figures.cost(nothing, prices))) == [
        "first token – · elapsed 0.0 s",
        "≈ 0 tokens · – tokens/s",
        "≈ $0.000010",
    ]


def test_a_cost_tells_where_its_price_is_from() -> None:
    prices = {"a": Price(call=0.5, source="computed from /api/pricing")}
    assert read(figures.cost(DONE, prices)) == ["$0.5000 · computed from /api/pricing"]


def test_without_prices_there_is_no_line_for_costs_and_one_without_a_price_is_unknown() -> None:
    assert figures.cost(DONE, {}) == ""
    assert figures.cost(DONE, {"b": Price(call=1.0)}) == "cost unknown"


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        (Expected(1200, None, 2), "≈ 1,200 tokens"),
        (Expected(1200, 0.0021, 0), "≈ 1,200 tokens, $0.0021"),
        (Expected(1200, 0.0021, 1), "≈ 1,200 tokens, $0.0021 (1 price unknown)"),
        (Expected(1200, 0.0021, 2), "≈ 1,200 tokens, $0.0021 (2 prices unknown)"),
    ],
)
def test_what_is_expected_is_told_with_what_it_leaves_out(expected: Expected, shown: str) -> None:
    assert read(figures.about(expected)) == [shown]


def test_names_that_come_from_elsewhere_are_text() -> None:
    picture = "![x](http://a.invalid/i.png) [y](http://a.invalid) <b>z</b>"
    hostile = replace(DONE, model_requested=picture, model_served=picture, finish_reason=picture)
    price = Price(call=0.5, source=picture)
    for line in (
        figures.footer(hostile),
        figures.summary(hostile, figures.cost(hostile, {picture: price})),
        figures.running(hostile, figures.cost(hostile, {picture: price})),
    ):
        assert not re.search(r"(?<!\\)[\[<]", line.replace(":small[]", ""))
