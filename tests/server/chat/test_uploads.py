"""Uploads on a real server: what a tab holds, what it may send at once, and what stays when it is closed."""

import http.client
import time
from collections.abc import Iterator
from contextlib import closing

import psutil
import pytest

from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import ScriptedGateway

MEGABYTE = 1024**2
JUNK = bytes(range(256)) * (17 * 4096)
"""17 MB that nothing can be read of."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app, which lets a closed tab come back for one second only."""
    data_dir = tmp_path_factory.mktemp("house") / "data"
    with (
        ScriptedGateway() as gateway,
        AppServer(data_dir, gateway.base_url, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1") as running,
    ):
        yield running


def wait_for_memory(process: psutil.Process, most: float) -> float:
    """Wait until a process has no more megabytes than that; how many it has. Nothing announces it."""
    deadline = time.monotonic() + PATIENCE
    while (now := process.memory_info().rss / MEGABYTE) > most and time.monotonic() < deadline:
        time.sleep(0.05)
    return now


def test_a_tab_holds_50_mb_and_none_of_it_stays_when_it_is_closed(house: AppServer) -> None:
    process = psutil.Process(house.pid)
    with PageSocket(house.url) as tab:
        tab.wait_until_idle()
        tab.send_file("first.bin", bytes(24 * MEGABYTE))  # what the first one brings into memory stays there
    empty = process.memory_info().rss / MEGABYTE
    with PageSocket(house.url) as tab:
        tab.wait_until_idle()
        for number in range(4):
            tab.send_file(f"{number}.bin", bytes(24 * MEGABYTE))
        assert process.memory_info().rss / MEGABYTE < empty + 75
    # The allocator may keep the room of one freed file, not of the two that the tab held.
    assert wait_for_memory(process, empty + 30) <= empty + 30


def test_what_did_not_fit_is_said_and_the_rest_waits(house: AppServer) -> None:
    with PageSocket(house.url) as tab:
        tab.ask("Read these", ("a.bin", JUNK), ("b.bin", JUNK), ("c.bin", JUNK), ("d.txt", b"Tea"))
        tab.wait_for_text("“c.bin” did not fit: files waiting to be read may have 50 MB in all; add it again")
        tab.wait_for_text("“b.bin” cannot be read here")
        tab.wait_until_idle()
        assert "d.txt" in tab.text
        assert not tab.tree.nodes("exception")


def test_a_tab_sends_no_more_at_once_than_one_file_may_have(house: AppServer) -> None:
    with PageSocket(house.url) as tab:
        tab.wait_until_idle()
        length = {"Content-Length": str(150 * MEGABYTE)}
        with closing(tab.begin_upload(length)), closing(tab.begin_upload(length)) as second:
            answer = second.getresponse()
            assert answer.status == http.client.REQUEST_ENTITY_TOO_LARGE
            assert b"Send one file at a time." in answer.read()
            with PageSocket(house.url) as other:
                other.wait_until_idle()
                other.send_file("mine.txt", b"Tea")
        with closing(tab.begin_upload({"Transfer-Encoding": "chunked"})) as unknown:
            assert unknown.getresponse().status == http.client.LENGTH_REQUIRED


def test_a_recording_is_let_go_though_it_was_refused(house: AppServer) -> None:
    with PageSocket(house.url, page="recordings") as tab:
        for _ in range(3):  # the third would be too much
            tab.click("open_import")
            tab.wait_until_idle()
            tab.upload("recording_file", "junk.json", JUNK)
            tab.wait_until_idle()
            assert tab.alerts == "This is not a JSON file."


def test_a_deck_is_let_go_though_it_was_refused(house: AppServer) -> None:
    with PageSocket(house.url, page="decks") as tab:
        for number in range(3):
            tab.upload(f"deck_file-{number}", "newer.yaml", b"version: 2 #" + b"-" * (17 * MEGABYTE))
            tab.wait_until_idle()
            assert "version must be 1" in tab.alerts
            assert not tab.tree.nodes("exception")
