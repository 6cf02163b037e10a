"""Every known error of every known server, over HTTP, as `python -m lib ask --json` tells it."""

import json
from pathlib import Path
from typing import Any

import pytest

from lib.__main__ import main
from lib.commands import FAILED
from lib.config import VARIABLES
from lib.gateway import retries
from tests.scripted_gateway import ScriptedGateway, raw, silence, stream
from tests.scripted_gateway.replies import Script

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "gateway" / "fixtures" / "errors.json").read_text("utf-8")
)
KEY = "sk-Vq7Rt2Lx9Zw4Bn8Kd3Mf6Hs1Jg5Pc0"
FRAMING = {"content-length", "transfer-encoding", "connection", "content-encoding"}
"""What the scripted gateway says itself about how its answer is sent."""


@pytest.fixture
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gateway: ScriptedGateway) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)
    monkeypatch.setenv("KKIAI_BASE_URL", gateway.base_url)
    monkeypatch.setenv("KKIAI_API_KEY", KEY)
    monkeypatch.setenv("CHAT_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(retries, "FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(retries, "LONGEST_PAUSE_SECONDS", 0.0)


@pytest.mark.usefixtures("_settings")
@pytest.mark.parametrize("way", [(), ("--no-stream",)], ids=["streamed", "whole"])
def test_every_case_is_told_in_its_category(
    way: tuple[str, ...], gateway: ScriptedGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = []
    for case in CASES:
        headers = {name: value for name, value in case["headers"].items() if name.lower() not in FRAMING}
        gateway.when(case["name"], raw(case["body"].encode(), status=case["status"], headers=headers))
        status = main(["ask", case["name"], "--json", "--model", "gpt-4o", *way])
        shown = capsys.readouterr()
        error = json.loads(shown.out)["error"]
        accepted = {case["expected_category"], *case.get("also_acceptable", ())}
        if status != FAILED or error["category"] not in accepted:
            wrong.append((case["name"], error, accepted))
        assert error["message"]
        assert error["hint"].endswith(".")
        assert KEY not in shown.out + shown.err
    assert len(CASES) > 90
    assert wrong == []


@pytest.mark.usefixtures("_settings")
@pytest.mark.parametrize(
    ("variable", "script", "category"),
    [
        ("CHAT_FIRST_BYTE_SECONDS", silence(), "timeout"),
        ("CHAT_IDLE_SECONDS", stream("Half", then_silence=True), "stream_interrupted"),
    ],
)
def test_the_patience_of_the_settings_holds(
    gateway: ScriptedGateway,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    script: Script,
    category: str,
) -> None:
    monkeypatch.setenv(variable, "0.2")
    gateway.when("Take your time", script)
    assert main(["ask", "Take your time", "--json", "--model", "m"]) == FAILED
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["category"] == category
    assert "did not answer in time" in error["message"]
