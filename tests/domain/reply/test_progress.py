"""The figures of a reply while it runs."""

from lib.domain.reply.progress import Progress
from lib.domain.reply.tape import Content, Reasoning, Sent, ToolCall, UsageReported
from lib.domain.reply.usage import Source, Usage, estimate_usage

PROMPT = ["Be kind", "How are you?"]


def test_before_the_first_word_only_the_time_and_the_prompt_are_known() -> None:
    reply = Progress(PROMPT, image_tokens=100).reply(1500.0)
    assert reply.timing.first_token_ms is None
    assert reply.timing.total_ms == 1500.0
    assert reply.usage == estimate_usage(PROMPT, "", 100)


def test_pieces_add_up_to_the_estimate_of_the_whole_text() -> None:
    progress, pieces = Progress(PROMPT), ["W", "ords ", "in 三", "文字 ", "and more"]
    for at, piece in enumerate(pieces):
        progress.add([Content(100.0 + at, piece)])
    assert progress.reply(200.0).usage == estimate_usage(PROMPT, "".join(pieces))


def test_the_rate_is_over_the_time_from_the_first_token_to_the_last() -> None:
    progress = Progress([])
    progress.add([Sent(0.0, {}, "", ""), Reasoning(500.0, "hmm, " * 8), Content(1500.0, "well " * 32)])
    reply = progress.reply(9000.0)
    assert reply.timing.first_token_ms == 500.0
    assert reply.usage.completion_tokens == 50
    assert reply.tokens_per_second == 50.0


def test_what_the_gateway_reports_on_the_way_counts_more_than_a_guess() -> None:
    progress, reported = Progress(PROMPT), Usage(9, 3, 12, source=Source.REPORTED)
    progress.add([Content(1.0, "One two three"), UsageReported(1.0, reported)])
    assert progress.reply(2.0).usage == reported


def test_a_tool_call_is_counted_as_it_is_written() -> None:
    progress = Progress([])
    progress.add([ToolCall(10.0, 0, "call_1", "get_weather", '{"city": "Oslo"}')])
    reply = progress.reply(20.0)
    assert reply.usage.completion_tokens == estimate_usage([], '{"city": "Oslo"}').completion_tokens
    assert reply.timing.last_token_ms == 10.0
