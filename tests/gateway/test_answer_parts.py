"""An answer is more than its text: pictures, sound, sources, thinking and tool calls in every shape."""

import base64
import io
import json
import wave
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.reply.citations import Citation
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import Content, ContentWasReasoning, Image
from lib.gateway.stream.reader import StreamReader
from tests.files.samples import image
from tests.gateway.test_reader import STOP, chunk, read

RED, BLUE = image(8, 8), image(8, 8, colour=(0, 0, 200))


def uri(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def plain(data: bytes) -> str:
    return base64.b64encode(data).decode()


def said(*deltas: dict[str, Any], **fields: Any) -> Reply:
    return fold(read(*(chunk(delta, **fields) for delta in deltas), STOP))


def drawn(reply: Reply) -> list[bytes | None]:
    return [each.data for each in reply.images]


PICTURES: dict[str, dict[str, Any]] = {
    "OpenRouter": {"images": [{"type": "image_url", "image_url": {"url": uri(RED)}}]},
    "OpenRouter, two": {
        "images": [{"type": "image_url", "index": at, "image_url": {"url": uri(RED)}} for at in (0, 1)]
    },
    "a plain address": {"images": [uri(RED)]},
    "one alone": {"image": {"url": uri(RED)}},
    "base64 in images": {"images": [{"b64_json": plain(RED)}]},
    "a content part": {"content": [{"type": "image_url", "image_url": {"url": uri(RED)}}]},
    "a part without an object": {"content": [{"type": "image_url", "image_url": uri(RED)}]},
    "OpenAI's responses": {"content": [{"type": "output_image", "image_url": uri(RED)}]},
    "Anthropic": {
        "content": [
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": plain(RED)}}
        ]
    },
    "Gemini": {"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": plain(RED)}}]}},
    "Gemini, in Python's names": {
        "content": [{"inline_data": {"mime_type": "image/png", "data": plain(RED)}}]
    },
    "image generation": {"content": [{"type": "image_generation_call", "result": plain(RED)}]},
    "a file": {"content": [{"type": "file", "file": {"file_data": uri(RED), "filename": "a.png"}}]},
    "AiHubMix": {"multi_mod_content": [{"inlineData": {"mimeType": "image/png", "data": plain(RED)}}]},
    "an address beside the text": {"image_url": {"url": uri(RED)}},
    "base64 for addresses": {
        "images": [uri(RED).replace("+", "-").replace("/", "_").replace("image_", "image/")]
    },
    "base64 without its end": {"images": [uri(RED).rstrip("=")]},
    "capitals": {"content": f"![x]({uri(RED).replace('data:image/png', 'DATA:Image/PNG')})"},
    "no media type": {"content": f"![x](data:;base64,{plain(RED)})"},
    "markdown": {"content": f"![a red square]({uri(RED)})"},
    "markdown, with a title": {"content": f'![]({uri(RED)} "Red")'},
    "markdown, in angle brackets": {"content": f"![x](<{uri(RED)}>)"},
    "a bare data URI": {"content": uri(RED)},
}


@pytest.mark.parametrize("delta", PICTURES.values(), ids=PICTURES)
def test_a_picture_is_one_of_the_answer_in_every_shape(delta: dict[str, Any]) -> None:
    for body in (delta, {"content": "", **delta}):
        reply = said(body)
        assert set(drawn(reply)) == {RED}
        assert (reply.text, reply.state) == ("", State.COMPLETED)
    whole = {"choices": [{"index": 0, "message": delta, "finish_reason": "stop"}]}
    assert set(drawn(fold(read(json.dumps(whole).encode())))) == {RED}


def test_two_pictures_are_two_even_when_they_are_the_same() -> None:
    assert len(said(PICTURES["OpenRouter, two"]).images) == 2
    assert drawn(said({"images": [uri(RED)]}, {"images": [uri(BLUE)]})) == [RED, BLUE]


def test_a_picture_that_is_told_in_two_ways_is_one() -> None:
    assert drawn(said({"content": f"![]({uri(RED)})", "images": [uri(RED)]})) == [RED]


def test_a_picture_has_its_name_and_its_place_among_the_words() -> None:
    events = read(chunk({"content": f"Before ![a *red* square]({uri(RED)}) after"}), STOP)
    kinds = [type(event) for event in events if isinstance(event, Content | Image)]
    assert kinds == [Content, Image, Content]
    reply = fold(events)
    assert reply.text == "Before  after"
    assert (reply.images[0].name, reply.images[0].text) == ("image-1", "a *red* square")


@pytest.mark.parametrize(
    "text",
    [
        f"```\n![x]({uri(RED)})\n```",
        f"Write `![x]({uri(RED)})` so",
        "![x](data:image/png;base64,iVBORw0KGgo...)",
        "![x](data:image/png;base64,bm8gcGljdHVyZSBhdCBhbGwsIG9ubHkgc29tZSB3b3Jkcw==)",
        "![x](https://example.com/a.png) data: no! [a](b) !",
        "Look at data:image/svg+xml,%3Csvg/%3E and data",
        "Hey! ![",
    ],
)
def test_what_is_no_picture_or_only_quoted_stays_text(text: str) -> None:
    assert said({"content": text}).text == text
    assert said(*({"content": letter} for letter in text)).text == text


@given(
    st.lists(
        st.sampled_from(["Words! ", f"![a [b]({uri(RED)})", uri(BLUE), "\n", "`x`", "!", "[", "data", "d"])
    ),
    st.lists(st.integers(1, 60), min_size=1),
)
def test_pictures_do_not_depend_on_where_the_text_is_cut(pieces: list[str], sizes: list[int]) -> None:
    text, cut, at = "".join(pieces), list[dict[str, Any]](), 0
    while at < len(text):
        size = sizes[len(cut) % len(sizes)]
        cut.append({"content": text[at : at + size]})
        at += size
    whole, in_pieces = said({"content": text}), said(*cut)
    assert (whole.text, drawn(whole)) == (in_pieces.text, drawn(in_pieces))


def test_a_picture_that_breaks_off_or_is_none_is_told() -> None:
    reply = said({"images": [{"image_url": {"url": "data:image/png;base64,????"}}]})
    assert tuple(map(str, reply.notices)) == (
        "A picture of this answer was left out. The image is not base64.",
    )


def test_a_picture_at_an_address_is_named_for_whoever_may_fetch() -> None:
    reader = StreamReader()
    reader.feed(chunk({"images": [{"image_url": {"url": "https://example.com/a.png"}}]}) + STOP, 0.0)
    assert [(each.number, each.url) for each in reader.remote_images] == [(1, "https://example.com/a.png")]


def test_streamed_speech_is_a_sound_and_its_transcript_text() -> None:
    samples = bytes(range(200)) * 4
    deltas = [
        {"audio": {"id": "a", "transcript": "Hel"}},
        {"audio": {"id": "a", "data": plain(samples[:301])}},
        {"audio": {"id": "a", "data": plain(samples[301:]), "transcript": "lo"}},
    ]
    reply = said(*deltas)
    assert reply.text == "Hello"
    [sound] = reply.audio
    assert (sound.name, sound.media_type) == ("speech.wav", "audio/wav")
    with wave.open(io.BytesIO(sound.data or b"")) as file:
        assert file.readframes(1000) == samples


def test_a_sound_in_a_part_keeps_its_format() -> None:
    reply = said({"content": [{"type": "audio", "audio": {"data": plain(b"OggS" + bytes(60))}}]})
    assert [(each.name, each.media_type) for each in reply.audio] == [("speech.ogg", "audio/ogg")]


A, B = Citation("https://example.org/a", "Page A"), Citation("https://example.com/b", "Page B")
URLS = [A.url, B.url]
RESULTS = [{"title": each.title, "url": each.url, "date": "2026-01-01"} for each in (A, B)]
URL_CITATIONS = [{"type": "url_citation", "url_citation": entry} for entry in RESULTS]
SOURCES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Perplexity": ({}, {"citations": URLS, "search_results": RESULTS}),
    "OpenAI": ({"annotations": URL_CITATIONS}, {}),
    "in the part": ({"content": [{"type": "output_text", "text": "x", "annotations": URL_CITATIONS}]}, {}),
    "Azure": ({"context": {"citations": RESULTS}}, {}),
    "Qwen": ({}, {"search_info": {"search_results": [{**each, "index": 1} for each in RESULTS]}}),
    "Zhipu": ({}, {"web_search": [{"title": each.title, "link": each.url} for each in (A, B)]}),
    "Doubao": ({"references": RESULTS}, {}),
    "Gemini": (
        {},
        {
            "grounding_metadata": {
                "grounding_chunks": [{"web": {"uri": e.url, "title": e.title}} for e in (A, B)]
            }
        },
    ),
    "LiteLLM": ({"provider_specific_fields": {"citations": URLS, "search_results": RESULTS}}, {}),
    "LiteLLM, of Gemini": (
        {},
        {
            "vertex_ai_grounding_metadata": [
                {"groundingChunks": [{"web": {"uri": e.url, "title": e.title}}]} for e in (A, B)
            ]
        },
    ),
    "Groq": ({"executed_tools": [{"type": "search", "search_results": {"results": RESULTS}}]}, {}),
    "Anthropic": (
        {
            "content": [
                {
                    "type": "text",
                    "text": "",
                    "citations": [{"cited_text": "x", **e} for e in (*RESULTS, *RESULTS)],
                }
            ]
        },
        {},
    ),
    "a tool of the server": (
        {"tool_calls": [{"id": "s", "type": "web_search", "web_search": {"outputs": RESULTS}}]},
        {},
    ),
}


@pytest.mark.parametrize(("delta", "beside"), SOURCES.values(), ids=SOURCES)
def test_sources_are_numbered_by_every_name(delta: dict[str, Any], beside: dict[str, Any]) -> None:
    assert said({"content": "Tea[1]"}, delta, {"content": "[2]"}, **beside).citations == (A, B)


def test_sources_are_told_once_and_titles_may_come_later() -> None:
    pieces = [
        chunk({"content": "x"}, citations=URLS[:1]),
        chunk({}, citations=URLS),
        chunk({}, search_results=RESULTS),
    ]
    assert fold(read(*pieces, STOP)).citations == (A, B)


def test_a_source_that_has_two_numbers_keeps_both() -> None:
    """`[3]` in the text is the third of the list, though the first one is the same page."""
    assert said({"content": "x"}, citations=[*URLS, URLS[0]]).citations[2].url == A.url


def test_a_search_that_the_server_ran_is_no_call_for_a_program() -> None:
    searched = {"tool_calls": [{"id": "s", "type": "web_search", "web_search": {"outputs": RESULTS}}]}
    assert said(searched, {"content": "x"}).tool_calls == ()


@pytest.mark.parametrize(
    "odd", [5, "x", [None, 7, {}, {"url": 5}], [{"url": "javascript:alert(1)"}], {"a": 1}]
)
def test_what_is_no_source_is_none(odd: Any) -> None:
    assert said({"content": "x", "annotations": odd}, citations=odd).citations == ()


THINKING: dict[str, dict[str, Any]] = {
    "DeepSeek": {"reasoning_content": "why"},
    "a summary beside the text": {"reasoning_summary": "why"},
    "Gemini's mark": {"content": "why", "extra_content": {"google": {"thought": True}}},
    "Gemini's mark and tags": {
        "content": "<thought>why</thought>",
        "extra_content": {"google": {"thought": True}},
    },
    "Jina": {"content": "why", "type": "think"},
    "OpenRouter": {"reasoning": "why", "reasoning_details": [{"type": "reasoning.text", "text": "why"}]},
    "a summary": {"reasoning_details": [{"type": "reasoning.summary", "summary": "why"}]},
    "LiteLLM": {"thinking_blocks": [{"type": "thinking", "thinking": "why", "signature": "x"}]},
    "Ollama": {"thinking": "why"},
    "Copilot": {"reasoning_text": "why"},
    "an object": {"reasoning": {"content": "why"}},
    "Mistral": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "why"}]}]},
    "Anthropic": {"content": [{"type": "thinking", "thinking": "why"}]},
    "Gemini": {"content": [{"thought": True, "text": "why"}]},
    "responses": {"content": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "why"}]}]},
}


@pytest.mark.parametrize("delta", THINKING.values(), ids=THINKING)
def test_thinking_is_reasoning_by_every_name(delta: dict[str, Any]) -> None:
    reply = said(delta, {"content": "So."})
    assert (reply.reasoning, reply.text) == ("why", "So.")


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<thinking>", "</thinking>"),
        ("<thought>", "</thought>"),
        ("[THINK]", "[/THINK]"),
        ("<reasoning>", "</reasoning>"),
        ("<seed:think>", "</seed:think>"),
        ("◁think▷", "◁/think▷"),
        ("<Think>", "</Think>"),
        ("<thoughts>", "</thoughts>"),
        ("<longcat_think>", "</longcat_think>"),
        ("<|START_THINKING|>", "<|END_THINKING|>"),
        ("<unused94>thought\n", "<unused95>"),
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ],
)
def test_tags_of_other_makes_are_reasoning_too(opening: str, closing: str) -> None:
    text = f"{opening}\nLet me see.\n{closing}\n\nIt is 4."
    for pieces in ([text], list(text)):
        reply = said(*({"content": piece} for piece in pieces))
        assert (reply.reasoning, reply.text) == ("Let me see.", "It is 4.")


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        (
            "Let me see.\nIt is 4, I think.\n</think>\n\nIt is 4.",
            "Let me see.\nIt is 4, I think.",
            "It is 4.",
        ),
        ("Hm.</think>Yes.", "Hm.", "Yes."),
        ("</think>\n\nYes.", "", "Yes."),
        ("<think>a</think>\n<think>b</think>Yes.", "ab", "Yes."),
        ("Plan.[/THINK]Yes, and </think> too.", "Plan.", "Yes, and </think> too."),
        ("Close it with `</think>`, he said.", "", "Close it with `</think>`, he said."),
        ("```\n</think>\n```\nDone.", "", "```\n</think>\n```\nDone."),
        ('Write "</think>" there.', "", 'Write "</think>" there.'),
        ("Between <think> and </think> it thinks.", "", "Between <think> and </think> it thinks."),
    ],
)
def test_thinking_without_an_opening_tag_ends_at_the_closing_one(
    text: str, reasoning: str, answer: str
) -> None:
    for pieces in ([text], list(text), [text[:9], text[9:]]):
        reply = said(*({"content": piece} for piece in pieces))
        assert (reply.reasoning, reply.text) == (reasoning, answer)


def test_a_closing_tag_means_nothing_where_a_field_has_told_the_thinking() -> None:
    reply = said({"reasoning_content": "Hm."}, {"content": "It ends with </think> in DeepSeek."})
    assert (reply.reasoning, reply.text) == ("Hm.", "It ends with </think> in DeepSeek.")


def test_words_that_turn_out_to_be_thinking_are_timed_as_such() -> None:
    events = read(
        chunk({"content": "Hm. "}), chunk({"content": "</think>"}), chunk({"content": "Yes."}), STOP
    )
    assert [event.at_ms for event in events if isinstance(event, ContentWasReasoning)] == [1.0]
    timing = fold(events).timing
    assert (timing.reasoning_ttft_ms, timing.ttft_ms) == (0.0, 2.0)


TEXTS: dict[str, bytes] = {
    "a completion": b'data: {"choices":[{"index":0,"text":"42","finish_reason":"stop"}]}\n\n',
    "an object": chunk({"content": {"type": "text", "text": "42"}}, finish="stop"),
    "a value": chunk(
        {"content": [{"type": "text", "text": {"value": "42", "annotations": []}}]}, finish="stop"
    ),
    "a number": chunk({"content": 42}, finish="stop"),
    "a string for a delta": b'data: {"choices":[{"delta":"42","finish_reason":"stop"}]}\n\n',
    "a choice alone": b'data: {"choices":{"delta":{"content":"42"},"finish_reason":"stop"}}\n\n',
    "two objects in a line": b'data: {"choices":[{"delta":{"content":"4"}}]}'
    b'data: {"choices":[{"delta":{"content":"2"},"finish_reason":"stop"}]}\n\n',
    "carriage returns alone": chunk({"content": "42"}, finish="stop").replace(b"\n", b"\r"),
    "data twice": b"data: " + chunk({"content": "42"}, finish="stop"),
    "a message after deltas": chunk({"content": "42"})
    + b'data: {"choices":[{"message":{"content":"42"},"finish_reason":"stop"}]}\n\n',
    "one data line, then bare ones": b'data: {"choices":[{"delta":{"content":"42"},\n'
    b'"finish_reason":"stop"}]}\n\n',
    "Gemini's reason": b'data: {"choices":[{"delta":{"content":"42"},"finishReason":"STOP"}]}\n\n',
    "strings": chunk({"content": ["4", "2"]}, finish="stop"),
    "parts of Gemini": chunk(
        {"content": {"parts": [{"text": "4"}, {"text": "2"}], "role": "model"}}, finish="stop"
    ),
    "two lines": b'data: {"choices":[{"delta":{"content":"42"},\ndata: "finish_reason":"stop"}]}\n\n',
    "many lines": b"".join(
        b"data: " + line + b"\n"
        for line in json.dumps({"choices": [{"delta": {"content": "42"}, "finish_reason": "stop"}]}, indent=1)
        .encode()
        .split(b"\n")
    )
    + b"\n",
    "no blank lines": b'data: {"choices":[{"delta":{"content":"4"}}]}\n'
    b'data: {"choices":[{"delta":{"content":"2"},"finish_reason":"stop"}]}\n',
    "a message beside an empty delta": b'data: {"choices":[{"delta":{},"message":{"content":"42"},'
    b'"finish_reason":"stop"}]}\n\n',
}


@pytest.mark.parametrize("body", TEXTS.values(), ids=TEXTS)
def test_text_is_found_wherever_it_stands(body: bytes) -> None:
    reply = fold(read(body))
    assert (reply.text, reply.state) == ("42", State.COMPLETED)
    by_byte = fold(read(*(body[at : at + 1] for at in range(len(body)))))
    assert (by_byte.text, by_byte.state) == ("42", State.COMPLETED)


def test_a_broken_line_takes_no_other_line_with_it() -> None:
    lines = b'data: {"choices":[{"del\ndata: {"choices":[{"delta":{"content":"a"}}]}\n\n'
    assert fold(read(lines, STOP)).text == "a"


def test_an_error_event_in_plain_words_is_an_error() -> None:
    error = fold(read(b"event: error\ndata: Too many requests\n\n")).error
    assert error is not None
    assert (error.category, error.message) == ("rate_limited", "Too many requests")


def calls_of(*pieces: Sequence[dict[str, Any]]) -> list[tuple[str | None, str]]:
    reply = said(*({"tool_calls": list(piece)} for piece in pieces))
    return [(call.name, call.arguments) for call in reply.tool_calls]


names = st.sampled_from(["look", "find", "get_weather"])
arguments = st.dictionaries(st.sampled_from("abc"), st.integers() | st.text('{}"x', max_size=3), max_size=2)


@given(
    st.lists(st.tuples(names, arguments), min_size=1, max_size=4),
    st.sampled_from(["counted", "zero", "none"]),
    st.sampled_from(["first", "each"]),
    st.integers(1, 9),
)
def test_tool_calls_are_kept_apart_whatever_the_index_says(
    calls: list[tuple[str, dict[str, Any]]], index: str, ids: str, size: int
) -> None:
    """With ids: in the first piece of a call or in each; the index right, always 0 or left out."""
    pieces = []
    for number, (name, fields) in enumerate(calls):
        text = json.dumps(fields)
        for at in range(0, len(text), size):
            piece: dict[str, Any] = {"function": {"arguments": text[at : at + size]}}
            if at == 0 or ids == "each":
                piece["id"], piece["function"]["name"] = f"t{number}", name
            if index != "none":
                piece["index"] = number if index == "counted" else 0
            pieces.append([piece])
    assert calls_of(*pieces) == [(name, json.dumps(fields)) for name, fields in calls]


@given(st.lists(st.tuples(names, arguments), min_size=1, max_size=4), st.sampled_from([0, None]))
def test_whole_tool_calls_without_ids_are_kept_apart(
    calls: list[tuple[str, dict[str, Any]]], index: int | None
) -> None:
    pieces = [[{"index": index, "function": {"name": name, "arguments": fields}}] for name, fields in calls]
    wanted = [(name, json.dumps(fields, ensure_ascii=False)) for name, fields in calls]
    unrepeated = [call for at, call in enumerate(wanted) if at == 0 or call != wanted[at - 1]]
    assert calls_of(*pieces) in (wanted, unrepeated)


def test_a_call_that_is_said_once_more_is_no_other_one() -> None:
    call = {"index": 0, "id": "t", "function": {"name": "look", "arguments": '{"a": 1}'}}
    assert calls_of([call], [call]) == [("look", '{"a": 1}')]


def test_an_empty_object_is_a_placeholder_for_arguments_to_come() -> None:
    begun = {"index": 0, "id": "t", "function": {"name": "look", "arguments": "{}"}}
    pieces = [{"index": 0, "function": {"arguments": text}} for text in ('{"a":', "1}")]
    assert calls_of([begun], *([piece] for piece in pieces)) == [("look", '{"a":1}')]


def test_calls_of_one_function_that_share_an_id_are_two() -> None:
    calls = [
        {"index": at, "id": "look", "function": {"name": "look", "arguments": f'{{"a": {at}}}'}}
        for at in (0, 1)
    ]
    assert calls_of(calls) == [("look", '{"a": 0}'), ("look", '{"a": 1}')]


def test_an_error_beside_an_answer_keeps_what_was_said() -> None:
    error = {"message": "The upstream went away"}
    choice = {"index": 0, "delta": {"content": "Half"}, "error": error}
    for body in (
        chunk({"content": "Half"}, error=error),
        b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n",
    ):
        reply = fold(read(body))
        assert (reply.text, reply.state) == ("Half", State.FAILED)
        assert reply.error
        assert "The upstream went away" in reply.error.message


def test_speech_that_was_cut_after_it_was_encoded_is_whole() -> None:
    samples = bytes(range(200)) * 4
    encoded = plain(samples)
    reply = said(*({"audio": {"data": encoded[at : at + 331]}} for at in range(0, len(encoded), 331)))
    with wave.open(io.BytesIO(reply.audio[0].data or b"")) as file:
        assert file.readframes(1000) == samples


def test_the_old_function_call_and_other_makes_are_tool_calls() -> None:
    pieces = [{"function_call": {"name": "look", "arguments": ""}}, {"function_call": {"arguments": '{"a":'}}]
    reply = said(*pieces, {"function_call": {"arguments": "1}"}})
    assert [(call.name, call.arguments) for call in reply.tool_calls] == [("look", '{"a":1}')]
    used = said({"content": [{"type": "tool_use", "id": "t", "name": "look", "input": {"a": 1}}]})
    assert [(call.id, call.name, call.arguments) for call in used.tool_calls] == [("t", "look", '{"a": 1}')]
