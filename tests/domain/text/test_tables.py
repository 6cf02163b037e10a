"""A table that is being written is never seen as pipes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.text.blocks import BlockSplitter
from lib.domain.text.tables import before_unfinished_head

HEADS = [
    "| a | b |\n|---|---|\n",
    "> | a |\n> |:-:|\n",
    "- | a | b |\n  | -- | -- |\n",
    "1. | a |\n   |---|\n",
]


@pytest.mark.parametrize("head", HEADS)
def test_a_head_is_held_back_until_its_delimiter_row_is_complete(head: str) -> None:
    for end in range(1, len(head)):
        written = "Before.\n\n" + head[:end]
        shown = before_unfinished_head(written)
        assert "|" not in shown
        assert written.startswith(shown)
    assert before_unfinished_head(f"Before.\n\n{head}") == f"Before.\n\n{head}"


@pytest.mark.parametrize(
    "text", ["| a | b |\n|---|---|\n| c | d", "a | b", "`|` is a pipe", "", "\n", "word"]
)
def test_rows_and_words_are_shown_as_they_are_written(text: str) -> None:
    assert before_unfinished_head(text) == text


def test_pipes_that_are_no_table_are_shown_after_the_next_line_has_begun() -> None:
    assert before_unfinished_head("| no table |\n") == ""
    assert before_unfinished_head("| no table |\nbut") == "| no table |\nbut"


def test_pipes_in_code_are_shown_at_once() -> None:
    splitter = BlockSplitter()
    splitter.feed("```\n| a ")
    assert splitter.shown == "```\n| a "


@given(st.text("|-: ab\n", max_size=60))
def test_what_is_held_back_is_the_end(text: str) -> None:
    assert text.startswith(before_unfinished_head(text))
