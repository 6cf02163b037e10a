"""Estimates of tokens: rough, by script, and never passed off as reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.reply.usage import Source, Usage, estimate_tokens, estimate_usage

ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126))
CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5))


def test_usage_that_nobody_told_is_unknown() -> None:
    assert Usage().source is Source.UNKNOWN
    assert Usage().total_tokens is None


def test_no_text_is_no_tokens() -> None:
    assert estimate_tokens("") == 0


@given(ASCII)
def test_latin_text_has_a_token_for_every_four_characters(text: str) -> None:
    assert len(text) / 4 <= estimate_tokens(text) < len(text) / 4 + 1


@given(CHINESE)
def test_chinese_text_has_two_tokens_for_every_three_characters(text: str) -> None:
    assert abs(estimate_tokens(text) - len(text) / 1.5) < 1


@pytest.mark.parametrize("text", ["ひらがな", "カタカナ", "한국어", "！？", "汉字"])
def test_all_wide_scripts_cost_more_than_latin_letters(text: str) -> None:
    assert estimate_tokens(text * 10) > 2 * estimate_tokens("a" * len(text) * 10)


@given(st.text(min_size=1))
def test_any_text_is_at_least_one_token(text: str) -> None:
    assert estimate_tokens(text) >= 1


@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(text: str, more: str) -> None:
    assert (
        estimate_tokens(text) <= estimate_tokens(text + more) <= estimate_tokens(text) + estimate_tokens(more)
    )


@given(st.lists(st.text(), max_size=5), st.text())
def test_an_estimated_usage_adds_up_and_says_what_it_is(prompt: list[str], completion: str) -> None:
    usage = estimate_usage(prompt, completion)
    assert usage.source is Source.ESTIMATED
    assert usage.completion_tokens == estimate_tokens(completion)
    assert usage.total_tokens == (usage.prompt_tokens or 0) + (usage.completion_tokens or 0)
    assert (usage.cached_tokens, usage.reasoning_tokens) == (None, None)


def test_each_message_of_a_prompt_costs_its_wrapping_too() -> None:
    one, two = estimate_usage(["aaaabbbb"], "x"), estimate_usage(["aaaa", "bbbb"], "x")
    assert (one.prompt_tokens, two.prompt_tokens) == (2 + 4, 2 + 8)
