"""Fixtures for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from lib.gateway import retries
from tests.app_server import AppServer
from tests.scripted_gateway import ScriptedGateway

# The same examples in every run: a gate must not fail by chance.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


PLACES_WITH_SERVERS = ("browser", "engine", "gateway", "server", "web")
"""Folders whose tests share few cores with servers and browsers, which a busy machine can starve."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Such a test that fails is tried once more. The summary names it as RERUN: that is a bug to mend."""
    for item in items:
        if item.path.parent.name in PLACES_WITH_SERVERS:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails on purpose fails at once: in this process, retries wait for nothing."""
    monkeypatch.setattr(retries, "FIRST_PAUSE_SECONDS", 0.0)


@pytest.fixture
def gateway() -> Iterator[ScriptedGateway]:
    """A scripted gateway on loopback, running."""
    with ScriptedGateway() as running:
        yield running


@pytest.fixture
def server(gateway: ScriptedGateway, tmp_path: Path) -> Iterator[AppServer]:
    """The app, started against the scripted gateway with a fresh data folder."""
    with AppServer(tmp_path / "data", gateway.base_url) as running:
        yield running
