"""A server that is killed, and one that is asked to stop: what was received is kept."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from lib.app import DATABASE
from lib.domain.conversation import exports
from lib.domain.people.people import LOCAL
from lib.store import Store
from tests.app_server import AppServer
from tests.command_line import process
from tests.commands.test_export import conversations_of
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.server.chat_page import ask_half
from tests.server.process.test_store_trouble import ready

STOPPED = 0
"""The exit status of a process that ended because it was asked to."""
MOST_LOST_SECONDS = 0.5
"""What came longer than this before a SIGKILL must be kept."""
WORDS = ["Zero", *(f" word{number}" for number in range(1, 2000))]


@pytest.fixture
def upstream() -> Iterator[ScriptedGateway]:
    """A gateway of its own: these servers do not last."""
    with ScriptedGateway() as running:
        yield running


def replies_of(conversations: list[Any]) -> dict[str, Any]:
    """The last reply of each exported conversation, by its question."""
    return {each["messages"][0]["content"]: each["messages"][-1]["reply"] for each in conversations}


def kept(server: AppServer) -> dict[str, Any]:
    """The replies that the data folder holds."""
    with closing(Store(server.data_dir / DATABASE)) as store:
        return replies_of(exports.to_json(store.of(LOCAL).conversations.all())["conversations"])


def test_what_came_half_a_second_before_a_kill_is_exported_shown_and_can_be_gone_on_with(
    server: AppServer, gateway: ScriptedGateway
) -> None:
    gateway.when("Write on and on", stream(*WORDS, delay=0.01))
    gateway.when("Think on and on", stream("Never said", reasoning=WORDS, delay=0.01))
    gateway.when("Say nothing", stream("Never said", hold=Gate()))
    with ExitStack() as tabs:
        writing, thinking, waiting = (tabs.enter_context(PageSocket(server.url)) for _ in range(3))
        waiting.ask("Say nothing")
        thinking.ask("Think on and on")
        thinking.wait_for_text("word99")
        writing.ask("Write on and on")
        writing.wait_for_text("word99")
        waiting.wait_for(lambda: bool(waiting.address), "The address")
        address = writing.address
        sent = gateway.asked("Write on and on")[0].sent_text
        killing_at = time.monotonic() + MOST_LOST_SECONDS
        while (left := killing_at - time.monotonic()) > 0:
            read_for(writing, left)
        server.kill()
    everything = gateway.asked("Write on and on")[0].sent_text
    server.start()
    done = process(server.data_dir, "export")
    assert (done.returncode, done.stderr) == (0, "")
    replies = replies_of(conversations_of(done.stdout))
    assert {reply["state"] for reply in replies.values()} == {"interrupted"}
    text = replies["Write on and on"]["text"]
    assert len(text) >= len(sent) > len("".join(WORDS[:99]))
    assert everything.startswith(text)
    assert replies["Think on and on"]["text"] == replies["Say nothing"]["text"] == ""
    assert len(replies["Think on and on"]["reasoning"]) > len("".join(WORDS[:99]))
    assert "".join(WORDS).startswith(replies["Think on and on"]["reasoning"])
    with PageSocket(server.url, address) as tab:
        tab.wait_for(lambda: "interrupted" in tab.footer, "The state")
        assert tab.answer == text
        assert tab.tree.find("refresh")
        gateway.enqueue(stream(" and an end."))
        tab.click("continue")
        tab.wait_for_answer(text + " and an end.")
        assert "interrupted" not in tab.footer


def read_for(tab: PageSocket, seconds: float) -> None:
    """Read what comes next on the page, if anything comes in this time."""
    try:
        tab.receive(seconds)
    except TimeoutError:
        return


def test_a_server_asked_to_stop_refuses_sends_and_lets_a_running_reply_end(
    server: AppServer, gateway: ScriptedGateway
) -> None:
    with PageSocket(server.url) as first, PageSocket(server.url) as second:
        gate = ask_half(gateway, first, "Finish before you stop")
        second.widget("prompt")
        second.wait_until_idle()
        os.kill(server.pid, signal.SIGTERM)
        second.ask("Too late")
        second.wait_for(lambda: "The server is about to stop." in second.refusal, "The refusal")
        second.wait_for(lambda: second.returned == "Too late", "The text in the box")
        assert first.answer == "One two"
        assert ready(server) == (503, {"ready": False, "reason": "The server is about to stop."})
        gate.open()
        status = server.wait()
    assert status == STOPPED
    assert [request.prompt for request in gateway.requests if request.body] == ["Finish before you stop"]
    [reply] = kept(server).values()
    assert (reply["state"], reply["text"]) == ("completed", "One two three")


def test_replies_that_outlast_the_grace_are_interrupted_with_all_their_text(
    upstream: ScriptedGateway, tmp_path: Path
) -> None:
    with AppServer(tmp_path / "data", upstream.base_url, CHAT_GRACE_SECONDS="0.2") as server:
        with PageSocket(server.url) as first, PageSocket(server.url) as second:
            ask_half(upstream, first, "Never finish")
            ask_half(upstream, second, "Never finish either")
            began = time.monotonic()
            assert server.stop() == STOPPED
            assert time.monotonic() - began < PATIENCE / 2
        replies = kept(server)
        assert set(replies) == {"Never finish", "Never finish either"}
        for prompt, reply in replies.items():
            assert (reply["state"], reply["text"]) == ("interrupted", "One two")
            assert upstream.asked(prompt)[0].closed.wait(PATIENCE)
        assert not server.traceback, server.traceback


def test_a_second_request_to_stop_ends_the_server_at_once(upstream: ScriptedGateway, tmp_path: Path) -> None:
    with AppServer(tmp_path / "data", upstream.base_url, CHAT_GRACE_SECONDS="3600") as server:
        with PageSocket(server.url) as tab:
            ask_half(upstream, tab, "Never finish")
            with PageSocket(server.url) as other:
                other.widget("prompt")
                other.wait_until_idle()
                os.kill(server.pid, signal.SIGTERM)
                other.ask("Is it stopping?")
                other.wait_for(lambda: "about to stop" in other.refusal, "The refusal")
            assert server.stop() == STOPPED
        assert kept(server)["Never finish"]["state"] == "interrupted"
        assert not server.traceback, server.traceback
