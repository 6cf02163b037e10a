"""CSV that a spreadsheet shows and does not compute."""

import csv
import re
from io import StringIO

from hypothesis import example, given
from hypothesis import strategies as st

from lib.domain.text.spreadsheets import BYTE_ORDER_MARK, as_written, to_csv

FORMULA = re.compile(r"[ \u00a0\u3000\x00\x0b\u200b\ufeff]*([=＝]|[+\-@＋－＠]\S)")
texts = st.text("=+-@\t\r\n＝＋－＠' ;,\"a1(\u3000\u00a0\x00\x0b\u200b\ufeff", max_size=6)


def cells(text: str, separator: str = ",") -> list[list[str]]:
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(StringIO(text[1:], newline=""), delimiter=separator))


@given(st.lists(texts, min_size=1, max_size=4))
def test_each_cell_comes_back(row: list[str]) -> None:
    [found] = cells(to_csv([row]))
    assert [as_written(cell) for cell in found] == row


@given(st.lists(st.lists(texts, min_size=1, max_size=3), min_size=1, max_size=3), st.sampled_from(",;\t"))
@example([["a;=1+1", "b;=1+1", "c\t=1+1"]], ";")
@example([["x", "a\n=1+1"]], ";")
def test_no_cell_is_a_formula_whatever_separates_them(rows: list[list[str]], separator: str) -> None:
    for row in cells(to_csv(rows), separator):
        assert not [cell for cell in row if FORMULA.match(cell)]


def test_a_list_in_an_answer_stays_as_it_is() -> None:
    answer = "Two kinds:\n- green\n- black\n\n1. one"
    assert cells(to_csv([[answer]])) == [[answer]]


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    assert cells(to_csv([["n", "x"], [-1.5, None], [3, ""]])) == [["n", "x"], ["-1.5", ""], ["3", ""]]
