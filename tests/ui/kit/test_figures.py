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


def read(markdown: str) -> str:
    """The line as it is seen."""
    return markdown.replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")


def test_the_line_under_a_cell_tells_first_token_speed_tokens_and_cost() -> None:
    cost = figures.cost(DONE, {"a": Price(call=0.5)})
    assert read(figures.summary(DONE, cost)) == "first token 0.25 s · 120 tokens/s · 1,200 tokens · $0.5000"
    stopped = replace(DONE, state=State.STOPPED)
    assert read(figures.summary(stopped)).endswith("· 1,200 tokens · stopped")


def test_what_was_guessed_is_marked_in_the_cost_too() -> None:
    line = read(figures.summary(GUESSED, figures.cost(GUESSED, {"a": Price(1.0, 1000.0)})))
    assert line.endswith("· ≈ 120 tokens/s · ≈ 1,200 tokens · ≈ $1.20")


def test_a_running_reply_tells_how_long_it_is_waited_for() -> None:
    nothing = Reply(model_requested="a", usage=Usage(10, 0, 10, source=Source.ESTIMATED))
    prices = {"a": Price(1.0, 1.0)}
    line = figures.running(nothing, figures.cost(nothing, prices))
    assert read(line) == "0.0 s so far · ≈ 0 tokens · ≈ $0.000010"


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
    assert read(figures.about(expected)) == shown


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
