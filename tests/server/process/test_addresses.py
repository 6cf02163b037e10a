"""An address that names something of somebody else shows what an address with a made-up id shows."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

import oidc_provider_mock
import pytest
from oidc_provider_mock import User

from tests.app_server import ROOT, AppServer
from tests.scripted_gateway import ScriptedGateway, stream
from tests.server.accounts import EMAIL, OTHER, add_account, signed_in, tab_of
from tests.server.compare.test_decks import wait_for_cells, write_deck
from tests.server.people.test_sign_in_elsewhere import at_provider
from tests.visitor import Visitor

# The provider runs in this process, with names that its libraries no longer recommend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib.*")

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
def provider() -> Iterator[str]:
    users = [User(sub=name, claims={"email": f"{name}@example.com"}) for name in ("one", "two")]
    with oidc_provider_mock.run_server_in_thread(user_claims=users) as running:
        yield f"http://localhost:{running.server_port}"


@pytest.fixture(scope="module")
def server(
    upstream: ScriptedGateway, provider: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppServer]:
    """The app, into which people come in every way."""
    folder = tmp_path_factory.mktemp("addresses")
    secret = folder / "client"
    secret.write_text("known-to-both\n")
    add_account(folder / "data", EMAIL)
    add_account(folder / "data", OTHER, "admin")
    with AppServer(
        folder / "data",
        upstream.base_url,
        CHAT_SHARING="on",
        CHAT_SIGN_IN="password,guest,oidc,header",
        CHAT_OIDC_ISSUER=provider,
        CHAT_OIDC_CLIENT_ID="chat",
        CHAT_OIDC_CLIENT_SECRET_FILE=str(secret),
        CHAT_TRUSTED_HEADER="Remote-User",
        CHAT_TRUSTED_PROXIES="127.0.0.0/8",
    ) as running:
        yield running


@pytest.fixture(scope="module", params=["password", "guest", "oidc", "header"])
def pair(request: pytest.FixtureRequest, server: AppServer) -> tuple[Visitor, Visitor]:
    """The browsers of two people who come in this way; by password the second one is an admin."""
    one, two = Visitor(server.url), Visitor(server.url)
    match request.param:
        case "password":
            return signed_in(server), signed_in(server, OTHER)
        case "guest":
            one.enter()
            two.enter()
        case "oidc":
            one.get(at_provider(one, "one"))
            two.get(at_provider(two, "two"))
        case "header":
            one.headers, two.headers = {"Remote-User": "one"}, {"Remote-User": "two"}
    return one, two


@pytest.fixture(scope="module")
def owner(pair: tuple[Visitor, Visitor]) -> Visitor:
    return pair[0]


@pytest.fixture(scope="module")
def other(pair: tuple[Visitor, Visitor]) -> Visitor:
    return pair[1]


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
