"""Two processes over one PostgreSQL database: nobody notices which of them answers."""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.phone import Phone
from tests.postgres import Server
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, stream
from tests.server.chat_page import ask_half, see_half
from tests.server.compare.test_audience import open_room
from tests.server.compare_page import ask_blind, compare
from tests.store.fresh import made_in

Pair = tuple[AppServer, AppServer]


@pytest.fixture
def pair(postgres: Server, gateway: ScriptedGateway, tmp_path: Path) -> Iterator[Pair]:
    """Two servers, each with a data folder of its own, as on two machines; they share a database."""
    shared = {
        "CHAT_DATABASE_URL": made_in(postgres),
        "CHAT_SECRET_FILE": str(tmp_path / "secret"),
        "CHAT_SHARING": "on",
        "KKIAI_API_KEY": "sk-1234567890abcdef",
    }
    folders = [tmp_path / name for name in ("one", "other")]
    with (
        AppServer(folders[0], gateway.base_url, **shared) as one,
        AppServer(folders[1], gateway.base_url, **shared) as other,
    ):
        yield one, other


def test_a_reply_is_followed_stopped_and_closed_by_any_process(pair: Pair, gateway: ScriptedGateway) -> None:
    one, other = pair
    with PageSocket(one.url) as tab:
        gate = ask_half(gateway, tab, "Read me elsewhere")
        with PageSocket(other.url, tab.address) as second:
            see_half(second)
            gate.open()
            second.wait_for_answer("One two three")
        tab.wait_for_answer("One two three")

        with PageSocket(other.url, "temporary=123") as second:
            second.wait_for(lambda: "temporary chat is gone" in second.toasts, "What is lost")

        gateway.when("Stop me elsewhere", stream("Said so far", then_silence=True))
        tab.ask("Stop me elsewhere")
        tab.wait_for_text("Said so far")
        with PageSocket(other.url, tab.address) as second:
            second.click("stop")
            second.wait_for_text("stopped")
        tab.wait_for_text("stopped")
        assert gateway.asked("Stop me elsewhere")[0].closed.wait(PATIENCE)

        gateway.when("Outlive me", stream("Half of it", then_silence=True))
        tab.ask("Outlive me")
        tab.wait_for_text("Half of it")
        with PageSocket(other.url, tab.address) as second:
            second.wait_for_text("Half of it")
            one.kill()
            second.wait_for(lambda: "interrupted" in second.footer, "The end that the other process writes")
            assert second.answer == "Half of it"


def test_a_room_is_followed_and_voted_in_on_any_process(pair: Pair, gateway: ScriptedGateway) -> None:
    one, other = pair
    gate = Gate()
    scripts = {f"model_{m}": stream("One ", "two", hold=gate, hold_after=1) for m in ("a", "b")}
    gateway.when("Which is better?", by_model(**scripts))
    with compare(one) as tab:
        link = open_room(tab)
        with Phone(link) as here, Phone(link.replace(one.url, other.url)) as elsewhere:
            ask_blind(tab, "Which is better?")
            for phone in (here, elsewhere):
                phone.wait_for(lambda: phone.texts == ["One", "One"])  # noqa: B023
                assert phone.titles == ["Answer A", "Answer B"]
            gate.open()
            elsewhere.wait_for(lambda: elsewhere.texts == ["One two", "One two"])
            assert here.vote("B") == elsewhere.vote("B") == HTTPStatus.OK
            tab.wait_for_text("2 following, 2 voted")
            here.wait_for(lambda: here.state["voters"] == 2)
            tab.click("reveal")
            elsewhere.wait_for(lambda: elsewhere.state["result"] is not None)
            assert elsewhere.state["result"]["counts"]["B"] == 2
