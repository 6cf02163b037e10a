"""How the server starts: with what it needs, and without."""

import json
from pathlib import Path

import pytest

from tests.app_server import AppServer, cold
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.scripted_gateway.replies import JSON, Reply


def test_a_deep_link_right_after_the_start_shows_the_frame(
    gateway: ScriptedGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started as a person starts it: nothing is imported yet."""
    monkeypatch.setattr(AppServer, "launch", staticmethod(cold))
    with (
        AppServer(tmp_path / "data", gateway.base_url) as server,
        PageSocket(server.url, page="chat") as tab,
    ):
        tab.wait_for_text("What would you like to know?")
        tab.wait_until_idle()
        assert "st-key-composer" in "".join(node.proto.body for node in tab.tree.nodes("html"))
        assert "SynStar Chat" in tab.titles


def test_a_question_asked_before_the_models_are_listed_is_answered(
    gateway: ScriptedGateway, tmp_path: Path
) -> None:
    gate, listing = Gate(), json.dumps({"data": [{"id": "model-late"}]}).encode()
    gateway.answer_models(lambda _: Reply([listing], headers=JSON, before=[gate]))
    gateway.when("Too early?", stream("In time"))
    with AppServer(tmp_path / "data", gateway.base_url) as app, PageSocket(app.url) as tab:
        tab.widget("prompt")
        assert gate.reached.wait(PATIENCE)
        tab.ask("Too early?")
        gate.open()
        tab.wait_for_answer("In time")
        assert tab.footer.startswith("model-late")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("KKIAI_BASE_URL", "kkiai dot com"), ("KKIAI_API_KEY", "sk-two words")],
)
def test_a_setting_that_cannot_be_used_ends_the_start_with_one_sentence(
    tmp_path: Path, variable: str, value: str
) -> None:
    app = AppServer(tmp_path / "data", **{variable: value})
    with pytest.raises(RuntimeError):
        app.start()
    assert app.stop() == 1
    lines = [line for line in app.log.splitlines() if line and not line.startswith("  ")]
    assert len(lines) == 1
    assert lines[0].startswith(f"SynStar Chat cannot start: {variable} ")


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])  # noqa: S104 - it must be refused
def test_without_sign_in_no_network_is_served(tmp_path: Path, address: str) -> None:
    app = AppServer(tmp_path / "data", STREAMLIT_SERVER_ADDRESS=address)
    with pytest.raises(RuntimeError):
        app.start()
    app.stop()
    assert f"SynStar Chat cannot start: The address {address} can be reached from other machines" in app.log
    assert "Set it to guest, password, oidc or header" in app.log


def test_a_data_folder_that_cannot_be_used_is_named_and_the_chat_works_without(
    gateway: ScriptedGateway, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with AppServer(tmp_path / "data", gateway.base_url) as app, PageSocket(app.url) as tab:
        tab.wait_for(lambda: "are kept in memory" in tab.alerts, "The warning")
        assert str(tmp_path / "data") in tab.alerts.replace("\\", "")
        gateway.when("Nevertheless", stream("Answered"))
        tab.ask("Nevertheless")
        tab.wait_for_answer("Answered")
        assert f"The folder {tmp_path / 'data'} cannot be used" in app.log
        assert not app.traceback, app.traceback
