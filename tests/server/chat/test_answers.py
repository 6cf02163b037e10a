"""Answers that are more than their text, on the page of a real server."""

import base64
import json
from typing import Any

import pytest

from tests.files.samples import image
from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, error, raw, stream
from tests.scripted_gateway.replies import JSON, Reply, Script

HEADERS = {"Content-Type": "text/event-stream"}


def chunk(delta: dict[str, Any], finish: str | None = None, **fields: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return (
        b"data: "
        + json.dumps({"id": "c", "model": "model-a", "choices": [choice], **fields}).encode()
        + b"\n\n"
    )


def answer(*deltas: dict[str, Any], finish: str = "stop", **fields: Any) -> Script:
    return raw(b"".join(chunk(delta, **fields) for delta in deltas) + chunk({}, finish), headers=HEADERS)


def uri(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def test_a_picture_in_the_text_is_drawn_and_sent_back_as_one(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.when("Draw a red square", answer({"content": f"Here: ![a red square]({uri(image())})"}))
    upstream.when("Now a blue one, please", stream("Blue."))
    tab.ask("Draw a red square")
    tab.wait_for(lambda: bool(tab.tree.nodes("imgs") and tab.footer), "The picture")
    tab.wait_until_idle()
    assert tab.answer.startswith("Here:")
    assert "a red square" in tab.text
    assert "base64" not in tab.text
    tab.ask("Now a blue one, please")
    tab.wait_for_answer("Blue.")
    [second] = [each for each in upstream.requests if each.prompt == "Now a blue one, please"]
    assert second.images == [image()]


def test_sources_stand_under_the_answer_as_links_that_do_nothing_by_themselves(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    results = [
        {"title": "Tea :red[*here*]", "url": "https://example.org/a?b=(c)"},
        {"url": "javascript:alert(1)", "title": "A script"},
    ]
    upstream.when("Where does tea come from?", answer({"content": "From China[1]."}, search_results=results))
    tab.ask("Where does tea come from?")
    tab.wait_for_answer("From China[1].")
    [listed] = [text for text in tab.tree.texts() if "example.org" in text]
    first, second = listed.split("\n")
    assert first.startswith("1. [")
    assert "](<https://example.org/a?b=(c)>) · " in first
    assert ":red[" not in first
    assert "javascript" not in second
    assert "](" not in second


def test_what_a_model_says_aloud_can_be_played(upstream: ScriptedGateway, tab: PageSocket) -> None:
    sound = {"transcript": "Hello there", "data": base64.b64encode(bytes(4800)).decode()}
    upstream.when("Say hello aloud", answer({"audio": sound}))
    tab.ask("Say hello aloud")
    tab.wait_for_answer("Hello there")
    [player] = tab.tree.nodes("audio")
    assert player.proto.url.startswith("/media/")


@pytest.mark.parametrize("is_followed", [True, False])
def test_thinking_that_was_not_marked_at_its_start_is_drawn_as_thinking(
    upstream: ScriptedGateway, tab: PageSocket, is_followed: bool
) -> None:
    gate, question = Gate(), f"Think aloud, {is_followed}"
    if not is_followed:
        gate.open()
    first, rest = (
        chunk({"content": "Let me see."}),
        [chunk({"content": "</think>It is 4."}), chunk({}, "stop")],
    )
    upstream.enqueue(lambda _: Reply([first, gate, *rest], headers=HEADERS))
    tab.ask(question)
    if is_followed:
        tab.wait_for(lambda: tab.answer == "Let me see.", "What looks like the answer")
        gate.open()
    tab.wait_for(lambda: tab.answer.endswith("It is 4.") and bool(tab.footer), "The answer")
    tab.wait_until_idle()
    assert tab.answer == "Let me see.\n\nIt is 4."
    labels = [node.proto.expandable.label for node in tab.tree.nodes("block")]
    assert any(label.startswith("Thought for") for label in labels)


@pytest.mark.parametrize("finish", ["MAX_TOKENS", "max_tokens", "length"])
def test_a_cut_answer_says_so_and_goes_on(upstream: ScriptedGateway, tab: PageSocket, finish: str) -> None:
    question = f"Count, until {finish}"
    upstream.when(question, answer({"content": "One two"}, finish=finish))
    tab.ask(question)
    tab.wait_for_answer("One two")
    assert "The answer reached its token limit" in tab.text
    upstream.enqueue(stream(" three"))
    tab.click("continue")
    tab.wait_for_answer("One two three")


def test_an_answer_that_a_filter_ended_says_so(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.when("Something risky", answer({"content": "Half an"}, finish="SAFETY"))
    upstream.when("Something riskier", answer({}, finish="SAFETY"))
    tab.ask("Something risky")
    tab.wait_for_answer("Half an")
    assert "A content filter stopped this" in tab.text
    tab.ask("Something riskier")
    tab.wait_for(lambda: "A content filter stopped this" in tab.alerts, "The error")


def test_a_limit_that_thinking_used_up_is_told_with_what_to_do(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 100,
        "total_tokens": 110,
        "completion_tokens_details": {"reasoning_tokens": 100},
    }
    upstream.when("Think for too long", raw(chunk({}, "length", usage=usage), headers=HEADERS))
    tab.ask("Think for too long")
    tab.wait_for(lambda: "100 of 100 tokens went into thinking" in tab.text, "The sentence")


def test_counts_that_do_not_add_up_are_marked(upstream: ScriptedGateway, tab: PageSocket) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 12}
    upstream.when("Count badly", answer({"content": "Hm."}, usage=usage))
    tab.ask("Count badly")
    tab.wait_for_answer("Hm.")
    assert "5 tokens (counts do not add up)" in tab.footer


def test_a_refused_image_says_so(upstream: ScriptedGateway, tab: PageSocket) -> None:
    refusal = {"error": {"message": "No endpoints found that support image input", "code": 404}}
    upstream.when("Look at this", raw(json.dumps(refusal).encode(), status=404))
    tab.ask("Look at this", ("a.png", image()))
    tab.wait_for(lambda: "takes no images" in tab.alerts, "The hint")


def test_while_a_busy_server_is_asked_again_the_page_says_why_it_waits(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    gate = Gate()
    busy = error(429, {"error": {"message": "Rate limit reached"}}, {**JSON, "Retry-After": "0"})
    upstream.enqueue(busy, stream("At last", hold=gate))
    tab.ask("Are you there?")
    tab.wait_for_text("Asked again after too many requests (429).")
    assert "Waiting for the model…" in tab.text
    gate.open()
    tab.wait_for_text("At last")
    tab.wait_for(lambda: bool(tab.footer), "The end")
    assert "Waiting for the model…" not in tab.text
