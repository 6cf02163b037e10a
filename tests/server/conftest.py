"""One running app for all tests here that leave it as they found it."""

from collections.abc import Iterator

import pytest

from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway

API_KEY = "sk-planted-0123456789abcdef"
"""The key that `site` is started with."""


@pytest.fixture(scope="package")
def upstream() -> Iterator[ScriptedGateway]:
    """The gateway behind `site`. Its users ask different questions, so that their scripts do not meet."""
    with ScriptedGateway() as running:
        yield running


@pytest.fixture(scope="package")
def site(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app, running."""
    data_dir = tmp_path_factory.mktemp("site") / "data"
    with AppServer(data_dir, upstream.base_url, KKIAI_API_KEY=API_KEY) as running:
        yield running


@pytest.fixture(scope="package")
def island(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """An app that may share, without a key, whose gateway is not there."""
    data_dir = tmp_path_factory.mktemp("island") / "data"
    with AppServer(data_dir, "http://127.0.0.1:9/v1", CHAT_SHARING="on") as running:
        yield running


@pytest.fixture
def tab(site: AppServer) -> Iterator[PageSocket]:
    """A tab of its own on the app."""
    with PageSocket(site.url) as opened:
        yield opened
