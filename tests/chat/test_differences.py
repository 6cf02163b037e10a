"""Two texts, word by word: nothing is lost, and what is equal is called equal."""

import pytest

from lib.chat.differences import MOST_WORDS, Difference, differences


def test_a_changed_word_stands_between_what_is_equal() -> None:
    assert list(differences("The sky is blue today", "The sky was blue today")) == [
        Difference("The sky", "The sky", is_equal=True),
        Difference(" is", " was", is_equal=False),
        Difference(" blue today", " blue today", is_equal=True),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ""),
        ("", "something new\n"),
        ("a b c", "c b a"),
        ("  led by blanks,\n\nand a list:\n- one\n", "led by none and a list:\n- two\n\n"),
        ("天空 是 蓝的", "天空 很 蓝"),
    ],
)
def test_the_stretches_give_both_texts_back(first: str, second: str) -> None:
    found = list(differences(first, second))
    assert "".join(one.first for one in found) == first
    assert "".join(one.second for one in found) == second


def test_blanks_alone_are_no_difference() -> None:
    assert all(one.is_equal for one in differences("one  two\nthree", "one two three"))


def test_a_text_without_an_end_is_cut() -> None:
    [only] = differences("word " * (MOST_WORDS + 50), "word " * (MOST_WORDS + 50))
    assert len(only.first.split()) == MOST_WORDS
