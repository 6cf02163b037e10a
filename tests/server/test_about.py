"""The page about the app: what it tells, to whom, and what it keeps to itself."""

import socket
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest

from lib.config import ROOT, VERSION
from lib.web.language import PARAMETER
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.report.html_tree import Tree
from tests.visitor import Visitor


def page(server: AppServer) -> str:
    with urllib.request.urlopen(f"{server.url}/about", timeout=20) as response:
        assert response.url == f"{server.url}/about"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        return str(response.read().decode())


def test_it_tells_version_licence_and_each_package(site: AppServer) -> None:
    html = page(site)
    said = " ".join(Tree.of(html).text.split())
    assert f"Version {VERSION}" in said
    assert "MIT License" in said
    for package in ("streamlit", "openai", "SQLAlchemy"):
        assert f'<th scope="row">{package.lower()}</th><td>{version(package)}</td>'.lower() in html.lower()
    assert "Apache" in said


def test_it_tells_nothing_of_the_machine(site: AppServer) -> None:
    html = page(site)
    for secret in (str(ROOT), str(Path.home()) + "/", "site-packages", socket.gethostname(), str(site.port)):
        assert secret not in html


@pytest.mark.parametrize("ways", ["password", "guest"])
def test_nobody_has_to_sign_in_for_it(ways: str, tmp_path: Path) -> None:
    with AppServer(tmp_path / "data", "http://127.0.0.1:9/v1", CHAT_SIGN_IN=ways) as closed:
        assert f"Version {VERSION}" in page(closed)


def test_it_is_in_the_language_that_was_chosen_in_the_settings(tmp_path: Path) -> None:
    with AppServer(tmp_path / "data", "http://127.0.0.1:9/v1") as server:
        with PageSocket(server.url) as tab:
            tab.open_settings("General")
            tab.choose("language", "中文 (简体)")
            tab.wait_until_idle()
        assert '<html lang="zh-Hans"' in page(server)
        assert '<html lang="en"' in Visitor(server.url).get(f"/about?{PARAMETER}=en").text


def test_the_version_is_the_newest_released_in_the_changelog() -> None:
    log = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = [line.split()[1] for line in log.splitlines() if line.startswith("## ")]
    assert headings[:2] == ["Unreleased", VERSION]
