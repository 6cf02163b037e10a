"""A reply does not depend on the tab that asked for it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, stream

pytestmark = pytest.mark.browser


@dataclass
class Line:
    """What a page and its server say to each other, with faults on demand."""

    page: Page
    loses_what_is_said: bool = False
    loses_what_is_answered: bool = False
    losses: int = 0
    _streams: list[WebSocketRoute] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route_web_socket(lambda _: True, self._connect)

    def _connect(self, stream: WebSocketRoute) -> None:
        self.loses_what_is_said = self.loses_what_is_answered = False
        server = stream.connect_to_server()
        stream.on_message(partial(self._say, server))
        server.on_message(lambda answer: None if self.loses_what_is_answered else stream.send(answer))
        self._streams.append(stream)

    def _say(self, server: WebSocketRoute, said: str | bytes) -> None:
        if self.loses_what_is_said:
            self.losses += 1
        else:
            server.send(said)

    def cut(self) -> None:
        self._streams[-1].close()

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something has come over the line, which only calls of the browser carry."""
        until = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < until
            self.page.evaluate("() => new Promise(requestAnimationFrame)")


@pytest.fixture
def line(chat: ChatPage) -> Line:
    """That of a page of its own: what leads its connection here stays for as long as the page is there."""
    return Line(chat.page.context.new_page())


def test_a_question_that_a_broken_connection_lost_is_back_in_the_box(
    server: AppServer, gateway: ScriptedGateway, line: Line
) -> None:
    chat = ChatPage.load(line.page, server.url)
    gateway.when("Are you there?", stream("Now I am"))
    chat.box.fill("Are you there?")
    for send in (partial(chat.box.press, "Enter"), line.page.get_by_test_id("stChatInputSubmitButton").click):
        chat.wait_until_ready()
        line.loses_what_is_said, line.losses = True, 0
        send()
        expect(chat.box).to_have_value("")
        line.wait_until(lambda: line.losses > 0)
        line.cut()
        expect(chat.box).to_have_value("Are you there?")
    chat.wait_until_ready()
    chat.box.press("Enter")
    expect(chat.answer).to_contain_text("Now I am")
    expect(chat.questions).to_have_count(1)
    expect(chat.box).to_have_value("")


def test_a_question_that_arrived_before_the_connection_broke_is_not_asked_again(
    server: AppServer, gateway: ScriptedGateway, line: Line
) -> None:
    chat = ChatPage.load(line.page, server.url)
    gateway.when("First?", stream("Yes"))
    gate = Gate()
    gateway.when("Did it arrive?", stream("It did", hold=gate))
    chat.ask_and_wait("First?")
    line.loses_what_is_answered = True
    chat.box.fill("Did it arrive?")
    chat.box.press("Enter")
    line.wait_until(gate.reached.is_set)
    line.cut()
    gate.open()
    expect(chat.answer).to_contain_text("It did")
    chat.wait_until_still()
    expect(chat.box).to_have_value("")


def test_f5_follows_the_reply_on_and_doubles_nothing(chat: ChatPage, gateway: ScriptedGateway) -> None:
    hold = Gate()
    gateway.when("Long story", stream("Once upon", " a time.", hold=hold, hold_after=1))
    chat.ask("Long story")
    expect(chat.answer).to_have_text("Once upon")
    chat.reload()
    expect(chat.answer).to_have_text("Once upon")
    expect(chat.stop_button).to_be_visible()
    hold.open()
    expect(chat.footer).to_contain_text("2 tokens")
    expect(chat.answer).to_contain_text("Once upon a time.")
    expect(chat.questions).to_have_text(["Long story"])
    expect(chat.answers).to_have_count(1)
    assert [received.prompt for received in gateway.requests].count("Long story") == 1


def test_a_second_tab_sees_the_reply_and_stops_it(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Watch me", stream("Seen twice", then_silence=True))
    chat.ask("Watch me")
    expect(chat.answer).to_have_text("Seen twice")
    other = chat.second_tab()
    expect(other.answer).to_have_text("Seen twice")
    other.stop()
    for tab in (other, chat):
        expect(tab.footer).to_contain_text("stopped")
        expect(tab.answer).to_contain_text("Seen twice")
    assert [received.prompt for received in gateway.requests].count("Watch me") == 1


def test_a_reply_goes_on_while_a_person_reads_another_conversation(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    hold = Gate()
    gateway.when("Slow one", stream("Half", " whole", hold=hold, hold_after=1))
    gateway.when("Quick one", stream("Done"))
    chat.ask("Slow one")
    expect(chat.answer).to_have_text("Half")
    chat.new_chat()
    chat.ask_and_wait("Quick one")
    hold.open()
    chat.open_conversation("Slow one")
    expect(chat.answers).to_have_count(1)
    expect(chat.answer).to_contain_text("Half whole")
    expect(chat.footer).to_contain_text("2 tokens")
    chat.wait_until_still()
    chat.open_conversation("Quick one")
    expect(chat.answer).to_contain_text("Done")
