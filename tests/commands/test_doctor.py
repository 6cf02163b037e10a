"""`python -m lib doctor`: one test starts the process, the others call its `main`."""

import json
from contextlib import closing
from pathlib import Path

from lib.domain.models.capabilities import Capability
from lib.store import Store
from tests.command_line import CommandLine, process
from tests.scripted_gateway import ScriptedGateway, error
from tests.scripted_gateway.models import able

KEY = "sk-planted-0123456789abcdef"


def test_a_good_server_has_status_0_and_a_line_a_check(gateway: ScriptedGateway, tmp_path: Path) -> None:
    gateway.answer_chats(able(ignores=("tools",)))
    done = process(tmp_path, "doctor", "--model", "model-b", KKIAI_BASE_URL=gateway.base_url)
    assert (done.returncode, done.stderr) == (0, "")
    first, _, *lines = done.stdout.splitlines()
    assert first == f"{gateway.base_url}: about 11 requests and 890 tokens. Ctrl-C stops."
    assert "passed         One-token chat       model-b answered in" in done.stdout
    assert "not supported  Tools                Tools are accepted, but the model answered in words." in lines
    assert "                                    -> Choose another model for tools." in lines


def test_json_tells_all_of_it_and_the_pages_are_told_too(
    gateway: ScriptedGateway, tmp_path: Path, lib: CommandLine
) -> None:
    gateway.answer_chats(able(refuses=("image",)))
    done = lib.run(tmp_path, "doctor", "--json", "--base-url", gateway.base_url)
    assert done.status == 0
    told = json.loads(done.out)
    assert set(told) == {
        *("base_url", "model", "estimate", "findings", "capabilities", "failed", "stopped", "problem"),
    }
    assert (told["base_url"], told["model"], told["failed"]) == (gateway.base_url, "model-a", False)
    assert told["estimate"] == {"requests": 11, "tokens": 890}
    assert told["capabilities"]["vision"] is False
    finding = told["findings"][-1]
    assert set(finding) == {
        *("name", "title", "verdict", "meaning", "advice", "capability", "duration_ms"),
    }
    with closing(Store(tmp_path / "chat.sqlite3")) as store:
        known = store.capabilities.of(gateway.base_url)["model-a"]
    assert known.missing == {Capability.VISION}


def test_a_failure_has_status_1_says_what_to_do_and_keeps_the_key(
    gateway: ScriptedGateway, tmp_path: Path, lib: CommandLine
) -> None:
    gateway.answer_models(error(401, {"error": {"message": f"Invalid token {KEY}", "code": "invalid"}}))
    (tmp_path / "key").write_text(KEY)
    done = lib.run(
        tmp_path, "doctor", "--base-url", gateway.base_url, "--api-key-file", str(tmp_path / "key")
    )
    assert done.status == 1
    assert "failed         API key              Invalid token" in done.out
    assert "-> Check the API key" in done.out
    assert KEY not in done.out + done.err
    assert gateway.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_what_is_no_address_has_status_2(tmp_path: Path, lib: CommandLine) -> None:
    done = lib.run(tmp_path, "doctor", "--base-url", "www.kkiai.com")
    assert (done.status, done.out) == (2, "")
    assert "KKIAI_BASE_URL must be an address" in done.err
