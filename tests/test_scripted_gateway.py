"""The scripted gateway itself, over plain HTTP."""

import http.client
import json
import socket
from typing import Any

from tests.scripted_gateway import Gate, ScriptedGateway, stream


def post(gateway: ScriptedGateway, body: dict[str, Any], path: str = "/v1/chat/completions") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", "X-Odd": "Yes"})
    data = connection.getresponse().read()
    connection.close()
    return data


def prompt(text: str, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **fields}


def test_tokens_are_streamed_as_ordered(gateway: ScriptedGateway) -> None:
    data = post(gateway, prompt("tokens=5 rate=0", stream=True), "/chat/completions")
    chunks = [json.loads(line[6:]) for line in data.split(b"\n\n") if line.startswith(b"data: {")]
    texts = [choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"]]
    assert texts[:5] == ["Alphaword", " quick", " brown", " fox", " Omegaword"]
    assert data.endswith(b"data: [DONE]\n\n")
    assert gateway.requests[0].sent_text == "".join(texts)
    assert b'"completion_tokens"' not in data


def test_usage_is_sent_when_it_is_asked_for(gateway: ScriptedGateway) -> None:
    options = {"stream": True, "stream_options": {"include_usage": True}}
    assert b'"completion_tokens": 5' in post(gateway, prompt("tokens=5", **options))


def test_an_echo_without_streaming(gateway: ScriptedGateway) -> None:
    reply = json.loads(post(gateway, prompt("Hello there")))
    assert "> Hello there" in reply["choices"][0]["message"]["content"]
    assert reply["usage"]["completion_tokens"] > 0


def test_requests_are_recorded_as_they_came(gateway: ScriptedGateway) -> None:
    body = prompt("Hi", temperature=0.5)
    post(gateway, body)
    received = gateway.wait_for_request()
    assert (received.method, received.path, received.body) == ("POST", "/v1/chat/completions", body)
    assert received.headers["x-odd"] == "Yes"
    assert received.answered.wait(5)
    assert not received.closed.is_set()


def test_the_prompt_counts_more_than_the_queue(gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("queued"))
    gateway.when("known", stream("known answer"))
    assert b"known answer" in post(gateway, prompt("known"))
    assert b"queued" in post(gateway, prompt("other"))


def test_a_hang_up_is_seen_while_a_reply_waits(gateway: ScriptedGateway) -> None:
    gate = Gate()
    gateway.enqueue(stream("first", "second", hold=gate, hold_after=1))
    body = json.dumps(prompt("Hi", stream=True)).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", gateway.port)) as client:
        client.sendall(head + body)
        assert gate.reached.wait(5)
    received = gateway.requests[0]
    assert received.closed.wait(5)
    assert received.sent_text == "first"


def test_any_other_path_is_an_invalid_url(gateway: ScriptedGateway) -> None:
    assert b"Invalid URL (POST /v1/v1/chat/completions)" in post(
        gateway, prompt("Hi"), "/v1/v1/chat/completions"
    )
