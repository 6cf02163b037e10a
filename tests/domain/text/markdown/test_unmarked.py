"""Markdown as the words that one reads."""

import time

import pytest

from lib.domain.text.markdown.unmarked import beginning, unmarked


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("# Tea\n\nIt is **hot** and *sweet*.", "Tea\n\nIt is hot and sweet."),
        ("- one\n* two\n- [ ] three\n1. four", "one\ntwo\nthree\n1. four"),
        ("> said\n> twice", "said\ntwice"),
        ("`code` and ``more``", "code and more"),
        ("[a link](https://a.example/x) ![a picture](x.png)", "a link a picture"),
        ("| what | counts |\n|---|:-:|\n| a | **b** |", "what  counts\n\na  b"),
        ("```python\nx = 2 ** 3\n```", "x = 2 ** 3"),
        ("before\n\n---\n\nafter", "before\n\n\n\nafter"),
        ("**left open", "left open"),
        (r"\*meant\*", "*meant*"),
        ("a snake_case_name, 5 * 3 * 2, a|b, $5", "a snake_case_name, 5 * 3 * 2, a|b, $5"),
        ("一个**粗体**词", "一个粗体词"),
    ],
)
def test_signs_go_and_words_stay(marked: str, read: str) -> None:
    assert unmarked(marked) == read


def test_a_beginning_is_one_line_of_words_and_not_longer_than_wanted() -> None:
    assert beginning("# Tea\n\n- **hot**\n- sweet", 40) == "Tea hot sweet"
    assert beginning("word " * 100, 12) == "word word…"


@pytest.mark.parametrize("piece", ["*", "**a", "_a", "[", "[a](", "`", "> ", "|-", "- ", "\\", "~~~"])
def test_it_takes_no_longer_than_the_text_is_long(piece: str) -> None:
    started = time.perf_counter()
    unmarked(piece * 50_000)
    assert time.perf_counter() - started < 2
