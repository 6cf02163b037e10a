"""Processes none of which is ready, because their database is away: proxies lead to them all the same."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.app_server import AppServer
from tests.deploy.proxies import caddy, haproxy
from tests.page_socket import PageSocket
from tests.patience import eventually
from tests.postgres import Server
from tests.scripted_gateway import ScriptedGateway, stream
from tests.store.fresh import made_in
from tests.visitor import Visitor


def has_noticed(log: str, apps: Sequence[AppServer]) -> bool:
    """Whether a proxy's log says that none is ready: HAProxy of all of them, Caddy of each."""
    is_each = all(f'"status_code":503,"host":"127.0.0.1:{app.port}"' in log for app in apps)
    return is_each or "backend chat has no server available" in log


def test_a_page_that_is_opened_while_the_database_is_away_says_so_and_answers(
    postgres: Server, tmp_path: Path
) -> None:
    url = made_in(postgres)
    shared = {"CHAT_DATABASE_URL": url, "CHAT_SECRET_FILE": str(tmp_path / "secret")}
    with ScriptedGateway(("model-a",)) as gateway, ExitStack() as stack:
        gateway.when("Still there?", stream("As ever"))
        folders = tmp_path / "one", tmp_path / "two"
        apps = [stack.enter_context(AppServer(each, gateway.base_url, **shared)) for each in folders]
        ports = [app.port for app in apps]
        sites = {proxy: stack.enter_context(proxy(tmp_path, ports)) for proxy in (haproxy, caddy)}
        postgres.close(url)
        for proxy, address in sites.items():
            log = tmp_path / f"{proxy.__name__}.log"
            assert eventually(lambda: has_noticed(log.read_text("utf-8"), apps))  # noqa: B023
            assert Visitor(address).get("/").status == 200
        tabs = [stack.enter_context(PageSocket(address)) for address in sites.values()]
        for tab in tabs:
            tab.ask("Still there?")
            tab.wait_for_answer("As ever")
            tab.wait_for(lambda: "kept in memory only" in tab.alerts, "The banner")  # noqa: B023
        postgres.open(url)
        for tab in tabs:
            tab.wait_for(lambda: "kept in memory only" not in tab.alerts, "Its end")  # noqa: B023
