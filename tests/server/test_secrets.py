"""What may leave the server, and what must not."""

import http.client

import pytest

from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway, error, stream
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
