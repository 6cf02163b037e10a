"""`python -m lib ask`: two tests start the process, the others call its `main`."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lib.i18n.pseudo import OPEN, PSEUDO
from tests.app_server import ROOT
from tests.command_line import CommandLine, environment, process
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, error, stream

USAGE = {"prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens", "source"}
TIMING = {"ttft_ms", "total_ms", "tokens_per_second"}
ERROR = {"category", "message", "hint", "status", "code", "request_id", "retryable"} | {
    "retry_after",
    "likely_base_url",
}
KEYS = {
    "model_requested",
    "model_served",
    "text",
    "reasoning",
    "refusal",
    "tool_calls",
    "citations",
    "files",
    "notices",
    "finish_reason",
    "usage",
    "timing",
    "error",
}


def test_a_reply_is_printed_and_the_status_is_0(gateway: ScriptedGateway, tmp_path: Path) -> None:
    gateway.enqueue(stream("Hello", " world", reasoning=["Hm."]))
    done = process(tmp_path, "ask", "Say hello", "--system", "Be brief.", KKIAI_BASE_URL=gateway.base_url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Hello world\n", "")
    [body] = [chat.body for chat in gateway.chats]
    assert body["stream"] is True
    assert body["model"] == "model-a"
    assert [message["content"] for message in body["messages"]] == ["Be brief.", "Say hello"]


def test_text_is_printed_while_the_rest_is_on_its_way(gateway: ScriptedGateway, tmp_path: Path) -> None:
    gate = Gate()
    gateway.enqueue(stream("First", " second", hold=gate, hold_after=1))
    command = [sys.executable, "-m", "lib", "ask", "Slowly", "--model", "model-b"]
    variables = environment(tmp_path, KKIAI_BASE_URL=gateway.base_url)
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            assert process.stdout.read(5) == b"First"
            assert gate.reached.wait(PATIENCE)
            assert process.poll() is None
        finally:
            gate.open()
        assert process.stdout.read() == b" second\n"
    assert process.returncode == 0


def test_a_reply_is_asked_for_in_one_piece_with_no_stream(
    gateway: ScriptedGateway, tmp_path: Path, lib: CommandLine
) -> None:
    gateway.enqueue(stream("All", " at once"))
    done = lib.run(tmp_path, "ask", "Hi", "--no-stream", "--model", "m", KKIAI_BASE_URL=gateway.base_url)
    assert (done.status, done.out) == (0, "All at once\n")
    assert not gateway.chats[0].body.get("stream")


def test_json_has_exactly_the_documented_keys(
    gateway: ScriptedGateway, tmp_path: Path, lib: CommandLine
) -> None:
    gateway.enqueue(stream("Hello", " world", reasoning=["Hm."], model="model-served"))
    done = lib.run(tmp_path, "ask", "Hi", "--json", "--model", "m", KKIAI_BASE_URL=gateway.base_url)
    assert done.status == 0
    reply = json.loads(done.out)
    assert (set(reply), set(reply["usage"]), set(reply["timing"])) == (KEYS, USAGE, TIMING)
    assert (reply["model_requested"], reply["model_served"]) == ("m", "model-served")
    assert (reply["text"], reply["reasoning"], reply["finish_reason"]) == ("Hello world", "Hm.", "stop")
    counts = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8, "source": "reported"}
    assert reply["usage"] == counts | {"cached_tokens": None, "reasoning_tokens": None}
    assert 0 < reply["timing"]["ttft_ms"] <= reply["timing"]["total_ms"]
    assert reply["error"] is None


def test_a_failure_has_status_1_and_says_what_to_do(
    gateway: ScriptedGateway, tmp_path: Path, lib: CommandLine
) -> None:
    said = {"error": {"message": "Invalid token", "code": "invalid_api_key"}}
    gateway.when("Hi", error(401, said))
    done = lib.run(
        tmp_path, "ask", "Hi", "--model", "m", KKIAI_BASE_URL=gateway.base_url, KKIAI_API_KEY="sk-wrong"
    )
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("Invalid token.\n")
    assert len(done.err.splitlines()) == 2
    as_json = lib.run(tmp_path, "ask", "Hi", "--model", "m", "--json", KKIAI_BASE_URL=gateway.base_url)
    assert as_json.status == 1
    failure = json.loads(as_json.out)["error"]
    assert set(failure) == ERROR
    assert (failure["category"], failure["status"], failure["code"]) == (
        "invalid_key",
        401,
        "invalid_api_key",
    )
    assert failure["retryable"] is False


def test_a_reply_that_breaks_off_keeps_its_text_and_has_status_1(
    gateway: ScriptedGateway, tmp_path: Path, lib: CommandLine
) -> None:
    gateway.enqueue(stream("Half a", hang_up=True))
    done = lib.run(tmp_path, "ask", "Hi", "--model", "m", KKIAI_BASE_URL=gateway.base_url)
    assert (done.status, done.out) == (1, "Half a\n")
    assert done.err


def test_a_missing_key_has_status_1_before_anything_is_sent(tmp_path: Path, lib: CommandLine) -> None:
    done = lib.run(tmp_path, "ask", "Hi", OPENAI_API_KEY="sk-of-somebody-else")
    assert (done.status, done.out) == (1, "")
    assert "No API key is set." in done.err
    assert "KKIAI_API_KEY" in done.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "the following arguments are required: prompt"),
        (["Hi", "--base-url", "nonsense"], "lib: KKIAI_BASE_URL must be an address"),
        (["Hi", "--api-key-file", "/no/such/file"], "No such file"),
    ],
    ids=["no prompt", "bad address", "no key file"],
)
def test_wrong_usage_has_status_2_and_one_sentence(
    tmp_path: Path, lib: CommandLine, arguments: list[str], sentence: str
) -> None:
    done = lib.run(tmp_path, "ask", *arguments)
    assert (done.status, done.out) == (2, "")
    assert sentence in done.err
    assert "Traceback" not in done.err


def test_options_count_more_than_the_environment(
    gateway: ScriptedGateway, tmp_path: Path, lib: CommandLine
) -> None:
    key_file = tmp_path / "key"
    key_file.write_text("sk-from-the-file\n")
    gateway.enqueue(stream("Hello"))
    options = ("--base-url", gateway.base_url, "--api-key-file", str(key_file))
    variables = {"KKIAI_BASE_URL": "http://127.0.0.1:9/v1", "KKIAI_API_KEY": "sk-from-the-environment"}
    assert lib.run(tmp_path, "ask", "Hi", *options, **variables).status == 0
    assert {request.headers["authorization"] for request in gateway.requests} == {"Bearer sk-from-the-file"}


def test_the_key_of_another_program_is_never_sent(
    gateway: ScriptedGateway, tmp_path: Path, lib: CommandLine
) -> None:
    others = {"OPENAI_API_KEY": "sk-other", "OPENAI_ORG_ID": "org-other", "OPENAI_BASE_URL": "http://x.test"}
    gateway.enqueue(stream("Hello"))
    assert lib.run(tmp_path, "ask", "Hi", KKIAI_BASE_URL=gateway.base_url, **others).status == 0
    assert len(gateway.requests) == 2
    for request in gateway.requests:
        assert "authorization" not in request.headers
        assert "other" not in str(request.headers)


COMMANDS = [
    *((name,) for name in ("ask", "doctor", "export", "import", "share")),
    *(("audit", action) for action in ("verify", "export")),
    *(("limit", action) for action in ("list", "set", "remove")),
    *(("limit", action, whom) for action in ("set", "remove") for whom in ("everybody", "role", "person")),
    ("secret", "rotate"),
    *(("user", action) for action in ("add", "list", "role", "hand-over", "adopt", "export", "remove")),
    *(("user", action) for action in ("disable", "enable", "sign-out", "reset")),
    *((name,) for name in ("audit", "limit", "secret", "user")),
    (),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_all_that_the_help_says_is_in_the_language_of_the_terminal(
    words: tuple[str, ...], tmp_path: Path, lib: CommandLine
) -> None:
    help_ = lib.run(tmp_path, *words, "--help", LANGUAGE="", LC_ALL=f"{PSEUDO}.UTF-8").out
    entries = re.split(r"\n {2,4}(?=[-\w{])", help_.partition("\n\n")[2])
    said = [entry for entry in entries[1:] if not re.fullmatch(r"\{[\w,-]+\}\s*(\.\.\.)?", entry.strip())]
    assert said
    assert [entry for entry in said if OPEN not in entry] == []


def test_so_are_errors(tmp_path: Path, lib: CommandLine) -> None:
    chinese = {"LANGUAGE": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN.UTF-8"}
    assert "错误：缺少必需的参数：prompt" in lib.run(tmp_path, "ask", **chinese).err
    done = lib.run(tmp_path, "export", "--conversation", "none", **chinese)
    assert (done.status, done.err) == (1, "lib: 没有对话“none”。\n")
    # A script that asks for no language gets none, whatever its user reads.
    assert (
        "There is no conversation"
        in lib.run(tmp_path, "export", "--conversation", "none", **{**chinese, "LC_ALL": "C.UTF-8"}).err
    )
