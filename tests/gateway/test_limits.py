"""An answer without end is ended, in whatever it consists; what came before is kept."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from lib.domain.reply.errors import Category
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import Event, to_json
from lib.gateway.limits import Limits
from lib.gateway.stream.reader import StreamReader
from tests.scripted_gateway.chunks import chunk

LIMITS = Limits(
    event_bytes=20_000, text_characters=20_000, file_bytes=20_000, pieces=10_000, other_bytes=20_000
)
BLOCKS = 100_000
"""Pieces of the body at most: far more than any limit lets through."""


def call(**fields: Any) -> bytes:
    return chunk(tool_calls=[{"function": {"name": "f"}, **fields}])


def numbered(write: Any) -> Iterator[bytes]:
    return (write(number) for number in itertools.count())


def read(blocks: Iterator[bytes]) -> tuple[Reply, int]:
    """The reply to a body that goes on and on, and how much of the body was read."""
    reader = StreamReader(limits=LIMITS)
    events, length = reader.feed(chunk(content="First."), 0.0), 0
    for at_ms, block in enumerate(itertools.islice(blocks, BLOCKS), 1):
        if reader.closed:
            break
        events += reader.feed(block, float(at_ms))
        length += len(block)
    assert reader.closed
    return fold(events), length


@pytest.mark.parametrize(
    "blocks",
    [
        itertools.chain([b"data: "], itertools.repeat(b"x" * 1000)),
        itertools.repeat(b'data: {"choices":\n'),
        itertools.repeat(b"data:\n"),
        itertools.repeat(b"data: {}\n\n"),
        itertools.repeat(b"\n" * 100),
        itertools.repeat(b"\r" * 100),
        itertools.repeat(b"data:\n\n" * 10),
        itertools.repeat(b": ping\n\n"),
        itertools.repeat(b"event: message\n"),
        itertools.repeat(b"x\n"),
        itertools.repeat(b"{}\n"),
        itertools.repeat(chunk(content="word ")),
        itertools.repeat(chunk(content="字")),
        itertools.repeat(chunk(reasoning="Hm. ")),
        itertools.repeat(chunk(refusal="No. ")),
        itertools.repeat(chunk(reasoning="a") + chunk(content="b")),
        itertools.chain([chunk(content="<think>")], itertools.repeat(chunk(content="      "))),
        itertools.repeat(chunk(audio={"data": "AAAA" * 100})),
        itertools.repeat(call(index=0, arguments="{")),
        numbered(lambda number: call(index=number, id=f"c{number}")),
        numbered(lambda number: chunk(images=[f"data:image/png;base64,iVBORw0K{number:08}" + "A" * 4000])),
        numbered(lambda number: chunk(images=[f"data:image/png;base64,{number}"])),
        numbered(lambda number: chunk(images=[f"https://example.org/{number}.png"])),
        numbered(lambda number: chunk(annotations=[{"url": f"https://example.org/{number}"}])),
        numbered(lambda number: b'data: {"id": "%d", "choices": []}\n\n' % number),
        numbered(lambda number: chunk(images=[f"data:image/gif;base64,R0lGODlh{number:08}"])),
        numbered(lambda number: b'data: {"usage": {"completion_tokens": %d}}\n\n' % number),
    ],
)  # fmt: skip
def test_an_answer_without_end_is_ended_and_what_came_is_kept(blocks: Iterator[bytes]) -> None:
    reply, length = read(blocks)
    assert reply.state is State.FAILED
    assert reply.text.startswith("First.")
    assert reply.error
    assert reply.error.category is Category.UPSTREAM_DOWN
    assert reply.error.sentence.endswith("What came before is kept.")
    assert not reply.error.retryable
    assert len(reply.text) + len(reply.reasoning) + len(reply.refusal) <= LIMITS.text_characters
    assert sum(image.size for image in reply.images) <= LIMITS.file_bytes
    assert length < 2_000_000


@pytest.mark.parametrize("start", ["data: ", "", "data: {\n"])
@pytest.mark.parametrize(
    "value", ["1,", "[],", '{"choices": []}', '{"choices": [{"delta": {"content": "a"}}]},']
)
def test_a_piece_of_more_values_than_can_be_decoded_at_once_is_not_read(start: str, value: str) -> None:
    for ending in ("\n\n", ""):
        reader = StreamReader(limits=Limits(values=1000, pieces=900))
        events = reader.feed(chunk(content="First."), 0.0)
        events += reader.feed(f"{start}[{value * 1000}1]{ending}".encode(), 1.0)
        reply = fold([*events, *reader.close(2.0)])
        assert reply.error
        assert (reply.text, reply.state) == ("First.", State.FAILED)


def test_names_are_cut_and_told_a_number_of_times() -> None:
    reader, name = StreamReader(), "x" * 10_000
    events: list[Event] = []
    for number in range(500):
        call = {"index": 0, "id": name, "function": {"name": name, "arguments": "{}"}}
        delta = {"delta": {"content": "a", "tool_calls": [call]}, "finish_reason": name}
        told = {"id": f"{number}{name}", "model": name, "system_fingerprint": name, "choices": [delta]}
        events += reader.feed(b"data: " + json.dumps(told).encode() + b"\n\n", 0.0)
    written = len(json.dumps([to_json(event) for event in [*events, *reader.close(1.0)]]))
    assert written < 2_000_000
    assert fold(events).text == "a" * 500


def test_a_text_is_cut_where_there_is_no_more_room() -> None:
    reply, _ = read(itertools.repeat(chunk(content="12345")))
    assert reply.text == "First." + "12345" * 3998 + "1234"


def test_a_whole_answer_just_below_the_limits_is_complete() -> None:
    reader = StreamReader(limits=LIMITS)
    events = reader.feed(chunk(content="x" * LIMITS.text_characters)[:-2] + b"\n\n", 0.0)
    events += reader.feed(
        b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n', 1.0
    )
    reply = fold(events)
    assert reply.state is State.COMPLETED
    assert reply.text == "x" * LIMITS.text_characters


def test_more_pictures_than_are_fetched_stay_links() -> None:
    reader = StreamReader()
    pictures = [{"image_url": {"url": f"https://example.org/{number}.png"}} for number in range(30)]
    events = reader.feed(chunk(content="Look.", images=pictures), 0.0)
    assert len(reader.remote_images) == 16
    text = fold([*events, *reader.close(1.0)]).text
    assert "https://example.org/16.png" in text
    assert "https://example.org/15.png" not in text


@pytest.mark.parametrize("inner", ['"\\ud800"', "1"])
def test_json_that_is_nested_too_deeply_breaks_nothing(inner: str) -> None:
    for depth in (200, 450, 900, 5000):
        nested = "[" * depth + inner + "]" * depth
        for body in (f'{{"a": {nested}}}', f'{{"choices": [{{"delta": {{"content": {nested}}}}}]}}'):
            reader = StreamReader()
            reader.feed(f"data: {body}\n\n".encode(), 0.0)
            reader.feed(f"data: {json.dumps({'choices': [{'delta': {'content': 'On.'}}]})}\n\n".encode(), 1.0)
            assert fold([*reader.feed(b"", 2.0), *reader.close(3.0)]).state is State.FAILED
    call = '{"choices": [{"delta": {"tool_calls": [{"function": {"name": "f", "arguments": {"a": %s}}}]}}]}'
    reader = StreamReader()
    events = reader.feed(f"data: {call % ('[' * 900 + inner + ']' * 900)}\n\n".encode(), 0.0)
    events += reader.feed(chunk(content="On."), 1.0)
    assert fold([*events, *reader.close(2.0)]).text == "On."
