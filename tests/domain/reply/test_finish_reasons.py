"""Why an answer ended, in words of many servers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.reply.endings import has_more, remark
from lib.domain.reply.finish_reasons import Ending, ending_of
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source, Usage


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        ("stop", Ending.COMPLETE),
        ("STOP", Ending.COMPLETE),
        ("end_turn", Ending.COMPLETE),
        ("EndTurn", Ending.COMPLETE),
        ("eos_token", Ending.COMPLETE),
        ("FINISH_REASON_STOP", Ending.COMPLETE),
        ("length", Ending.LENGTH),
        ("MAX_TOKENS", Ending.LENGTH),
        ("max-tokens", Ending.LENGTH),
        ("maxTokens", Ending.LENGTH),
        ("FinishReason.MAX_TOKENS", Ending.LENGTH),
        ("model_context_window_exceeded", Ending.LENGTH),
        ("content_filter", Ending.CONTENT_FILTER),
        ("SAFETY", Ending.CONTENT_FILTER),
        ("RECITATION", Ending.CONTENT_FILTER),
        ("guardrail_intervened", Ending.CONTENT_FILTER),
        ("sensitive", Ending.CONTENT_FILTER),
        ("output_moderation_blocked", Ending.CONTENT_FILTER),
        ("policy_violation", Ending.CONTENT_FILTER),
        ("max_output_token_limit_reached", Ending.LENGTH),
        ("too_many_tool_calls", Ending.BROKEN),
        ("stopped_by_eos", Ending.COMPLETE),
        ("tool_use", Ending.TOOL_CALLS),
        ("function_call", Ending.TOOL_CALLS),
        ("network_error", Ending.BROKEN),
        ("insufficient_system_resource", Ending.BROKEN),
        ("whatever", Ending.OTHER),
        ("", Ending.OTHER),
    ],
)
def test_a_finish_reason_means_the_same_however_it_is_written(reason: str, ending: Ending) -> None:
    assert ending_of(reason) is ending


@given(st.text())
def test_any_word_has_a_meaning(reason: str) -> None:
    assert ending_of(reason) in Ending


def ended(reason: str, text: str = "", usage: Usage = Usage()) -> Reply:
    return Reply(State.COMPLETED, text, finish_reason=reason, usage=usage)


def test_what_is_cut_or_filtered_is_said() -> None:
    assert remark(ended("stop", "Done.")) == ""
    assert "token limit" in remark(ended("MAX_TOKENS", "A cut answ"))
    assert "content filter" in remark(ended("SAFETY", "A cut answ"))
    assert "broke the answer off" in remark(ended("network_error", "A cut answ"))
    assert remark(ended("stop")) == "The model ended its reply without a word."
    assert remark(Reply(State.STOPPED)) == ""


def test_a_limit_that_went_into_thinking_is_told_with_its_figures() -> None:
    usage = Usage(10, 100, 110, None, 100, Source.REPORTED)
    said = remark(ended("length", usage=usage))
    assert said.startswith("The token limit was used up before the first word: 100 of 100 tokens went into")
    assert "Max tokens" in said
    assert ": " not in remark(ended("length"))


@pytest.mark.parametrize(
    ("reply", "more"),
    [
        (ended("length", "One"), True),
        (ended("MAX_TOKENS", "One"), True),
        (ended("stop", "One"), False),
        (ended("SAFETY", "One"), False),
        (ended("length"), False),
        (Reply(State.STOPPED, "One"), True),
        (Reply(State.RUNNING, "One"), False),
    ],
)
def test_where_there_may_be_more(reply: Reply, more: bool) -> None:
    assert has_more(reply) is more
