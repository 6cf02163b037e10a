"""A reply is not the page's: reloads, other tabs, lost connections and a killed server find it again."""

from contextlib import closing
from pathlib import Path

from lib.app import DATABASE
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.domain.reply.tape import text_of
from lib.engine.recovery.recovery import interrupt
from lib.store import Store
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import ScriptedGateway
from tests.server.chat_page import ask_half, see_half
from tests.server.conftest import API_KEY
from tests.store.leases import take_over


def test_a_reload_shows_the_whole_reply_and_follows_it(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    gate = ask_half(upstream, tab, "Reload me")
    tab.close()
    with PageSocket(site.url, tab.address) as reloaded:
        see_half(reloaded)
        gate.open()
        reloaded.wait_for_answer("One two three")
    assert len(upstream.asked("Reload me")) == 1


def test_two_tabs_follow_one_reply_and_either_can_stop_it(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    gate = ask_half(upstream, tab, "Read me twice")
    with PageSocket(site.url, tab.address) as second:
        see_half(second)
        second.click("stop")
        for reader in (second, tab):
            reader.wait_for_answer("One two")
            assert "stopped" in reader.footer
    assert gate.reached.is_set()
    request = next(request for request in upstream.requests if request.prompt == "Read me twice")
    assert request.closed.wait(PATIENCE)


def test_a_reply_goes_on_after_its_tab_is_closed_and_is_kept(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    gate = ask_half(upstream, tab, "Finish without me")
    tab.close()
    gate.open()
    with PageSocket(site.url, tab.address) as later:
        later.wait_for_answer("One two three")
        later.click("open_usage")
        later.wait_for_text("All figures as reported by the gateway.")  # of this chat: a new tab has none yet
    assert kept_text(site.data_dir, tab) == "One two three"


def kept_text(data_dir: Path, tab: PageSocket) -> str:
    """What the database holds of the last answer."""
    store = Store(data_dir / DATABASE)
    conversation = store.of(LOCAL).conversations.get(tab.address.removeprefix("c="))
    store.close()
    assert conversation
    message = conversation.path()[-1]
    assert message.reply
    assert message.reply.state is State.COMPLETED
    return message.content


def test_of_a_reply_that_another_process_has_closed_a_page_shows_what_is_stored(
    upstream: ScriptedGateway, tmp_path: Path
) -> None:
    with (
        AppServer(tmp_path / "data", upstream.base_url, KKIAI_API_KEY=API_KEY) as frozen,
        PageSocket(frozen.url) as tab,
        closing(Store(frozen.data_dir / DATABASE)) as other,
    ):
        gate = ask_half(upstream, tab, "Freeze me")
        [running] = other.replies.running()
        assert eventually(lambda: text_of(other.replies.tape(running.reply_id)) == "One two")
        assert take_over(other, running.owner, "another") == [running.reply_id]
        interrupt(other, "another", running.reply_id)
        gate.open()  # this process does not know yet: it says a third word, which is stored nowhere
        tab.wait_for(lambda: "interrupted" in tab.footer and tab.answer == "One two", "What is stored")


def test_a_lost_connection_comes_back_to_the_same_session(upstream: ScriptedGateway, tab: PageSocket) -> None:
    gate = ask_half(upstream, tab, "Sleep and wake up")
    tab.choose("model", "model-b")
    tab.drop()
    tab.reconnect()
    see_half(tab)
    gate.open()
    tab.wait_for_answer("One two three")
    tab.ask("And now?")
    tab.wait_for(lambda: "model-b" in tab.footer, "The answer of the model chosen before")


def test_a_reply_of_a_killed_server_is_there_after_the_restart(
    server: AppServer, gateway: ScriptedGateway
) -> None:
    with PageSocket(server.url) as tab:
        gate = ask_half(gateway, tab, "Answer although you die")
        tab.click("open_usage")  # what was received is written before the dialog shows
        tab.wait_for_text("Ask something: each reply gets a row here when it ends.")
        address = tab.address
    server.kill()
    gate.open()
    server.start()
    with PageSocket(server.url, address) as tab:
        tab.wait_for_answer("One two")
        assert "interrupted" in tab.footer
