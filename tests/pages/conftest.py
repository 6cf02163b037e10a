"""An app of its own for every test."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib import app
from tests.app_server import ROOT
from tests.scripted_gateway import ScriptedGateway
from tests.store.fresh import fresh

SECONDS = 20.0
VARIABLES = ("KKIAI_API_KEY", "KKIAI_BASE_URL", "KKIAI_MODEL", "CHAT_TITLE")

Opener = Callable[[], AppTest]
"""Opens the app's page, once the environment is as the test wants it."""


class WholePage(AppTest):
    """The page in its frame. From the second run on, `AppTest` would leave the frame out."""

    def _run(self, *args: Any, **named: Any) -> AppTest:
        self._finished_page_script_hash = ""
        return super()._run(*args, **named)


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Opener]:
    """The page as a visitor finds it, with a fresh data folder and no gateway chosen."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHAT_DATA_DIR", str(tmp_path / "data"))
    fresh(tmp_path / "data" / app.DATABASE).close()
    monkeypatch.setenv("CHAT_LOCAL_MODEL", "off")
    monkeypatch.chdir(ROOT)
    yield lambda: WholePage(str(ROOT / "streamlit_app.py"), default_timeout=SECONDS)
    app.stop()


@pytest.fixture
def chat(open_page: Opener, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page, opened, with the scripted gateway behind it."""
    monkeypatch.setenv("KKIAI_BASE_URL", gateway.base_url)
    # A server asks for the models when it starts. A page waits for them a second, and is drawn without them.
    application = app.get()
    assert application.engine.catalogue.listing(application.connection, wait_seconds=SECONDS).models
    return open_page().run()


class Picker:
    """The model picker of the chat, which is a component of our own."""

    def __init__(self, chat: AppTest) -> None:
        self._chat = chat

    @property
    def options(self) -> list[str]:
        """The models that it offers."""
        return [model["id"] for model in json.loads(self._data("model_list")["models"])]

    @property
    def value(self) -> str:
        """The chosen model."""
        return str(self._data("model")["chosen"][0])

    def set_value(self, model: str) -> AppTest:
        """Choose a model."""
        self._chat.session_state["session"].conversation.model = model
        return self._chat

    def _data(self, key: str) -> dict[str, Any]:
        found = [each.proto for each in self._chat.get("bidi_component") if each.proto.id.endswith(f"-{key}")]
        return dict(json.loads(found[-1].json))


def picker(chat: AppTest) -> Picker:
    """The model picker of the chat."""
    return Picker(chat)
