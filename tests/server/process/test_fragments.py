"""A part of a page that runs again by itself takes nothing of the page's own run away."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway, error

TABS, RUNS = 16, 14
"""So many at once, so often each: what went wrong did so once in sixty times."""
TIMED = "list_models"
"""A button in the banner of a gateway that is down, which has a timer."""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with ScriptedGateway(("model-a",)) as gateway:
        gateway.answer_models(error(503, {"error": {"message": "No available channel"}}))
        with AppServer(tmp_path / "data", gateway.base_url, KKIAI_API_KEY="sk-planted") as running:
            yield running.url


def heard(tab: PageSocket, begin: int) -> list[ForwardMsg]:
    """The messages that the tab had after the first `begin`."""
    return [ForwardMsg.FromString(frame) for frame in tab.frames[begin:]]


def has_reached(tab: PageSocket, begin: int, number: int) -> bool:
    """Whether the run that was asked for then has begun, and has sent so many messages or ended.

    Before it begins, a fragment's request would become a part of it.
    """
    kinds = [each.WhichOneof("type") for each in heard(tab, begin)]
    return "new_session" in kinds and (len(kinds) > number or "script_finished" in kinds)


def ends(tab: PageSocket, begin: int) -> list[int]:
    """How the runs ended of which the tab has heard since then."""
    said = heard(tab, begin)
    return [each.script_finished for each in said if each.WhichOneof("type") == "script_finished"]


def runs_of_which_nothing_was_heard(url: str) -> int:
    lost = 0
    with PageSocket(url) as tab:
        tab.widget(TIMED)
        tab.wait_until_idle()
        for number in range(RUNS):
            begin = len(tab.frames)
            tab.rerun()
            # At another moment of the run each time, of which the last one matters.
            tab.wait_for(lambda: has_reached(tab, begin, number), "A part of the page")  # noqa: B023
            tab.tick(TIMED)
            fragment = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
            tab.wait_for(lambda: fragment in ends(tab, begin), "The end of the fragment's run")  # noqa: B023
            lost += ForwardMsg.FINISHED_SUCCESSFULLY not in ends(tab, begin)
    return lost


def test_a_page_hears_of_the_end_of_its_run_whenever_a_timer_goes_off(url: str) -> None:
    with ThreadPoolExecutor(TABS) as tabs:
        assert sum(tabs.map(runs_of_which_nothing_was_heard, [url] * TABS)) == 0
