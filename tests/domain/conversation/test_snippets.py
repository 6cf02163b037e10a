"""A request as code, which sends it again in a real shell, in Python and in Node.js."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.conversation import snippets
from tests.scripted_gateway import Received, ScriptedGateway, stream

API_KEY = "sk-$HOME'\"`id`!"
HOSTILE = (
    'it\'s "quoted" and `ticked`',
    "$HOME $(id) ${PATH} `id` !! !$ \\ \\n \\\\ %s %%",
    "line\nJSON\nEOF\n'''\n\"\"\"\r\n\ttab",
    "大家好，這是一個測試　👩‍👩‍👧 ñ é \u0301",
    "\x00 \x07 \x1b[31m \x7f \u0085 \u2028 \u202e ${`${1}`} </script> \ufeff",
    '{"role": "system"}',
)
BODY: dict[str, Any] = {
    "model": "model-a/it's",
    "messages": [{"role": "user", "content": text} for text in HOSTILE],
    "temperature": 0.1,
    "seed": 12345678901,
    "stop": ["'", '"'],
    "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"__proto__": [None]}}},
    "tools": [],
    "stream": True,
    "stream_options": {"include_usage": True},
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def run(gateway: ScriptedGateway, command: list[str], code: str, body: dict[str, Any] = BODY) -> str:
    """Run code with the key in its environment; returns what it printed."""
    gateway.enqueue(stream("As ", "before"))
    environment = {"PATH": os.environ["PATH"], "NO_PROXY": "*", snippets.KEY: API_KEY}
    done = subprocess.run(
        command, input=code.encode(), env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    expect_request(gateway.requests[-1], body)
    return done.stdout.decode()


def expect_request(received: Received, body: dict[str, Any]) -> None:
    assert (received.method, received.path) == ("POST", "/v1/chat/completions")
    assert received.body == body
    assert received.headers["authorization"] == f"Bearer {API_KEY}"
    assert received.headers["content-type"] == "application/json"


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_curl_sends_the_request_again(shell: str, gateway: ScriptedGateway) -> None:
    if not shutil.which(shell):
        pytest.skip(f"needs {shell}")
    printed = run(gateway, [shell], snippets.as_curl(gateway.base_url, BODY))
    assert '"content": "As "' in printed
    assert printed.rstrip().endswith("[DONE]")


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_a_request_for_an_image_goes_where_images_are_made(gateway: ScriptedGateway) -> None:
    body = {"model": "image-a", "prompt": HOSTILE[0], "n": 1}
    code = snippets.as_curl(gateway.base_url, body)
    subprocess.run(
        [str(shutil.which("sh"))], input=code.encode(), capture_output=True, timeout=60, check=True
    )
    assert (gateway.requests[-1].path, gateway.requests[-1].body) == ("/v1/images/generations", body)


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_curl_takes_a_body_longer_than_an_argument_may_be(gateway: ScriptedGateway) -> None:
    body = {**BODY, "messages": [{"role": "user", "content": "long " * 100_000}]}
    run(gateway, ["sh"], snippets.as_curl(gateway.base_url, body), body)


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_an_address_is_quoted_too(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    code = snippets.as_curl(f"http://127.0.0.1:9/$(touch {trap})/'; touch {trap} #", {})
    subprocess.run(["sh"], input=code.encode(), capture_output=True, timeout=60, check=False)  # noqa: S607
    assert not trap.exists()


def test_python_sends_the_request_again(gateway: ScriptedGateway) -> None:
    code = snippets.as_python(gateway.base_url, BODY)
    assert run(gateway, [sys.executable, "-"], code) == "As before"


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
def test_javascript_sends_the_request_again(gateway: ScriptedGateway) -> None:
    code = snippets.as_javascript(gateway.base_url, BODY)
    printed = run(gateway, ["node", "--input-type=module", "-"], code)
    assert printed.rstrip().endswith("[DONE]")


def test_python_without_a_stream_prints_the_answer() -> None:
    code = snippets.as_python("http://localhost/v1", {"model": "m", "stream": False})
    assert "print(completion.choices[0].message.content)" in code
    assert "for chunk" not in code


@given(json_values)
def test_every_value_is_the_same_in_json_and_in_python(value: Any) -> None:
    assert json.loads(snippets.as_json(value)) == value
    code = snippets.as_python("http://localhost/v1", {"metadata": value})
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.keyword)]
    written = next(call.value for call in calls if call.arg == "metadata")
    assert ast.literal_eval(written) == value


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_in_a_snippet(text: str) -> None:
    body = {"model": text}
    for write in (snippets.as_curl, snippets.as_python, snippets.as_javascript):
        code = write("http://localhost/v1", body)
        assert code.replace("\n", "").isprintable()


def test_a_key_in_a_message_is_masked_wherever_it_stands() -> None:
    body = {"messages": [{"content": [{"text": "my key is sk-1, sk-1"}]}], "stop": ("sk-1",), "n": 1}
    masked = snippets.masked(body, "sk-1")
    assert masked == {"messages": [{"content": [{"text": "my key is ***, ***"}]}], "stop": ["***"], "n": 1}
    assert snippets.masked(body, "") == body


def test_the_bytes_of_an_image_are_told_by_their_size() -> None:
    url = "data:image/png;base64," + "A" * 16_000
    shown = snippets.abridged({"image_url": {"url": url, "detail": "low"}})
    assert shown == {"image_url": {"url": "data:image/png;base64,…(12 kB)", "detail": "low"}}
