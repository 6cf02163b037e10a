"""An app of its own for every test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from lib import app
from tests.app_server import ROOT
from tests.scripted_gateway import ScriptedGateway
from tests.store.fresh import fresh

SECONDS = 20.0
VARIABLES = ("KKIAI_API_KEY", "KKIAI_BASE_URL", "KKIAI_MODEL", "CHAT_TITLE")

Opener = Callable[[], AppTest]
"""Opens the app's page, once the environment is as the test wants it."""


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Opener]:
    """The page as a visitor finds it, with a fresh data folder and no gateway chosen."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHAT_DATA_DIR", str(tmp_path / "data"))
    fresh(tmp_path / "data" / app.DATABASE).close()
    monkeypatch.setenv("CHAT_LOCAL_MODEL", "off")
    monkeypatch.chdir(ROOT)
    yield lambda: AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=SECONDS)
    app.stop()


@pytest.fixture
def chat(open_page: Opener, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page, opened, with the scripted gateway behind it."""
    monkeypatch.setenv("KKIAI_BASE_URL", gateway.base_url)
    # A server asks for the models when it starts. A page waits for them a second, and is drawn without them.
    application = app.get()
    assert application.engine.catalogue.listing(application.connection, wait_seconds=SECONDS).models
    return open_page().run()


def picker(chat: AppTest) -> Selectbox[str | None]:
    """The model picker of the chat."""
    [found] = [box for box in chat.selectbox if str(box.key).startswith("model-")]
    return found
