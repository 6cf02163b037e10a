"""Whatever a person, a browser or a network does twice is asked once."""

from tests.app_server import AppServer
from tests.page_socket import PATIENCE, PageSocket
from tests.scripted_gateway import Gate, Received, ScriptedGateway, stream

STILL_RUNNING = "A reply is still running."


def asked(upstream: ScriptedGateway, question: str) -> list[Received]:
    """The requests of the conversations that began with this question."""
    bodies = [request for request in upstream.requests if request.body]
    return [request for request in bodies if request.body["messages"][0]["content"] == question]


def hold(upstream: ScriptedGateway, prompt: str) -> Gate:
    """Let the answer to a prompt be "One two", and " three" when the gate is open."""
    gate = Gate()
    upstream.when(prompt, stream("One", " two", " three", hold=gate, hold_after=2))
    return gate


def test_a_send_replayed_while_its_reply_runs_asks_once(upstream: ScriptedGateway, tab: PageSocket) -> None:
    gate = hold(upstream, "Replay me at once")
    tab.widget("prompt")
    tab.wait_until_idle()
    tab.ask("Replay me at once")
    tab.replay()
    tab.wait_for(lambda: tab.answer == "One two", "The first half")
    tab.replay()
    gate.open()
    tab.wait_for_answer("One two three")
    assert STILL_RUNNING not in tab.toasts
    assert len(asked(upstream, "Replay me at once")) == 1
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
    assert len(asked(upstream, whole)) == 1
    assert not asked(upstream, "Replay me with a file")
    assert tab.tree.find("detach") is None


def test_a_send_replayed_after_its_reply_ended_asks_once(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.when("Replay me later", stream("Once"))
    tab.ask("Replay me later")
    tab.wait_for_answer("Once")
    for _ in range(3):
        tab.replay()
        tab.wait_until_idle()
    assert tab.answer == "Once"
    assert len(asked(upstream, "Replay me later")) == 1
    upstream.when("Something new", stream("Twice"))
    tab.ask("Something new")
    tab.wait_for_answer("Twice")
    assert len(asked(upstream, "Replay me later")) == 2


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
    assert len(asked(upstream, "Replay me elsewhere")) == 1


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
    assert len(asked(upstream, "Click everything twice")) == 3


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
    assert len(asked(upstream, "Edit me once")) == 1


def test_of_two_tabs_that_send_at_once_in_one_chat_one_is_answered(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.when("Shared", stream("Ready"))
    tab.ask("Shared")
    tab.wait_for_answer("Ready")
    questions = ["From the left", "From the right"]
    gates = [hold(upstream, question) for question in questions]
    with PageSocket(site.url, tab.address) as other:
        other.wait_for_answer("Ready")
        tabs = [tab, other]
        for each, question in zip(tabs, questions, strict=True):
            each.ask(question)
        for each in tabs:
            each.wait_for(lambda: each.answer == "One two" or STILL_RUNNING in each.toasts, "The outcome")  # noqa: B023
        [at] = [at for at, each in enumerate(tabs) if STILL_RUNNING in each.toasts]
        refused, taken = tabs[at], tabs[1 - at]
        refused.wait_for(lambda: refused.returned == questions[at], "The text in the box")
        assert len(asked(upstream, "Shared")) == 2
        for gate in gates:
            gate.open()
        taken.wait_for_answer("One two three")
        refused.wait_for_answer("One two three")
        refused.ask(questions[at])
        refused.wait_for_answer("One two three")
    last = asked(upstream, "Shared")[-1].body["messages"]
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
    running, again = hold(upstream, "And this"), Gate()
    tab.ask("And this")
    tab.wait_for(lambda: tab.answer == "One two", "The first half")
    address = tab.address
    upstream.enqueue(stream("Second", " try", hold=again, hold_after=1))
    tab.choose("turn", "Regenerate")
    assert again.reached.wait(PATIENCE)
    tab.wait_for_text("Second")
    assert not any(request.closed.is_set() for request in asked(upstream, "Try this"))
    again.open()
    tab.wait_for_answer("Second try")
    running.open()
    assert asked(upstream, "Try this")[1].answered.wait(PATIENCE)
    tab.click("chevron_left")
    tab.wait_for_answer("One two three")
    with PageSocket(site.url, address) as other:
        other.wait_for_answer("One two three")
    assert len(asked(upstream, "Try this")) == 3
