"""Two texts, word by word: nothing is lost, and what is equal is called equal."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.text.differences import MOST_WORDS, Difference, differences


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


@given(*[st.lists(st.sampled_from("abcdefgh \n"), max_size=120).map(" ".join)] * 2)
def test_nothing_is_lost_and_what_is_called_equal_is(first: str, second: str) -> None:
    found = list(differences(first, second))
    assert "".join(one.first for one in found) == first
    assert "".join(one.second for one in found) == second
    assert all(
        (one.first.split() == one.second.split()) == one.is_equal
        for one in found
        if one.first.split() or one.second.split()
    )


def test_a_word_in_a_long_text_is_found() -> None:
    words = [f"w{at % 700} and the" for at in range(1200)]
    changed = [*words[:500], "new", *words[500:900], *words[901:]]
    unlike = [one for one in differences(" ".join(words), " ".join(changed)) if not one.is_equal]
    assert [(sorted(one.first.split()), one.second.split()) for one in unlike] == [
        ([], ["new"]),
        (["and", "the", "w200"], []),
    ]


@pytest.mark.parametrize(
    ("first", "second"), [("a b c ", "c b a "), ("a b ", "b a "), ("a a b ", "b b a "), ("a ", "b ")]
)
def test_words_that_repeat_take_no_time(first: str, second: str) -> None:
    started = time.process_time()
    assert list(differences(first * 2000, second * 2000))
    assert time.process_time() - started < 1
