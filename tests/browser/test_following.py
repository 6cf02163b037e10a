"""A reply does not depend on the tab that asked for it."""

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import Gate, ScriptedGateway, stream

pytestmark = pytest.mark.browser


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
