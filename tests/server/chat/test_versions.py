"""Answers that broke off and go on, and a chat that is not kept."""

import pytest

from lib.app import DATABASE
from lib.gateway.requests import CONTINUE
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, raw, stream
from tests.scripted_gateway.chunks import Chunks


def half(ending: bytes) -> bytes:
    """The bytes of a stream that says "One two" and then this."""
    chunks = Chunks("model-a", "")
    return b"".join(chunks.text(text, with_usage=False).data for text in ("One", " two")) + ending


def check_that_it_goes_on(upstream: ScriptedGateway, tab: PageSocket, question: str) -> None:
    """Continue the shown "One two": in the same bubble, as a reply of its own, and after a reload too."""
    upstream.enqueue(stream(" three", ", four"))
    tab.click("continue")
    tab.wait_for_answer("One two three, four")
    assert "2 tokens" in tab.footer
    assert tab.tree.find("continue") is None
    assert len([node for node in tab.tree.nodes("block") if node.key.startswith("answer-")]) == 1
    sent = upstream.begun_with(question)[-1].body["messages"]
    assert [(message["role"], message["content"]) for message in sent] == [
        ("user", question),
        ("assistant", "One two"),
        ("user", CONTINUE),
    ]
    tab.click("open_usage")  # what was received is written before the dialog shows
    tab.wait_for(lambda: bool(tab.tree.nodes("metric")), "The figures")
    assert [node.proto.body for node in tab.tree.nodes("metric") if node.proto.label == "Replies"] == ["2"]


def test_an_answer_cut_by_its_length_goes_on_in_the_same_bubble(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.enqueue(stream("One", " two", finish="length"))
    tab.ask("Cut by length")
    tab.wait_for_answer("One two")
    assert "ended by length" in tab.footer
    check_that_it_goes_on(upstream, tab, "Cut by length")
    with PageSocket(site.url, tab.address) as reloaded:
        reloaded.wait_for_answer("One two three, four")
        upstream.enqueue(stream("Fine."))
        reloaded.ask("Thank you")
        reloaded.wait_for_answer("Fine.")
    sent = upstream.begun_with("Cut by length")[-1].body["messages"]
    assert [message["content"] for message in sent] == ["Cut by length", "One two three, four", "Thank you"]


def test_an_answer_that_was_stopped_goes_on(upstream: ScriptedGateway, tab: PageSocket) -> None:
    gate = Gate()
    upstream.enqueue(stream("One", " two", " never", hold=gate, hold_after=2))
    tab.ask("Stop and go on")
    tab.wait_for(lambda: tab.answer == "One two", "The first half")
    tab.click("stop")
    tab.wait_for_answer("One two")
    assert "stopped" in tab.footer
    check_that_it_goes_on(upstream, tab, "Stop and go on")


def test_an_answer_that_ended_by_itself_offers_no_continue(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.enqueue(stream("All of it"))
    tab.ask("Say all of it")
    tab.wait_for_answer("All of it")
    assert tab.tree.find("continue") is None
    assert tab.tree.find("refresh")


@pytest.mark.parametrize(
    ("name", "ending", "hang_up", "said"),
    [
        ("cut", b"", True, "The reply broke off"),
        ("end", b"", False, "The reply broke off"),
        ("garbage", b"data: {not json\n\ndata: <html>\n\n", True, "The reply broke off"),
        (
            "error",
            b'data: {"error": {"message": "engine overloaded", "code": "server_error"}}\n\n',
            False,
            "The reply broke off",
        ),
    ],
    ids=["cut", "end", "garbage", "error"],
)
def test_a_fault_of_the_upstream_keeps_the_text_says_so_and_offers_both_ways_on(
    upstream: ScriptedGateway, tab: PageSocket, name: str, ending: bytes, hang_up: bool, said: str
) -> None:
    question = f"Break off by {name}"
    upstream.enqueue(raw(half(ending), hang_up=hang_up))
    tab.ask(question)
    tab.wait_for(lambda: "failed" in tab.footer, "The state")
    tab.wait_until_idle()
    assert tab.tree.texts("answer", but=["end"])[0] == "One two"
    assert said in tab.alerts
    assert tab.tree.find("refresh")
    check_that_it_goes_on(upstream, tab, question)
    upstream.enqueue(stream("A new try"))
    tab.click("refresh")
    tab.wait_for_answer("A new try")
    assert "2 / 2" in tab.footer
    tab.click("chevron_left")
    tab.wait_for_answer("One two three, four")


def test_a_temporary_chat_is_marked_counted_and_nowhere_on_the_disk(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.when("zanzibarquestion", stream("zanzibaranswer"))
    upstream.when("openquestion", stream("openanswer"))
    tab.switch("temporary", True)
    tab.wait_until_idle()
    tab.ask("zanzibarquestion")
    tab.wait_for_answer("zanzibaranswer")
    assert any("Not stored" in text for text in tab.tree.texts("header"))
    assert tab.address.startswith("temporary="), "so that another process knows what is lost"
    tab.click("open_usage")
    tab.wait_for(lambda: bool(tab.tree.nodes("metric")), "The figures")
    assert [node.proto.body for node in tab.tree.nodes("metric") if node.proto.label == "Replies"] == ["1"]
    with PageSocket(site.url) as other:
        other.ask("openquestion")
        other.wait_for_answer("openanswer")
        other.click("open_usage")
        other.wait_for(lambda: bool(other.tree.nodes("metric")), "The figures")
        assert "zanzibar" not in other.text
    on_disk = b"".join(path.read_bytes() for path in site.data_dir.glob(f"{DATABASE}*"))
    assert b"openquestion" in on_disk
    assert b"openanswer" in on_disk
    assert b"zanzibar" not in on_disk
    assert "zanzibar" not in site.log
