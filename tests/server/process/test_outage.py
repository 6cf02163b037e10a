"""The gateway is not there: what was said can be read, the page says so, and all goes on when it is back."""

from pathlib import Path

from tests.app_server import AppServer, free_port
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway, error, stream


def test_a_start_without_the_gateway_shows_history_and_needs_no_restart(tmp_path: Path) -> None:
    port, data_dir = free_port(), tmp_path / "data"
    base_url = f"http://127.0.0.1:{port}/v1"
    with (
        ScriptedGateway(port=port) as gateway,
        AppServer(data_dir, base_url) as server,
        PageSocket(server.url) as tab,
    ):
        gateway.when("Remember this", stream("I will"))
        tab.ask("Remember this")
        tab.wait_for_answer("I will")
        address = tab.address
        server.stop()
    with AppServer(data_dir, base_url) as server, PageSocket(server.url, address) as tab:
        tab.wait_for_text("I will")
        tab.wait_for(lambda: "cannot be reached" in tab.alerts, "The banner")
        tab.wait_until_idle()
        tab.ask("Are you there?")
        tab.widget("try_again")
        tab.wait_until_idle()
        with ScriptedGateway(port=port) as gateway:
            gateway.when("Are you there?", stream("Again, yes"))
            tab.click("try_again")
            tab.wait_for_answer("Again, yes")
            tab.click("list_models")
            tab.wait_for(lambda: "cannot be reached" not in tab.alerts, "The banner's end")
            sent = [message["content"] for message in gateway.chats[0].body["messages"]]
            assert sent == ["Remember this", "I will", "Are you there?"]
        assert not server.traceback, server.traceback


def test_a_key_that_is_not_accepted_can_be_replaced_from_the_banner(tmp_path: Path) -> None:
    with (
        ScriptedGateway() as gateway,
        AppServer(tmp_path / "data", gateway.base_url, KKIAI_API_KEY="sk-wrong-0123456789abcdef") as server,
    ):
        gateway.answer_models(error(401, {"error": {"message": "Invalid token"}}))
        with PageSocket(server.url) as tab:
            tab.wait_for(lambda: "Invalid token. Check the API key" in tab.alerts, "The banner")
            tab.wait_until_idle()
            assert tab.tree.find("visitor_key") is None
            tab.click("outage_key")
            tab.widget("visitor_key")
