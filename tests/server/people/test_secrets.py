"""What may leave the server, and what must not."""

import http.client
import json

import pytest

from lib.domain.text.secrets import SHORTEST_PART
from tests.app_server import AppServer
from tests.command_line import process
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway, error, raw, stream
from tests.scripted_gateway.replies import JSON, SSE, Script
from tests.server.conftest import API_KEY

HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")


def test_the_key_goes_to_the_gateway_and_nowhere_else(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    said = {"error": {"message": f"Incorrect API key provided: {API_KEY}", "code": "invalid_api_key"}}
    upstream.when("Keep my secret", stream("I do"))
    upstream.when("Betray my secret", error(401, said))
    tab.ask("Keep my secret")
    tab.wait_for_answer("I do")
    tab.ask("Betray my secret")
    tab.wait_for(lambda: "The API key was not accepted" in tab.alerts, "The error")
    tab.click("open_usage")
    tab.wait_until_idle()
    sent = [request for request in upstream.requests if request.prompt.endswith("my secret")]
    assert [request.headers["authorization"] for request in sent] == [f"Bearer {API_KEY}"] * 2
    files = [path for path in site.data_dir.rglob("*") if path.is_file()]
    assert files
    for where in [*tab.frames, site.log.encode(), *(path.read_bytes() for path in files)]:
        assert API_KEY.encode() not in where


def betrayals() -> dict[str, Script]:
    """Answers that repeat the key in every place they have, whole, cut and broken in two."""
    scripts: dict[str, Script] = {}
    forms = (API_KEY, f"Bearer {API_KEY}", f"{API_KEY[:20]}***", f"{API_KEY[:14]} {API_KEY[14:]}")
    headers = dict.fromkeys(("Server", "X-Request-Id", "X-Oneapi-Request-Id", "CF-Ray", "X-Other"), API_KEY)
    for number, said in enumerate(forms):
        body = {"error": {"message": f"Bad key: {said}", "code": said, "type": said, "param": said}}
        scripts[f"error {number}"] = error(401, body, {**JSON, **headers})
        scripts[f"text {number}"] = error(400, said.encode(), headers)
        page = f"<html><title>{said}</title>{said}</html>"
        scripts[f"page {number}"] = error(400, page.encode(), {"Content-Type": "text/html", **headers})
        event = f"data: {json.dumps(body)}\n\n"
        scripts[f"in a stream {number}"] = raw(event.encode(), headers={**SSE, **headers})
    scripts["asked again"] = error(503, {"error": {"message": API_KEY}}, {**JSON, **headers})
    texts = [API_KEY, *(API_KEY[at : at + 9] for at in range(0, len(API_KEY), 9))]
    call = {"id": API_KEY, "function": {"name": API_KEY, "arguments": json.dumps({"key": API_KEY})}}
    deltas = [{"content": text, "reasoning": text, "refusal": text} for text in texts]
    head = {"id": API_KEY, "model": API_KEY, "system_fingerprint": API_KEY}
    chunks = [{**head, "choices": [{"delta": delta}]} for delta in [*deltas, {"tool_calls": [call]}]]
    chunks.append({"choices": [{"delta": {}, "finish_reason": API_KEY}]})
    events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    return {**scripts, "answer": raw(events.encode(), headers={**SSE, **headers})}


def test_a_key_in_every_header_body_and_error_shows_nowhere(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    for question, script in betrayals().items():
        upstream.when(question, script)
        tab.ask(question)
        tab.wait_for_text(question)
        tab.wait_for(lambda: bool(tab.footer), f"The end of {question!r}")
        tab.wait_until_idle()
        tab.click("new_chat")
        tab.wait_until_idle()
    places = [*tab.frames, site.log.encode(), *command_line(site, upstream)]
    places += [path.read_bytes() for path in site.data_dir.rglob("*") if path.is_file()]
    parts = {API_KEY[at : at + SHORTEST_PART].encode() for at in range(len(API_KEY) - SHORTEST_PART + 1)}
    assert [part for part in parts for place in places if part in place] == []
    assert not site.traceback, site.traceback
    assert b"Traceback" not in b"".join(places)


def command_line(site: AppServer, upstream: ScriptedGateway) -> list[bytes]:
    """What the commands print: the export of all chats, and two of the answers."""
    variables = {"KKIAI_BASE_URL": upstream.base_url, "KKIAI_API_KEY": API_KEY}
    commands = (["export"], ["ask", "error 0", "--json", "--model", "m"], ["ask", "answer", "--model", "m"])
    printed = []
    for command in commands:
        done = process(site.data_dir, *command, **variables)
        assert done.stdout
        printed += [done.stdout.encode(), done.stderr.encode()]
    return printed


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/chat"),
        ("GET", "/no/such/page"),
        ("GET", "/_stcore/health"),
        ("GET", "/_stcore/host-config"),
        ("GET", "/media/no-such-file.png"),
        ("GET", "/static/no-such-file.js"),
        ("POST", "/_stcore/health"),
        ("PUT", "/_stcore/upload_file/session/file"),
    ],
)
def test_every_answer_has_the_security_headers(site: AppServer, method: str, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert {name for name in HEADERS if answer.headers[name]} == set(HEADERS)
    policy = answer.headers["Content-Security-Policy"]
    if "default-src 'none'" not in policy:  # a page of ours, which loads nothing
        assert "img-src 'self' data: blob:" in policy
        assert "default-src 'self'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_another_site_cannot_open_the_socket(site: AppServer) -> None:
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Protocol": "streamlit", **key}
    statuses = {}
    for origin in ("https://evil.example", site.url):
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
        connection.request("GET", "/_stcore/stream", headers={**upgrade, "Origin": origin})
        statuses[origin] = connection.getresponse().status
        connection.close()
    assert statuses == {"https://evil.example": 403, site.url: 101}
