"""Every event of a tape survives being stored, and a journal holds it in few characters."""

import json
from dataclasses import fields
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.reply.citations import Citation
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.tape import (
    CLOSING,
    LETTERS,
    Audio,
    Cited,
    Content,
    ContentWasReasoning,
    Event,
    Failed,
    Finished,
    Image,
    Interrupted,
    Noted,
    Reasoning,
    Refusal,
    Retried,
    Sent,
    Served,
    Stopped,
    ToolCall,
    UsageReported,
    from_json,
    text_of,
    to_json,
)
from lib.domain.reply.usage import Source, Usage
from lib.domain.text.sentences import Sentence, sentence

ERROR = ChatError(
    Category.RATE_LIMITED,
    "当前分组上游负载已饱和",
    sentence("no_answer_in_time", host="example.com"),
    sentence("again"),
    status=429,
    code="rate_limit",
    request_id="2025-abc",
    retryable=True,
    retry_after=12.5,
)
IMAGE = Attachment(
    "ab" * 32, AttachmentKind.IMAGE, "image-1.png", "image/png", 1200, 64, 48, text="A red square"
)
SOUND = Attachment("cd" * 32, AttachmentKind.AUDIO, "speech.wav", "audio/wav", 4800)
EVENTS: tuple[Event, ...] = (
    Sent(0.0, {"model": "model-a", "temperature": 0.5, "stop": ["END"], "response_format": {"type": "text"}}),
    Retried(1.5, "Asked again without stream_options."),
    Noted(1.7, "One earlier image was left out."),
    Served(2.0, "model-b", "chatcmpl-1", "fp_1", 200, "req-1", {"server": "cloudflare"}),
    Reasoning(3.1, "Let me think…"),
    Content(4.2, 'A line\nwith "quotes", \0 and 汉字 🙂'),
    Refusal(5.3, "I cannot."),
    ContentWasReasoning(5.5),
    Image(5.8, IMAGE),
    Audio(5.9, SOUND),
    Cited(6.1, (Citation("https://example.com/a?b=1", "A “title”"), Citation("", "notes.pdf"))),
    ToolCall(6.4, 1, "call_1", "search", '{"q": '),
    UsageReported(7.5, Usage(12, 34, 46, 5, 6, Source.REPORTED)),
    Finished(8.6, "stop"),
    Failed(9.7, ERROR),
    Stopped(10.8),
    Interrupted(11.9),
)

moments = st.integers(0, 10**7).map(lambda tenths: tenths / 10)
words = st.none() | st.text(max_size=20)
counts = st.none() | st.integers(0, 10**9)
usages = st.builds(Usage, counts, counts, counts, counts, counts, st.sampled_from(Source))
sentences = st.builds(Sentence, st.text(), st.dictionaries(st.text(), counts | st.text(), max_size=2))
errors = st.builds(
    ChatError,
    st.sampled_from(Category),
    st.text(),
    st.none() | sentences,
    st.none() | sentences,
    status=st.none() | st.integers(100, 599),
    code=words,
    request_id=words,
    retryable=st.booleans(),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
requests = st.dictionaries(st.sampled_from(["temperature", "stop", "stream", "n"]), json_values) | st.builds(
    lambda model: {"model": model}, st.text(max_size=20)
)
open_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Sent, moments, requests),
    st.builds(Retried, moments, st.text(max_size=40)),
    st.builds(Noted, moments, st.text(max_size=40)),
    st.builds(
        Served,
        moments,
        words,
        words,
        words,
        st.none() | st.integers(100, 599),
        words,
        st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=3),
    ),
    st.builds(Reasoning, moments, st.text()),
    st.builds(Content, moments, st.text()),
    st.builds(Refusal, moments, st.text()),
    st.builds(ToolCall, moments, st.integers(0, 3), words, words, st.text(max_size=20)),
    st.builds(UsageReported, moments, usages),
)
closing_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Finished, moments, st.text(max_size=20)),
    st.builds(Failed, moments, errors),
    st.builds(Stopped, moments),
    st.builds(Interrupted, moments),
)


def _in_time(events: list[Event], closing: Event | None) -> list[Event]:
    """The events with their moments put in order, as a clock would have given them."""
    tape = [*events, closing] if closing else events
    times = sorted(event.at_ms for event in tape)
    return [
        from_json([row[0], at_ms, *row[2:]]) for at_ms, row in zip(times, map(to_json, tape), strict=True)
    ]


tapes = st.builds(_in_time, st.lists(open_events, max_size=15), st.none() | closing_events)


def through_text(event: Event) -> Event:
    """The event as it comes back from a database or a file."""
    return from_json(json.loads(json.dumps(to_json(event), ensure_ascii=False)))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_kind_of_event_survives_being_stored(event: Event) -> None:
    again = through_text(event)
    assert again == event
    assert type(again) is type(event)


def test_every_kind_of_event_is_tried_here_and_has_a_letter_of_its_own() -> None:
    kinds = {type(event) for event in EVENTS}
    assert kinds == set(get_args(Event)) == set(LETTERS.values())
    assert len(LETTERS) == len(kinds)
    assert set(CLOSING) <= kinds


@given(tapes)
def test_any_tape_survives_being_stored(tape: list[Event]) -> None:
    assert [through_text(event) for event in tape] == tape


@pytest.mark.parametrize("category", list(Category))
def test_an_error_of_each_category_keeps_all_that_it_says(category: Category) -> None:
    error = ChatError(category, "words", status=500, code="code", request_id="request", retryable=True)
    again = through_text(Failed(1.0, error))
    assert isinstance(again, Failed)
    for field in fields(ChatError):
        assert getattr(again.error, field.name) == getattr(error, field.name)
    assert again.error.category is category


@pytest.mark.parametrize("source", list(Source))
def test_usage_keeps_its_counts_and_where_they_come_from(source: Source) -> None:
    again = through_text(UsageReported(1.0, Usage(1, 2, 3, None, 0, source)))
    assert isinstance(again, UsageReported)
    assert again.usage == Usage(1, 2, 3, None, 0, source)
    assert again.usage.source is source


@pytest.mark.parametrize("row", [["z", 0.0], ["S", 0.0, {}], ["", 0.0], ["sent", 0.0, {}]])
def test_an_event_of_an_unknown_kind_is_refused_by_name(row: list[Any]) -> None:
    with pytest.raises(ValueError, match=f"unknown kind: {row[0]!r}"):
        from_json(row)


def test_times_are_stored_to_a_tenth_of_a_millisecond() -> None:
    assert through_text(Stopped(1234.56789)) == Stopped(1234.6)


def test_a_word_costs_a_journal_little_more_than_itself() -> None:
    assert len(json.dumps(to_json(Content(123456.7, "word")))) <= len("word") + 20


@given(tapes)
def test_the_text_of_a_tape_is_its_content_and_nothing_else(tape: list[Event]) -> None:
    text = text_of(tape)
    assert len(text) == sum(len(event.text) for event in tape if isinstance(event, Content))
    assert text_of(event for event in tape if not isinstance(event, Content)) == ""
    for at in range(len(tape) + 1):
        assert text_of(tape[:at]) + text_of(tape[at:]) == text
