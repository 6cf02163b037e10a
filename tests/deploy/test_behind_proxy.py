"""Two processes over one PostgreSQL, below `/chat` behind each proxy with the sample's configuration."""

import http.client
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from lib.store import Store
from tests.app_server import AppServer
from tests.deploy.proxies import NODE, Proxy, caddy, haproxy, nginx
from tests.files.samples import image
from tests.page_socket import PageSocket
from tests.phone import Phone
from tests.postgres import Server
from tests.scripted_gateway import ScriptedGateway, stream
from tests.server.chat_page import ask
from tests.server.compare.test_audience import open_room
from tests.store.fresh import made_in
from tests.visitor import Visitor

BASE = "/chat"


@dataclass(frozen=True)
class Site:
    """What browsers reach, and what is behind it: HAProxy, unless a test says otherwise."""

    url: str
    """Of the proxy, without the base path."""
    nodes: dict[str, AppServer]
    """The processes by the values of the cookie."""
    database: str

    def visitor(self, node: str = "") -> Visitor:
        """A browser in which a guest has come in, at one process or at any."""
        visitor = Visitor(self.url, {NODE: node} if node else {}, base=BASE)
        assert visitor.enter().status == http.client.SEE_OTHER
        return visitor


@pytest.fixture(scope="module")
def gateway() -> Iterator[ScriptedGateway]:
    with ScriptedGateway(("model-a", "model-b")) as running:
        yield running


@pytest.fixture(scope="module")
def site(
    postgres: Server, gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The whole, running: each process has a folder of its own, as on two machines."""
    folder, database = tmp_path_factory.mktemp("site"), made_in(postgres)
    shared = {
        "CHAT_DATABASE_URL": database,
        "CHAT_SECRET_FILE": str(folder / "secret"),
        "CHAT_BASE_PATH": BASE,
        "CHAT_SIGN_IN": "guest",
        "CHAT_SHARING": "on",
        "CHAT_TRUSTED_PROXIES": "127.0.0.1",
        "CHAT_GRACE_SECONDS": "0",
    }
    with ExitStack() as stack:
        nodes = {
            name: stack.enter_context(AppServer(folder / name, gateway.base_url, **shared))
            for name in ("one", "two")
        }
        url = stack.enter_context(haproxy(folder, [node.port for node in nodes.values()]))
        yield Site(url, nodes, database)


def tab(visitor: Visitor, page: str = "", address: str = "") -> PageSocket:
    return PageSocket(visitor.url + BASE, address, page, headers={"Cookie": visitor.cookie})


def last_address(site: Site) -> str:
    """Where the last one came from who has done something, as the audit log has it."""
    with closing(Store(site.database)) as store:
        [row] = store.audit.latest(1)
    return row.actor.address


def test_the_way_in_leads_back_to_where_one_wanted_to_go(site: Site) -> None:
    visitor = Visitor(site.url, base=BASE)
    assert visitor.get("/").leads_to == f"{BASE}/"
    sent = urlsplit(visitor.get(f"{BASE}/compare?models=model-a").leads_to)
    [wanted] = parse_qs(sent.query)["next"]
    assert (sent.path, wanted) == (f"{BASE}/sign-in", f"{BASE}/compare?models=model-a")
    form = f"{sent.path}?{sent.query}"
    assert visitor.submit(sent.path, form, way="guest").leads_to == wanted
    assert visitor.get(wanted).status == http.client.OK


def test_what_a_browser_claims_about_itself_is_thrown_away(site: Site) -> None:
    claimed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/x"}
    liar = Visitor(site.url, headers={**claimed, "X-Forwarded-Host": "evil.example"}, base=BASE)
    entered = liar.enter()  # the gate compares `Origin`, which begins with http, with the forwarded scheme
    assert (entered.status, entered.leads_to) == (http.client.SEE_OTHER, f"{BASE}/")
    cookie = entered.headers["set-cookie"]
    assert f"Path={BASE}/" in cookie
    assert "Secure" not in cookie
    assert last_address(site) == "127.0.0.1"


@pytest.mark.parametrize(("source", "seen"), [("127.0.0.1", "203.0.113.5"), ("127.0.0.2", "127.0.0.2")])
def test_a_process_believes_the_proxy_alone_about_who_asks(site: Site, source: str, seen: str) -> None:
    claimed = {"X-Forwarded-For": "198.51.100.1, 203.0.113.5"}
    visitor = Visitor(site.nodes["one"].url, headers=claimed, base=BASE, source=source)
    assert visitor.enter().status == http.client.SEE_OTHER
    assert last_address(site) == seen


def test_figures_for_monitoring_are_not_for_browsers(site: Site) -> None:
    visitor = site.visitor()
    for path in ("/metrics", "/%6detrics", f"{BASE}/metrics", f"{BASE}/_stcore/metrics"):
        assert visitor.get(path).status == http.client.NOT_FOUND


@pytest.mark.parametrize(("node", "other"), [("one", "two"), ("two", "one")])
def test_a_page_its_uploads_and_its_images_are_in_one_process(
    site: Site, gateway: ScriptedGateway, node: str, other: str
) -> None:
    question = f"Look at this in {node}"
    gateway.when(question, stream("I see"))
    visitor = site.visitor(node)
    with tab(visitor) as page:
        page.ask(question, ("a.png", image()))
        page.wait_for_answer("I see")
        [path] = {each.decode() for each in re.findall(rb"/media/\w+\.\w+", b"".join(page.frames))}
        assert visitor.get(BASE + path).status == http.client.OK
        assert visitor.cookies[NODE] == node

        visitor.cookies[NODE] = other
        assert visitor.get(BASE + path).status == http.client.NOT_FOUND
        lost = visitor.ask("PUT", page.upload_path("0"), b"x", Origin=site.url)
        assert (lost.status, "connected anew" in lost.text) == (http.client.NOT_FOUND, True)
        # So the browser connects again, with the cookie that it has now.
        page.drop()
        page.headers = {"Cookie": visitor.cookie}
        page.reconnect()
        page.rerun()
        page.wait_for_answer("I see")
        assert visitor.get(BASE + path).status == http.client.OK
        page.wait_until_idle()
        page.send_file("b.png", image())


def test_a_new_browser_is_given_a_process_and_stays_there(site: Site) -> None:
    visitor = site.visitor()
    given = visitor.cookies[NODE]
    assert given in site.nodes
    for _ in range(4):
        assert NODE not in visitor.get(f"{BASE}/about").headers.get("set-cookie", "")
    assert visitor.cookies[NODE] == given


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_another_proxy_keeps_a_browser_at_one_process_too(
    site: Site, gateway: ScriptedGateway, proxy: Proxy, tmp_path: Path
) -> None:
    gateway.when("Look at this elsewhere", stream("I see"))
    with proxy(tmp_path, [node.port for node in site.nodes.values()]) as url, ExitStack() as pages:
        beside = replace(site, url=url)
        for _ in range(3):
            visitor = beside.visitor()
            page = pages.enter_context(tab(visitor))
            page.ask("Look at this elsewhere", ("a.png", image()))
            page.wait_for_answer("I see")
            [path] = {each.decode() for each in re.findall(rb"/media/\w+\.\w+", b"".join(page.frames))}
            assert [visitor.get(BASE + path).status for _ in range(2)] == [http.client.OK] * 2
            assert visitor.get(f"{BASE}/_stcore/metrics").status == http.client.NOT_FOUND
        with tab(visitor, "compare", "models=model-a,model-b") as shown, Phone(open_room(shown)) as phone:
            shown.write("room_title", "Our demo")
            phone.wait_for(lambda: phone.state["title"] == "Our demo")


def test_a_room_is_followed_through_any_process(site: Site, gateway: ScriptedGateway) -> None:
    gateway.answer_chats(stream("Same for all"))
    with tab(site.visitor("one"), "compare", "models=model-a,model-b") as page, ExitStack() as hall:
        link = open_room(page)
        assert link.startswith(f"{site.url}{BASE}/room/")
        direct = f"{site.nodes['two'].url}{urlsplit(link).path}"
        phones = [hall.enter_context(Phone(each)) for each in (link, direct)]
        page.ask("Who follows?")
        for phone in phones:
            phone.wait_for_end()
            assert phone.texts == ["Same for all"] * 2


def test_whoever_signs_out_at_one_process_is_signed_out_at_each(site: Site) -> None:
    here = site.visitor("one")
    there = Visitor(site.url, {**here.cookies, NODE: "two"}, base=BASE)
    with tab(there) as page:
        assert there.get(f"{BASE}/").status == http.client.OK
        assert here.submit(f"{BASE}/sign-out", f"{BASE}/sign-out").leads_to == f"{BASE}/sign-in"
        page.wait_until_closed()
    assert urlsplit(there.get(f"{BASE}/").leads_to).path == f"{BASE}/sign-in"


def test_a_process_that_ends_leaves_its_pages_to_the_other(site: Site, gateway: ScriptedGateway) -> None:
    gateway.when("Go on without me", stream("I can"))
    visitor = site.visitor("two")
    with tab(visitor) as page:
        ask(page, "Go on without me")
        site.nodes["two"].stop()
        page.wait_until_closed()
        page.reconnect()  # with the cookie of a process that is gone
        page.rerun()
        page.wait_for_answer("I can")
    assert visitor.get(f"{BASE}/about").status == http.client.OK
    assert visitor.cookies[NODE] == "one"
