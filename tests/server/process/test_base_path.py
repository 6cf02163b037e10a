"""The app below a path, as a proxy serves it beside other things."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
from oidc_provider_mock import User
from websockets.exceptions import InvalidStatus

from tests.app_server import AppServer
from tests.files.samples import image
from tests.page_socket import PageSocket
from tests.phone import Phone
from tests.scripted_gateway import ScriptedGateway, stream
from tests.server.accounts import EMAIL, PASSWORD, add_account
from tests.server.compare.test_audience import open_room
from tests.server.people.test_sign_in_elsewhere import at_provider
from tests.visitor import Visitor

# The provider runs in this process, with names that its libraries no longer recommend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib.*")

BASE = "/media/chat"
"""Two deep; the first name is also one of Streamlit's own paths, which the gates must not take it for."""


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    users = [User(sub="one", claims={"email": "one@example.com"})]
    with oidc_provider_mock.run_server_in_thread(user_claims=users) as running:
        yield f"http://localhost:{running.server_port}"


@pytest.fixture(scope="module")
def server(
    upstream: ScriptedGateway, provider: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppServer]:
    data_dir = tmp_path_factory.mktemp("below") / "data"
    add_account(data_dir, EMAIL, "presenter")
    secret = data_dir.with_name("client")
    secret.write_text("known-to-both\n")
    with AppServer(
        data_dir,
        upstream.base_url,
        CHAT_BASE_PATH=BASE,
        CHAT_SHARING="on",
        CHAT_SIGN_IN="password,oidc",
        CHAT_OIDC_ISSUER=provider,
        CHAT_OIDC_CLIENT_ID="chat",
        CHAT_OIDC_CLIENT_SECRET_FILE=str(secret),
        CHAT_OIDC_SIGN_OUT="on",
    ) as running:
        yield running


@pytest.fixture
def visitor(server: AppServer) -> Visitor:
    """A browser in which somebody has signed in."""
    visitor = Visitor(server.url, base=BASE)
    landed = visitor.sign_in(EMAIL, PASSWORD, f"{BASE}/compare?models=a")
    assert (landed.status, landed.leads_to) == (303, f"{BASE}/compare?models=a")
    return visitor


def tab(visitor: Visitor, page: str = "", address: str = "") -> PageSocket:
    return PageSocket(visitor.url + BASE, address, page, headers={"Cookie": visitor.cookie})


def cookie_paths(header: str) -> set[str]:
    return {morsel["path"] for morsel in SimpleCookie(header).values()}


def test_nothing_is_beside_the_path_but_what_watches_a_process(server: AppServer) -> None:
    visitor = Visitor(server.url)
    for path in ("/", BASE, f"{BASE}?c=1"):
        query = path.partition("?")[2]
        assert visitor.get(path).leads_to == f"{BASE}/" + (query and f"?{query}")
    for path in ("/about", "/sign-in", "/media", "/media/chats/about", "/static/js/index.js", "/room/x"):
        assert (visitor.get(path).status, path) == (404, path)
    for path in ("/ready", "/_stcore/health"):
        assert visitor.get(path).status == visitor.get(BASE + path).status == 200
    assert f'href="{BASE}/"' in visitor.get(f"{BASE}/about").text
    with pytest.raises(InvalidStatus, match="403"), PageSocket(server.url):
        pass


def test_the_way_in_leads_below_the_path(server: AppServer) -> None:
    visitor = Visitor(server.url, base=BASE)
    sent = urlsplit(visitor.get(f"{BASE}/compare?models=a").leads_to)
    assert (sent.path, parse_qs(sent.query)["next"]) == (f"{BASE}/sign-in", [f"{BASE}/compare?models=a"])
    form = visitor.get(f"{BASE}/sign-in?next=/elsewhere&synstar_language=de")
    assert f'action="{BASE}/sign-in"' in form.text
    assert f'name="next" value="{BASE}/"' in form.text, "nothing beside the path is ours"
    assert f'href="{BASE}/sign-in/oidc?' in form.text
    assert f'href="{BASE}/sign-in?' in form.text, "the languages"
    assert cookie_paths(form.headers["set-cookie"]) == {f"{BASE}/"}
    assert visitor.sign_in(EMAIL, PASSWORD).headers["set-cookie"].count(f"Path={BASE}/") == 1
    for path in ("/media/" + "0" * 64 + ".png", "/_stcore/upload_file/x/y"):
        assert visitor.ask("PUT" if "upload" in path else "GET", BASE + path).status == 404


def test_a_provider_leads_back_below_the_path(server: AppServer) -> None:
    visitor = Visitor(server.url, base=BASE)
    begun = visitor.get(f"{BASE}/sign-in/oidc")
    [back] = parse_qs(urlsplit(begun.leads_to).query)["redirect_uri"]
    assert back == f"{server.url}{BASE}/sign-in/callback"
    assert cookie_paths(begun.headers["set-cookie"]) == {f"{BASE}/sign-in"}
    landed = visitor.get(at_provider(visitor, "one", f"{BASE}/decks"))
    assert (landed.status, landed.leads_to) == (303, f"{BASE}/decks")
    left = visitor.submit(f"{BASE}/sign-out", f"{BASE}/sign-out")
    assert f"{BASE}/sign-in" in parse_qs(urlsplit(left.leads_to).query)["post_logout_redirect_uri"][0]


def test_a_page_and_all_that_it_loads_are_below_the_path(visitor: Visitor) -> None:
    for page in ("/", "/compare"):
        html = visitor.get(BASE + page).text
        loaded = re.findall(r'(?:href|src)="([^"]+)"', html)
        assert [each for each in loaded if not each.startswith("./")] == []
        scripts = [each for each in loaded if "/scripts/" in each or "/Button." in each]
        assert len(scripts) > 1
        for each in scripts:
            found = visitor.get(f"{BASE}/{each.removeprefix('./')}", Accept="*/*")
            assert found.headers["content-type"].partition(";")[0].endswith("/javascript")
            assert "content-encoding" not in found.headers
    moved = visitor.get(f"{BASE}/compare/")
    assert (moved.status, moved.leads_to) == (301, f"{BASE}/compare")
    lost = visitor.get(f"{BASE}/nonsense")
    assert (lost.status, f'href="{BASE}/"' in lost.text) == (404, True)


def test_a_chat_with_its_files_and_the_search(visitor: Visitor, upstream: ScriptedGateway) -> None:
    upstream.when("Look below", stream("I see"))
    with tab(visitor) as opened:
        opened.ask("Look below", ("a.png", image()))
        opened.wait_for_answer("I see")
        [path] = set(re.findall(rb"/media/\w+\.\w+", b"".join(opened.frames)))
        assert visitor.get(BASE + path.decode()).status == 200
        assert [hit["title"] for hit in opened.search("below")] == ["Look below"]
        data = [node.proto.json for node in opened.tree.nodes("bidi_component")]
        assert any(f'"{BASE}/search"' in each for each in data)
        assert any(f'"{BASE}/signed-in"' in each for each in data)
        for section in ("account", "general"):
            opened.open_settings(section)
        buttons = {node.proto.url for node in opened.tree.nodes("link_button")}
        assert f"{BASE}/about" in buttons


def test_a_room_and_its_links(visitor: Visitor) -> None:
    with tab(visitor, "compare", "models=model-a,model-b") as opened:
        link = open_room(opened)
        assert link.startswith(f"{visitor.url}{BASE}/room/")
        with Phone(link) as phone:
            assert phone.cookie
            page = phone.get()[2].decode()
            for name in re.findall(r'(?:href|src)="([^"]+\.(?:js|css))"', page):
                assert Visitor(visitor.url).get(name).status == 200
        [short] = {code for code in opened.text.split() if re.search(rf"{BASE}/room/\w{{6}}\b", code)}
        assert (
            Visitor(visitor.url).get("/" + short.strip("*`").partition("/")[2]).leads_to
            == urlsplit(link).path
        )
