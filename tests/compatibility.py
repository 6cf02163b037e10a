"""The whole app against a second, independent server: LiteLLM's proxy from PyPI, with mock models.

`python -m tests.compatibility [LITELLM]` writes docs/compatibility.md and fails if anything is not as it
should be. LITELLM is the proxy's command; without it, one is installed into an environment to throw away.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.app_server import ROOT, AppServer, free_port
from tests.page_socket import PageSocket

RELEASE = "1.108.7"
"""Of LiteLLM. Versions are pinned: 1.107.0 was a compromised release."""
KEY = "sk-compatibility-0a1b2c3d4e5f"
QUESTION, ANSWER = "Why is the sky blue?", "Air scatters short wavelengths of light far more than long ones."
MOCKS = {
    "mock-answer": ANSWER,
    "mock-busy": "litellm.RateLimitError",
    "mock-long": "litellm.ContextWindowExceededError",
    "mock-down": "litellm.InternalServerError",
}
CONFIG = {
    "model_list": [
        {
            "model_name": name,
            "litellm_params": {"model": "openai/mock", "api_key": "none", "mock_response": said},
        }
        for name, said in MOCKS.items()
    ],
    "general_settings": {"master_key": KEY},
    "litellm_settings": {"num_retries": 0, "telemetry": False},
}
START_SECONDS = 120.0
DOCUMENT = ROOT / "docs" / "compatibility.md"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried, what should have come, and what came."""

    what: str
    wanted: str
    came: str


def main(arguments: list[str]) -> int:
    """Run all checks, write the document, and say whether all is as it should be."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        command = Path(arguments[0]) if arguments else install(folder / "venv")
        base_url = stack.enter_context(proxy(command, folder))
        checks = [*on_the_command_line(base_url, folder), *on_the_page(base_url, folder)]
    DOCUMENT.write_text(document(checks), "utf-8")
    failed = [check for check in checks if check.wanted != check.came]
    for check in failed:
        sys.stdout.write(f"{check.what}: {check.came!r} instead of {check.wanted!r}\n")
    sys.stdout.write(f"{len(checks) - len(failed)} of {len(checks)} as they should be; see {DOCUMENT}\n")
    return bool(failed)


def install(folder: Path) -> Path:
    """LiteLLM's proxy in a virtual environment of its own; returns its command."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", f"litellm[proxy]=={RELEASE}"]
    subprocess.run(pip, check=True)
    return folder / "bin" / "litellm"


@contextmanager
def proxy(command: Path, folder: Path) -> Iterator[str]:
    """The proxy, running; gives its base URL."""
    config, port = folder / "proxy.yaml", free_port()
    config.write_text(json.dumps(CONFIG), "utf-8")  # JSON is YAML
    address = ["--host", "127.0.0.1", "--port", str(port)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(
            [str(command), "--config", str(config), *address], env=environment, stdout=log, stderr=log
        )
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}/health/liveliness")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(30)


def wait_until_ready(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("The proxy did not start.")


def on_the_command_line(base_url: str, folder: Path) -> Iterator[Check]:
    """`python -m lib ask --json` in all the ways that matter."""

    def ask(*options: str, key: str = KEY, url: str = base_url) -> dict[str, object]:
        variables = {"KKIAI_BASE_URL": url, "KKIAI_API_KEY": key, "CHAT_DATA_DIR": str(folder / "ask")}
        done = subprocess.run(
            [sys.executable, "-m", "lib", "ask", QUESTION, "--json", *options],
            cwd=ROOT,
            env={**os.environ, **variables, "CHAT_LOCAL_MODEL": "off"},
            stdout=subprocess.PIPE,
            check=False,
        )
        reply: dict[str, object] = json.loads(done.stdout)
        return reply

    yield Check("The first model of the list, streamed", f"{ANSWER} (stop, reported)", said(ask()))
    chat = ("--model", "mock-answer")
    whole = ask(*chat, "--no-stream", "--system", "Be brief.")
    yield Check("In one piece, with a system prompt", f"{ANSWER} (stop, reported)", said(whole))
    for model, category in (
        ("mock-busy", "rate_limited 429"),
        ("mock-long", "context_too_long 400"),
        ("mock-down", "upstream_down 500"),
        ("no-such-model", "invalid_model 400"),
    ):
        yield Check(f"`{model}`", category, said(ask("--model", model)))
    yield Check("A wrong key", "invalid_key 400", said(ask(*chat, key="sk-wrong-0123456789")))
    no_key = said(ask(*chat, key=""))
    yield Check("No key: this proxy says `Internal Server Error`, and no more", "upstream_down 500", no_key)
    yield Check("`/v1/v1`", "wrong_base_url 404", said(ask(*chat, url=f"{base_url}/v1")))


def said(reply: dict[str, object]) -> str:
    """A reply in one line: its text with finish reason and source of usage, or its error."""
    match reply:
        case {"error": {"category": category, "status": status}}:
            return f"{category} {status}"
        case {"text": text, "finish_reason": reason, "usage": {"source": source}}:
            return f"{text} ({reason}, {source})"
    return str(reply)


def on_the_page(base_url: str, folder: Path) -> Iterator[Check]:
    """A conversation in the real app, through its websocket."""
    with (
        AppServer(folder / "data", base_url, KKIAI_API_KEY=KEY) as server,
        PageSocket(server.url) as tab,
    ):
        listed = json.loads(json.loads(tab.widget("model_list").proto.json)["models"])
        models = sorted(model["id"] for model in listed)
        yield Check("The page's list of models", ", ".join(sorted(MOCKS)), ", ".join(models))
        tab.choose("model", "mock-answer")
        tab.ask(QUESTION)
        tab.wait_for_answer(ANSWER)
        yield Check("A question", ANSWER, tab.answer)
        tab.ask("And at sunset?")
        tab.wait_for(lambda: tab.text.count(ANSWER) == 2 and bool(tab.footer), "The second answer")
        tab.wait_until_idle()
        yield Check("A second turn", "2 answers", f"{tab.text.count(ANSWER)} answers")
        tab.click("refresh")
        tab.wait_until_idle()
        versions = re.findall(r"\d / \d", tab.text)
        yield Check("Regenerate: the versions that the page shows", "2 / 2", ", ".join(versions))
        yield trouble(tab, "mock-busy", "Too many requests just now", "Try again")
        yield trouble(tab, "mock-long", "The conversation is too long for this model", "Start a new chat")
        tab.click("open_usage")
        tab.wait_until_idle()
        metrics = [metric.proto.body for metric in tab.tree.nodes("metric")]
        yield Check("The usage panel's replies", "5", metrics[0])


def trouble(tab: PageSocket, model: str, title: str, label: str) -> Check:
    """Ask a model that fails; the page says what it is and offers what helps."""
    tab.choose("model", model)
    tab.ask(f"Do you hear me, {model}?")
    tab.wait_for(lambda: title in tab.alerts, title)
    tab.wait_until_idle()
    button = tab.widget(label.lower().replace(" ", "_")).proto.label
    came = f"{tab.alerts.partition('.')[0].strip('*')}: {button}"
    return Check(f"`{model}` on the page", f"{title}: {label}", came)


def document(checks: list[Check]) -> str:
    """The findings as a page of the documentation."""
    rows = "\n".join(
        f"| {check.what} | {check.came} | {'yes' if check.came == check.wanted else f'no: {check.wanted}'} |"
        for check in checks
    )
    return PAGE.format(release=RELEASE, rows=rows)


PAGE = """# Compatibility

The app is tried against servers that know nothing of it, beside the scripted gateway of its tests:

- **llama.cpp's server**, as the embedded model: `tests/gateway/embedded/test_model.py` and
  `tests/browser/chat/test_local_model.py`, with every run of the tests.
- **LiteLLM's proxy** {release} from PyPI, with mock models: the table below. It was written by
  `python -m tests.compatibility`, which installs the proxy into an environment that is thrown away, runs the
  command line and the real app against it, and fails if any result is not as expected.

| Tried | Result | As expected |
|---|---|---|
{rows}
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
