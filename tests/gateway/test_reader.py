"""The stream reader, against transcripts of what servers really send."""

import json
from pathlib import Path
from typing import Any

import pytest

from lib.domain.reply.errors import Category
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import CLOSING, Content, Event, Reasoning, Served, ToolCall, UsageReported
from lib.domain.reply.usage import Usage
from lib.gateway.errors.translation import translate_response
from lib.gateway.stream.reader import StreamReader

STREAMS = Path(__file__).parent / "fixtures" / "streams"
INDEX: list[dict[str, Any]] = json.loads((STREAMS / "index.json").read_text())
STREAMED = [case for case in INDEX if case["http_status"] == 200]


def read(*pieces: bytes, n: int = 1) -> list[Event]:
    reader = StreamReader(n)
    events = [event for at, piece in enumerate(pieces) for event in reader.feed(piece, float(at))]
    return events + reader.close(float(len(pieces)))


def chunk(delta: dict[str, Any] | None = None, *, finish: str | None = None, **fields: Any) -> bytes:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "c", "model": "m", "choices": [choice], **fields}).encode() + b"\n\n"


def content(*texts: str) -> list[bytes]:
    return [chunk({"content": text}) for text in texts]


STOP = chunk(finish="stop") + b"data: [DONE]\n\n"


def same(reply: Reply) -> tuple[Any, ...]:
    """What must not depend on how the bytes were cut."""
    return (
        reply.state,
        reply.text,
        reply.reasoning,
        reply.refusal,
        reply.tool_calls,
        reply.model_served,
        reply.usage,
        reply.finish_reason,
        reply.error and (reply.error.category, reply.error.message, reply.error.code),
    )


@pytest.mark.parametrize("case", INDEX, ids=lambda case: case["file"])
def test_transcript_is_read_as_described(case: dict[str, Any]) -> None:
    body = (STREAMS / case["file"]).read_bytes()
    expected = case["expected"]
    if case["http_status"] != 200:
        error = translate_response(case["http_status"], {}, body, base_url="https://gateway.test/v1")
        assert error.category == expected["error"]["category"]
        assert expected["error"]["message_contains"] in error.sentence
        return
    reader = StreamReader(case["request"]["n"], base_url="https://gateway.test/v1")
    events = reader.feed(body, 1.0) + reader.close(2.0)
    reply = fold(events)
    assert (reply.text, reply.reasoning) == (expected["text"], expected["reasoning"])
    assert reply.refusal == expected.get("refusal", "")
    assert [(call.id, call.name, call.arguments) for call in reply.tool_calls] == [
        (call["id"], call["name"], call["arguments"]) for call in expected["tool_calls"]
    ]
    assert reply.finish_reason == expected["finish_reason"]
    assert (reply.state is State.COMPLETED) == expected["complete"]
    if expected["complete"]:  # a stream that failed is not read to its end
        assert reader.saw_done == expected["saw_done"]
    for name, count in (expected["usage"] or {}).items():
        assert getattr(reply.usage, name) == count
    if expected["usage"] is None:
        assert reply.usage == Usage()
    if expected["error"]:
        assert reply.error is not None
        assert expected["error"]["message_contains"] in reply.error.sentence
        assert reply.error.category == expected["error"]["category"]


@pytest.mark.parametrize("case", STREAMED, ids=lambda case: case["file"])
def test_reading_does_not_depend_on_where_the_bytes_are_cut(case: dict[str, Any]) -> None:
    body = (STREAMS / case["file"]).read_bytes()
    n = case["request"]["n"]
    whole = same(fold(read(body, n=n)))
    for cut in range(1, len(body)):
        assert same(fold(read(body[:cut], body[cut:], n=n))) == whole
    assert same(fold(read(*(body[at : at + 1] for at in range(len(body))), n=n))) == whole


@pytest.mark.parametrize("case", STREAMED, ids=lambda case: case["file"])
def test_nothing_follows_the_one_closing_event(case: dict[str, Any]) -> None:
    body = (STREAMS / case["file"]).read_bytes()
    reader = StreamReader(case["request"]["n"])
    events = reader.feed(body, 0.0) + reader.close(1.0)
    assert [event for event in events if isinstance(event, CLOSING)] == [events[-1]]
    assert reader.closed
    assert reader.feed(b"".join(content("more")), 2.0) == []
    assert reader.close(3.0) == []


def test_pieces_of_one_feed_are_one_event() -> None:
    events = StreamReader().feed(b"".join(content("Hello", ", ", "world")), 5.0)
    assert events == [Served(5.0, model="m", id="c"), Content(5.0, "Hello, world")]


def test_served_is_told_again_when_the_id_changes() -> None:
    events = read(chunk({"content": "a"}), chunk({"content": "b"}, id="other"), STOP)
    assert [event.id for event in events if isinstance(event, Served)] == ["c", "other", "c"]


def test_usage_comes_before_finished_and_the_last_one_counts() -> None:
    usage = [{"prompt_tokens": 5, "completion_tokens": count} for count in (1, 2)]
    events = read(chunk({"content": "a"}, usage=usage[0]), chunk(finish="stop"), chunk(usage=usage[1]))
    assert [type(event).__name__ for event in events] == [
        "Served",
        "Content",
        "UsageReported",
        "UsageReported",
        "Finished",
    ]
    assert fold(events).usage.completion_tokens == 2


def test_usage_details_are_read_by_either_name() -> None:
    deepseek = {"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 4}
    openai = {
        "prompt_tokens": 9,
        "completion_tokens": 1,
        "prompt_tokens_details": {"cached_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }
    usages = [
        event.usage
        for fields in (deepseek, openai)
        for event in read(chunk(usage=fields))
        if isinstance(event, UsageReported)
    ]
    assert [(usage.cached_tokens, usage.reasoning_tokens) for usage in usages] == [(4, None), (3, 1)]
    assert usages[0].total_tokens == 10


@pytest.mark.parametrize(
    ("pieces", "reasoning", "text"),
    [
        (["<think>hmm</think>Fine"], "hmm", "Fine"),
        (["<th", "ink>", "\nh", "m\n", "m", "\n</", "think", ">", "\n\n", "Fine"], "hm\nm", "Fine"),
        (["\n<think>\n\n</think>\n\n", "Fine"], "", "Fine"),
        (["<think>a < b </thin > c"], "a < b </thin > c", ""),
        (["<thinker>is a word"], "", "<thinker>is a word"),
        (["  \n", " Indented"], "", "  \n Indented"),
        (["Use <think>tags</think> so"], "", "Use <think>tags</think> so"),
        (["<thi"], "", "<thi"),
        (["<think>a</think>b<think>c</think>"], "a", "b<think>c</think>"),
    ],
)
def test_think_tags_at_the_start_are_reasoning(pieces: list[str], reasoning: str, text: str) -> None:
    reply = fold(read(*content(*pieces), STOP))
    assert (reply.reasoning, reply.text) == (reasoning, text)
    by_letter = fold(read(*content(*"".join(pieces)), STOP))
    assert (by_letter.reasoning, by_letter.text) == (reasoning, text)


@pytest.mark.parametrize(
    "pieces",
    [
        [{"reasoning": "hmm"}, {"content": "<think>\nhmm\n</think>Fine"}],
        [
            {"reasoning_content": "h", "content": "<think>h"},
            {"reasoning_content": "mm", "content": "mm</think>Fine"},
        ],
        [{"reasoning": "hmm", "reasoning_content": "hmm"}, {"content": "Fine"}],
        [{"content": "<think>hmm</think>Fine"}],
        [{"content": "Fi"}, {"reasoning": "hmm"}, {"content": "ne"}],
    ],
    ids=["field, then tags", "field and tags", "both fields", "tags", "after the content began"],
)
def test_thinking_is_told_once_wherever_it_stands(pieces: list[dict[str, Any]]) -> None:
    reply = fold(read(*map(chunk, pieces), STOP))
    assert (reply.reasoning, reply.text) == ("hmm", "Fine")


def test_thinking_between_tags_that_no_field_has_told_is_kept() -> None:
    reply = fold(read(chunk({"reasoning": "first. "}), chunk({"content": "<think>then</think>Fine"}), STOP))
    assert (reply.reasoning, reply.text) == ("first. then", "Fine")


def test_empty_reasoning_opens_no_thinking() -> None:
    events = read(chunk({"reasoning_content": "", "reasoning": None, "content": "a"}), STOP)
    assert not [event for event in events if isinstance(event, Reasoning)]


def test_reasoning_details_are_read_when_nothing_else_is() -> None:
    details = [{"type": "reasoning.text", "text": "why"}, {"type": "reasoning.encrypted", "data": "x"}]
    assert fold(read(chunk({"reasoning_details": details}), STOP)).reasoning == "why"


def test_tool_calls_without_an_index_are_kept_apart_by_their_ids() -> None:
    def call(id_: str | None, name: str | None, arguments: str) -> bytes:
        return chunk({"tool_calls": [{"id": id_, "function": {"name": name, "arguments": arguments}}]})

    events = read(call("a", "f", "{"), call(None, None, "}"), call("b", "g", "{}"), STOP)
    assert [(c.id, c.name, c.arguments) for c in fold(events).tool_calls] == [
        ("a", "f", "{}"),
        ("b", "g", "{}"),
    ]
    assert [event.index for event in events if isinstance(event, ToolCall)] == [0, 0, 1]


def test_a_finish_reason_is_enough_without_done() -> None:
    assert fold(read(*content("a"), chunk(finish="stop"))).state is State.COMPLETED


def test_an_empty_finish_reason_is_none() -> None:
    reply = fold(read(chunk({"content": "a"}, finish=""), b"data: [DONE]\n\n"))
    assert reply.error is not None
    assert reply.error.category is Category.STREAM_INTERRUPTED


def test_an_error_after_the_finish_reason_still_fails() -> None:
    reply = fold(read(*content("a"), chunk(finish="stop"), b'data: {"error":{"message":"lost"}}\n\n'))
    assert reply.state is State.FAILED


def test_a_cut_body_says_what_cut_it() -> None:
    cause = translate_response(502, {}, b"", base_url="https://gateway.test/v1")
    silent, begun, done = StreamReader(), StreamReader(), StreamReader()
    begun.feed(content("Hal")[0], 0.0)
    done.feed(content("All")[0] + chunk(finish="stop"), 0.0)
    assert fold(silent.close(1.0, cause)).error == cause
    assert fold(done.close(1.0, cause)).state is State.COMPLETED
    error = fold(begun.close(1.0, cause)).error
    assert error is not None
    assert error.category is Category.STREAM_INTERRUPTED
    assert "502" in error.sentence


def test_a_json_body_may_follow_heartbeats_and_stand_on_many_lines() -> None:
    body = {"choices": [{"message": {"content": "Whole"}, "finish_reason": "stop"}]}
    assert fold(read(b"\n\n \n", json.dumps(body, indent=2).encode())).text == "Whole"


@pytest.mark.parametrize(
    ("body", "category"),
    [
        (b"<!doctype html>\n<title>New API</title>", Category.WRONG_BASE_URL),
        (b"It works!", Category.WRONG_BASE_URL),
        (b'{"success":false,"message":"get user group failed"}', Category.UPSTREAM_DOWN),
        (b'{"detail":"Rate limit"}', Category.RATE_LIMITED),
        (b'[{"error":{"code":400,"message":"API key not valid."}}]', Category.INVALID_KEY),
        (b'{"choices":[{"mess', Category.STREAM_INTERRUPTED),
        (b"", Category.STREAM_INTERRUPTED),
        (b"{}", Category.WRONG_BASE_URL),
        (b'{"object":"list","data":[]}', Category.WRONG_BASE_URL),
        (b'{\n  "name": "some other API"\n}', Category.WRONG_BASE_URL),
        ('{"success":false,"message":"无效的令牌"}'.encode(), Category.INVALID_KEY),
        (b'{"error":{"message":"upstream timed out"}}', Category.TIMEOUT),
    ],
)
def test_a_body_that_is_no_reply_fails(body: bytes, category: Category) -> None:
    error = fold(read(body)).error
    assert error is not None
    assert error.category is category


@pytest.mark.parametrize(
    "data",
    [
        b'{"choices":5}',
        b'{"choices":[null,7,{"delta":7},{"delta":{"delta":"x"}}]}',
        b'{"choices":[{"delta":{"content":true,"tool_calls":{"a":1},"reasoning":{"b":2}}}]}',
        b'{"id":["a"],"model":{"b":1},"usage":"many","choices":[]}',
        b'{"usage":{"prompt_tokens":"9","completion_tokens":true},"choices":[]}',
        b"[" * 100_000,
        b"9" * 5_000,
        b"\xff\xfe{",
    ],
)
def test_a_chunk_of_any_shape_is_survived(data: bytes) -> None:
    reply = fold(read(*content("a"), b"data: " + data + b"\n\n", *content("b"), STOP))
    assert (reply.text, reply.state) == ("ab", State.COMPLETED)


def test_half_a_character_becomes_a_replacement_character() -> None:
    half = b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n'
    whole = b'data: {"choices":[{"delta":{"content":"\\ud83d\\ude00"}}]}\n\n'
    assert fold(read(half, whole, STOP)).text == "\ufffd😀"


def test_a_very_long_line_in_small_pieces_is_read_in_linear_time() -> None:
    picture = "A" * 4_000_000
    body = content(picture)[0]
    pieces = [body[at : at + 1024] for at in range(0, len(body), 1024)]
    assert fold(read(*pieces, STOP)).text == picture
