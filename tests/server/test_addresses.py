"""An address that names something of somebody else shows what an address with a made-up id shows."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest

from tests.app_server import ROOT, AppServer
from tests.scripted_gateway import ScriptedGateway, stream
from tests.server.accounts import EMAIL, OTHER, add_account, server_with_accounts, signed_in, tab_of
from tests.server.test_decks import wait_for_cells, write_deck
from tests.visitor import Visitor

PAGES = sorted(file.stem for file in (ROOT / "pages").glob("*.py"))
HOMES = {
    "c": ("chat",),
    "comparison": ("compare", "present"),
    "deck": ("decks",),
    "run": ("decks",),
    "recording": ("recordings", "present"),
}
"""For each parameter that names something, the pages which show it to its owner."""
SAID = "Nobody else may read this."
NOWHERE = "0123456789abcdef" * 2
"""An id that nothing has."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[ScriptedGateway]:
    with ScriptedGateway(("model-a", "model-b")) as running:
        running.answer_chats(stream(SAID))
        yield running


@pytest.fixture(scope="module")
def server(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    data_dir = tmp_path_factory.mktemp("addresses") / "data"
    add_account(data_dir, OTHER, "admin")
    with server_with_accounts(data_dir, upstream.base_url, EMAIL, CHAT_SHARING="on") as running:
        yield running


@pytest.fixture(scope="module")
def owner(server: AppServer) -> Visitor:
    return signed_in(server)


@pytest.fixture(scope="module")
def other(server: AppServer) -> Visitor:
    """The browser of an admin, who has every page."""
    return signed_in(server, OTHER)


@pytest.fixture(scope="module")
def ids(owner: Visitor) -> dict[str, str]:
    """What the owner has made on the pages, by the parameter that names it."""
    named: dict[str, str] = {}
    with tab_of(owner) as tab:
        tab.ask("A chat")
        tab.wait_for_answer(SAID)
        named |= parse_qsl(tab.address)
    with tab_of(owner, "models=model-a,model-b", "compare") as tab:
        tab.ask("A comparison")
        tab.wait_for(lambda: tab.text.count(SAID) == 2, "Both answers")
        tab.wait_until_idle()
        named |= parse_qsl(tab.address)
        tab.click("keep")
        tab.wait_until_idle()
    with tab_of(owner, page="recordings") as tab:
        tab.wait_for_text("Recorded on")
        tab.wait_until_idle()
        [key] = [key for key in tab.tree.keys("open-") if tab.widget(key).proto.label == "A comparison"]
        named["recording"] = key.removeprefix("open-")
    with tab_of(owner, page="decks") as tab:
        write_deck(tab, "A prompt")
        named |= parse_qsl(tab.address)
        tab.click("run_deck")
        wait_for_cells(tab, SAID, SAID)
        named |= parse_qsl(tab.address)
    return named


def test_each_kind_has_a_page_that_shows_it_to_its_owner(owner: Visitor, ids: dict[str, str]) -> None:
    assert ids.keys() == HOMES.keys()
    for name, pages in HOMES.items():
        for page in pages:
            assert seen(owner, f"{name}={ids[name]}", page) != seen(owner, f"{name}={NOWHERE}", page)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_somebody_elses_looks_as_if_it_had_never_been(
    other: Visitor, ids: dict[str, str], page: str
) -> None:
    for name, id_ in ids.items():
        assert seen(other, f"{name}={id_}", page) == seen(other, f"{name}={NOWHERE}", page)


def seen(visitor: Visitor, address: str, page: str) -> dict[str, str]:
    """All that an address shows, once the page is drawn."""
    with tab_of(visitor, address, page) as tab:
        tab.wait_until_idle()
        return {
            "text": tab.text,
            "toasts": tab.toasts,
            "alerts": tab.alerts,
            "titles": " ".join(tab.titles),
            "address": re.sub("[0-9a-f]{32}", "id", tab.address),
        }
