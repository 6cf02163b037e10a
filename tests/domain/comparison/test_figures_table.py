"""The table of figures: words, decimals, bars, and nothing of a name that a browser would obey."""

from lib.domain.comparison import figures_table
from lib.domain.comparison.statistics import Figures, Spread, notes
from lib.domain.reply.usage import Source
from lib.i18n.locale import Locale, using
from tests.figures_table import rows


def one(value: float) -> Spread:
    return Spread(value, value, value)


FAST = Figures(
    "fast",
    1,
    0,
    ttft_ms=one(340.0),
    total_ms=one(1250.0),
    tokens_per_second=one(81.6),
    completion_tokens=one(1200),
    source=Source.REPORTED,
    cost=one(0.000079),
    marks=("total_ms",),
)
CHEAP = Figures(
    "cheap",
    2,
    1,
    ttft_ms=Spread(500.0, 400.0, 12_340.0),
    total_ms=one(2500.0),
    completion_tokens=one(300),
    source=Source.ESTIMATED,
    without_tokens=1,
    marks=("completion_tokens", "cost"),
    cost=one(0.00004),
)


def test_each_measure_has_its_unit_its_decimals_and_its_word() -> None:
    first, second = rows(figures_table.html([FAST, CHEAP]))
    assert first.cells == {
        "First token": "0.34 s",
        "Total time": "1.25 s fastest",
        "Tokens/s": "82",
        "Tokens": "1,200",
        "Cost": "$0.000079",
        "Answers": "1",
    }
    assert second.cells == {
        "First token": "0.50 s (0.40 s – 12.3 s)",
        "Total time": "2.50 s",
        "Tokens/s": "–",
        "Tokens": "≈ 300 fewest tokens",
        "Cost": "≈ $0.000040 cheapest",
        "Answers": "2 (1 did not finish)",
    }


def test_bars_are_in_proportion_to_the_longest_and_what_is_unknown_has_none() -> None:
    first, second = rows(figures_table.html([FAST, CHEAP]))
    assert (first.bars["Tokens"], second.bars["Tokens"]) == (100.0, 25.0)
    assert (first.bars["Total time"], second.bars["Total time"]) == (50.0, 100.0)
    assert "Tokens/s" not in second.bars


def test_a_row_has_the_colour_of_its_place_and_the_winner_is_said_in_words() -> None:
    drawn = rows(figures_table.html([FAST, CHEAP], {1}))
    assert [(row.colour, row.is_winner, row.name) for row in drawn] == [
        (0, False, "fast"),
        (1, True, "cheap Winner"),
    ]


def test_without_a_known_cost_there_is_no_column_for_it() -> None:
    bare = Figures("a", 1, 0, ttft_ms=one(1.0))
    [row] = rows(figures_table.html([bare]))
    assert list(row.cells) == ["First token", "Total time", "Tokens/s", "Tokens"]


def test_a_screen_reader_finds_heads_of_rows_and_columns() -> None:
    html = figures_table.html([FAST, CHEAP])
    assert html.count('scope="col"') == 7
    assert html.count('scope="row"') == 2
    assert 'role="region" aria-label="Figures" tabindex="0"' in html


def test_a_name_is_a_name() -> None:
    html = figures_table.html([Figures("<img src=x onerror=y>", 1, 0, ttft_ms=one(1.0))], title="<b>")
    assert "<img" not in html
    assert "<b>" not in html.partition("</thead>")[0]


def test_its_words_are_translated_when_it_is_drawn() -> None:
    with using(Locale("en_XA")):
        assert "fástést" in figures_table.html([FAST, CHEAP])


def test_what_the_figures_leave_out_is_told() -> None:
    assert list(notes([FAST, CHEAP])) == [
        "≈ Tokens of 1 of 2 models are estimated: the gateway did not report them.",
        "The tokens of 1 of 3 answers are not known.",
        "1 answer did not finish and is in no figure.",
        "Each figure is the median of a model's answers, with the lowest and the highest after it.",
    ]
    assert list(notes([FAST])) == ["Tokens are as the gateway reported them."]
