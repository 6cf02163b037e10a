"""The walk through the whole demo: compare, vote, reveal, report, replay, present."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.app_server import AppServer
from tests.browser import demo
from tests.browser.conftest import OpenChat
from tests.scripted_gateway import ScriptedGateway

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def gateway() -> Iterator[ScriptedGateway]:
    with ScriptedGateway(demo.MODELS) as running:
        demo.prepare(running)
        yield running


@pytest.fixture(scope="module")
def server(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app, with sharing allowed."""
    data_dir = tmp_path_factory.mktemp("demo") / "data"
    with AppServer(data_dir, gateway.base_url, CHAT_SHARING="on") as running:
        yield running


def test_the_whole_demo(open_chat: OpenChat, gateway: ScriptedGateway, tmp_path: Path) -> None:
    def look(_: str, page: Page) -> None:
        """On every screen of the demo nothing sticks out to the side."""
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    demo.walk(open_chat(), gateway, tmp_path, look)
