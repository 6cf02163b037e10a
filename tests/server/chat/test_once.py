"""Whatever a person, a browser or a network does twice is asked once."""

from contextlib import closing

from lib.app import DATABASE
from lib.domain.people.people import LOCAL
from lib.store import Store
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.server.chat_page import STILL_RUNNING, held


def test_a_send_replayed_while_its_reply_runs_asks_once(upstream: ScriptedGateway, tab: PageSocket) -> None:
    gate = held(upstream, "Replay me at once")
    tab.widget("prompt")
    tab.wait_until_idle()
    tab.ask("Replay me at once")
    tab.replay()
    tab.wait_for(lambda: tab.answer == "One two", "The first half")
    tab.replay()
    gate.open()
    tab.wait_for_answer("One two three")
    assert not tab.refusal
    assert len(upstream.begun_with("Replay me at once")) == 1
    assert tab.tree.texts("question") == ["Replay me at once"]


def test_a_send_replayed_while_its_file_is_read_takes_the_file_along(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    whole = "File: tea.txt\n\nTea\n\nReplay me with a file"
    upstream.when(whole, stream("Once"))
    tab.widget("prompt")
    tab.wait_until_idle()
    tab.ask("Replay me with a file", ("tea.txt", b"Tea"))
    tab.replay()
    tab.wait_for_answer("Once")
    tab.wait_until_idle()
    assert len(upstream.begun_with(whole)) == 1
    assert not upstream.begun_with("Replay me with a file")
    assert tab.tree.find("detach") is None


def test_a_send_replayed_after_its_reply_ended_asks_once(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.when("Replay me later", stream("Once"))
    tab.ask("Replay me later")
    tab.wait_for_answer("Once")
    for _ in range(3):
        tab.replay()
        tab.wait_until_idle()
    assert tab.answer == "Once"
    assert len(upstream.begun_with("Replay me later")) == 1
    upstream.when("Something new", stream("Twice"))
    tab.ask("Something new")
    tab.wait_for_answer("Twice")
    assert len(upstream.begun_with("Replay me later")) == 2


def test_a_send_replayed_in_another_session_asks_once(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    """A browser whose session was lost sends what it had; the send id tells that it was done."""
    upstream.when("Replay me elsewhere", stream("Once"))
    tab.ask("Replay me elsewhere")
    tab.wait_for_answer("Once")
    with PageSocket(site.url, tab.address) as other:
        other.wait_for_answer("Once")
        other.replay(tab)
        other.wait_until_idle()
        assert other.answer == "Once"
    assert len(upstream.begun_with("Replay me elsewhere")) == 1


def test_regenerate_and_continue_clicked_twice_ask_once_each(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.enqueue(stream("A", finish="length"), stream("B", finish="length"), stream("C"))
    tab.ask("Click everything twice")
    tab.wait_for_answer("A")
    tab.click("refresh")
    tab.replay()
    tab.wait_for_answer("B")
    assert "2 / 2" in tab.footer
    tab.click("continue")
    tab.replay()
    tab.wait_for_answer("BC")
    tab.replay()
    tab.wait_until_idle()
    assert tab.answer == "BC"
    assert "2 / 2" in tab.footer
    assert len(upstream.begun_with("Click everything twice")) == 3


def test_an_edit_sent_twice_makes_one_version(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.when("Edit me onse", stream("To the misspelt one"))
    upstream.when("Edit me once", stream("To the corrected one"))
    tab.ask("Edit me onse")
    tab.wait_for_answer("To the misspelt one")
    tab.click("edit")
    tab.write("editor", "Edit me once")
    tab.click("send_edit")
    tab.replay()
    tab.wait_for_answer("To the corrected one")
    assert tab.tree.texts("question") == ["Edit me once", "2 / 2"]
    assert len(upstream.begun_with("Edit me once")) == 1


def test_of_two_tabs_that_send_at_once_in_one_chat_one_is_answered(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.when("Shared", stream("Ready"))
    tab.ask("Shared")
    tab.wait_for_answer("Ready")
    questions = ["From the left", "From the right"]
    gates = [held(upstream, question) for question in questions]
    with PageSocket(site.url, tab.address) as other:
        other.wait_for_answer("Ready")
        tabs = [tab, other]
        for each, question in zip(tabs, questions, strict=True):
            each.ask(question)
        for each in tabs:
            each.wait_for(lambda: each.answer == "One two" or STILL_RUNNING in each.refusal, "The outcome")  # noqa: B023
        [at] = [at for at, each in enumerate(tabs) if each.refusal]
        refused, taken = tabs[at], tabs[1 - at]
        refused.wait_for(lambda: refused.returned == questions[at], "The text in the box")
        assert len(upstream.begun_with("Shared")) == 2
        for gate in gates:
            gate.open()
        taken.wait_for_answer("One two three")
        refused.wait_for_answer("One two three")
        refused.ask(questions[at])
        refused.wait_for_answer("One two three")
    last = upstream.begun_with("Shared")[-1].body["messages"]
    assert [message["content"] for message in last if message["role"] == "user"] == [
        "Shared",
        questions[1 - at],
        questions[at],
    ]


def test_another_version_may_be_asked_for_while_a_reply_runs(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.enqueue(stream("First try"))
    tab.ask("Try this")
    tab.wait_for_answer("First try")
    running, again = held(upstream, "And this"), Gate()
    tab.ask("And this")
    tab.wait_for(lambda: tab.answer == "One two", "The first half")
    address = tab.address
    upstream.enqueue(stream("Second", " try", hold=again, hold_after=1))
    tab.choose(tab.tree.keys("turn-")[0], "Regenerate")
    assert again.reached.wait(PATIENCE)
    tab.wait_for_text("Second")
    assert not any(request.closed.is_set() for request in upstream.begun_with("Try this"))
    again.open()
    tab.wait_for_answer("Second try")
    running.open()
    assert upstream.begun_with("Try this")[1].answered.wait(PATIENCE)
    tab.click("chevron_left")
    tab.wait_for_answer("One two three")
    with PageSocket(site.url, address) as other:
        other.wait_for_answer("One two three")
    assert len(upstream.begun_with("Try this")) == 3


def test_a_click_is_done_whatever_asks_for_the_page_meanwhile(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.when("Pin me", stream("Done"))
    tab.ask("Pin me")
    tab.wait_until_idle()
    for is_pinned in [True, False] * 20:
        tab.act_on_row("pin" if is_pinned else "unpin", "Pin me")
        tab.rerun()
        assert eventually(lambda: is_pinned_there(site, tab) == is_pinned)  # noqa: B023
        tab.wait_until_idle()


def is_pinned_there(site: AppServer, tab: PageSocket) -> bool:
    """Whether the tab's chat is pinned."""
    with closing(Store(site.data_dir / DATABASE)) as store:
        found = store.of(LOCAL).conversations.summary(tab.address.removeprefix("c="))
    assert found
    return found.is_pinned
