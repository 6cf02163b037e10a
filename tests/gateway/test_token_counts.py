"""Token counts of all makes, in OpenAI's way of counting."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.reply.fold import fold
from lib.domain.reply.usage import Source, Usage
from lib.gateway.stream.token_counts import usage_of
from tests.gateway.test_reader import STOP, chunk, read

OUTSIDE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 410}


def counted(fields: Any) -> tuple[int | None, ...]:
    usage = usage_of(fields)
    assert usage is not None
    assert usage.source is Source.REPORTED
    return (
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.total_tokens,
        usage.cached_tokens,
        usage.reasoning_tokens,
    )


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        (
            {**OUTSIDE, "total_tokens": 110, "completion_tokens_details": {"reasoning_tokens": 8}},
            (100, 10, 110, None, 8),
        ),
        ({**OUTSIDE, "completion_tokens_details": {"reasoning_tokens": 300}}, (100, 310, 410, None, 300)),
        (OUTSIDE, (100, 310, 410, None, 300)),
        (
            {"prompt_tokens": 5, "completion_tokens": 2, "reasoning_tokens": 40},
            (5, 42, 47, None, 40),
        ),
        (
            {
                "promptTokenCount": 5,
                "candidatesTokenCount": 2,
                "thoughtsTokenCount": 3,
                "totalTokenCount": 10,
            },
            (5, 5, 10, None, 3),
        ),
        ({"input_tokens": 5, "output_tokens": 2}, (5, 2, 7, None, None)),
        ({"prompt_tokens": "5", "completion_tokens": "2"}, (5, 2, 7, None, None)),
        ({"prompt_tokens": 5, "total_tokens": 7}, (5, 2, 7, None, None)),
        (
            {
                "promptTokenCount": 5,
                "candidatesTokenCount": 2,
                "thoughtsTokenCount": 9,
                "totalTokenCount": 99,
            },
            (5, 11, 99, None, 9),
        ),
        ({"prompt_tokens": 12, "completion_tokens": 0, "total_tokens": 12}, (12, 0, 12, None, None)),
        (
            {
                "input_tokens": 3,
                "output_tokens": 5,
                "cache_read_input_tokens": 1000,
                "cache_creation_input_tokens": 20,
            },
            (1023, 5, 1028, 1000, None),
        ),
        (
            {
                "prompt_tokens": 3,
                "completion_tokens": 5,
                "total_tokens": 8,
                "prompt_tokens_details": {"cached_tokens": 90},
            },
            (93, 5, 98, 90, None),
        ),
    ],
)
def test_counts_of_all_makes(fields: dict[str, Any], wanted: tuple[int | None, ...]) -> None:
    assert counted(fields) == wanted


@pytest.mark.parametrize(
    "fields", [None, {}, 5, {"prompt_tokens": 0, "completion_tokens": 0}, {"total_tokens": 9}]
)
def test_a_placeholder_counts_nothing(fields: Any) -> None:
    assert usage_of(fields) is None


def test_a_prompt_told_at_the_start_holds_for_the_counts_at_the_end() -> None:
    begun = chunk({}, usage={"input_tokens": 40, "output_tokens": 1})
    ended = chunk({}, usage={"output_tokens": 12})
    zero = chunk({}, usage={"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0})
    usage = fold(read(begun, chunk({"content": "x"}), ended, zero, STOP)).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (40, 12, 52)


counts = st.integers(1, 10_000)


@given(counts, counts, counts, st.booleans())
def test_thinking_is_counted_once_inside_or_outside(
    prompt: int, visible: int, thought: int, is_outside: bool
) -> None:
    fields = {
        "prompt_tokens": prompt,
        "completion_tokens": visible if is_outside else visible + thought,
        "total_tokens": prompt + visible + thought,
        "completion_tokens_details": {"reasoning_tokens": thought},
    }
    usage = usage_of(fields)
    assert usage is not None
    assert (usage.completion_tokens, usage.reasoning_tokens) == (visible + thought, thought)
    assert usage.adds_up


@pytest.mark.parametrize(
    ("usage", "adds_up"),
    [
        (Usage(10, 5, 15), True),
        (Usage(10, 5, 14), False),
        (Usage(10, 5, 15, cached_tokens=11), False),
        (Usage(10, 5, 15, reasoning_tokens=6), False),
        (Usage(None, 5, None, reasoning_tokens=5), True),
        (Usage(), True),
    ],
)
def test_counts_that_do_not_fit_each_other_are_known(usage: Usage, adds_up: bool) -> None:
    assert usage.adds_up is adds_up
