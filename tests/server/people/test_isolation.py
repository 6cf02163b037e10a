"""Of what one person has another one gets exactly what somebody gets who asks for what never was."""

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Route

from lib.ui.server import asgi
from lib.web.sign_in.gate import FREE
from tests.app_server import AppServer
from tests.files.samples import image
from tests.scripted_gateway import ScriptedGateway, stream
from tests.server.accounts import EMAIL, OTHER, server_with_accounts, signed_in, tab_of
from tests.visitor import Visitor


@pytest.fixture(scope="module")
def server(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with accounts of two people."""
    data_dir = tmp_path_factory.mktemp("people") / "data"
    with server_with_accounts(data_dir, upstream.base_url, EMAIL, OTHER, CHAT_SHARING="on") as running:
        yield running


def test_each_sees_their_own(server: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("A secret of one", stream("Well kept"))
    with tab_of(signed_in(server)) as one:
        one.ask("A secret of one")
        one.wait_for_answer("Well kept")
        address = one.address
    with tab_of(signed_in(server, OTHER), address) as two:
        two.wait_for_text("What would you like to know?")
        two.wait_until_idle()
        assert "secret" not in two.text
        assert two.toasts == "This conversation no longer exists."
    with tab_of(signed_in(server), address) as again:
        again.wait_for_answer("Well kept")


def test_a_tab_is_taken_over_by_nobody_else(server: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("Mine", stream("Yes"))
    visitor, other = signed_in(server), signed_in(server, OTHER)
    with tab_of(visitor) as tab:
        tab.ask("Mine")
        tab.wait_for_answer("Yes")
        tab.drop()
        tab.headers = {"Cookie": other.cookie}
        tab.reconnect()
        tab.rerun()
        tab.wait_until_idle()
        assert "Mine" not in tab.text
        assert tab.toasts == "This conversation no longer exists."


def test_a_file_on_a_page_is_for_its_person_only(server: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("Look at this", stream("I see"))
    one, two = signed_in(server), signed_in(server, OTHER)
    with tab_of(one) as tab:
        tab.ask("Look at this", ("a.png", image()))
        tab.wait_for_answer("I see")
        [address] = set(re.findall(rb"/media/\w+\.\w+", b"".join(tab.frames)))
        path = address.decode()
        assert one.get(path).status == 200
        missing = two.get("/media/" + "0" * 64 + ".png")
        foreign = two.get(path)
        assert (foreign.status, foreign.text) == (missing.status, missing.text) == (404, "Nothing is here.\n")


def test_the_recordings_that_come_along_are_everybodys(server: AppServer) -> None:
    with tab_of(signed_in(server), page="recordings") as one:
        one.wait_for_text("Recorded on")
        one.wait_until_idle()
        first, *others = keys = one.tree.keys("open-")
        one.choose(first.replace("open-", "more-"), "Delete")
        one.click("confirm_delete")
        one.wait_for(lambda: one.tree.keys("open-") == others, "The others")
    with tab_of(signed_in(server, OTHER), page="recordings") as two:
        two.wait_for_text("Recorded on")
        two.wait_until_idle()
        assert two.tree.keys("open-") == keys
    with tab_of(signed_in(server), page="recordings") as one:
        one.wait_for_text("Recorded on")
        one.wait_until_idle()
        assert one.tree.keys("open-") == others


def test_nobody_uploads_into_somebody_elses_tab(server: AppServer) -> None:
    two = signed_in(server, OTHER)
    with tab_of(signed_in(server)) as tab:
        tab.wait_until_idle()
        foreign = two.ask("PUT", tab.upload_path("0123456789abcdef"), b"x", Origin=server.url)
        missing = two.ask("PUT", "/_stcore/upload_file/none/0123456789abcdef", b"x", Origin=server.url)
        assert (foreign.status, foreign.text) == (missing.status, missing.text)
        assert foreign.status == 404


def test_an_identity_that_a_client_claims_changes_nothing(
    server: AppServer, upstream: ScriptedGateway
) -> None:
    upstream.when("Only mine", stream("Indeed"))
    one, two = signed_in(server), signed_in(server, OTHER)
    with tab_of(one) as tab:
        tab.ask("Only mine")
        tab.wait_for_answer("Indeed")
        address = tab.address
    for name in ("X-Synstar-Identity", "X_Synstar_Identity", "x-synstar-identity"):
        claimed = tab_of(two, address)
        claimed.headers[name] = "local//0/127.0.0.1"
        with claimed as tab:
            tab.wait_until_idle()
            assert "Only mine" not in tab.text
    assert Visitor(server.url, headers={"X-Synstar-Identity": "local//0/x"}).get("/").status == 303


def test_what_streamlit_brings_along_is_there_for_whoever_is_signed_in(server: AppServer) -> None:
    visitor = signed_in(server)
    page = visitor.get("/").text
    files = re.findall(r'(?:src|href)="\./(static/[^"]+)"', page)
    sheet = next(visitor.get(f"/{file}").text for file in files if file.endswith(".css"))
    fonts = [f"static/media/{name}" for name in re.findall(r"media/([\w.-]+\.woff2)", sheet)]
    assert fonts
    assert {visitor.get(f"/{file}").status for file in [*files, *fonts[:3]]} == {200}


def test_every_route_of_ours_asks_who_is_there_or_is_known_to_be_free(server: AppServer) -> None:
    stranger, free = Visitor(server.url), set()
    for route in asgi.routes():
        assert isinstance(route, Route)
        path = re.sub(r"{\w+}", "some", route.path)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            answer = stranger.ask(method, path, Origin=server.url)
            if FREE.fullmatch(path):
                free.add(route.path)
                assert answer.text != "Sign in first.\n"
            else:
                assert (answer.status, answer.text) == (401, "Sign in first.\n")
    assert free == {
        "/about",
        "/live",
        "/metrics",
        "/ready",
        "/room/{token}",
        "/room/{token}/events",
        "/room/{token}/vote",
        "/room/{token}/{name}",
        "/share/{token}",
        "/sign-in",
        "/sign-in/callback",
        "/sign-in/oidc",
        "/sign-out",
        "/invite/{token}",
    }
