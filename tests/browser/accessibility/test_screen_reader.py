"""What a screen reader is told while somebody chats."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import Gate, ScriptedGateway, error, stream
from tests.scripted_gateway.replies import Script

pytestmark = pytest.mark.browser

TELL = """() => {
  window.told = [];
  let last = "";
  const hear = () => {
    const text = document.getElementById("announcer")?.textContent ?? "";
    if (text && text !== last) told.push(text);
    last = text;
  };
  new MutationObserver(hear).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
"""JavaScript: notes what screen readers are told."""


def expect_told(page: Page, *texts: str) -> None:
    """Wait until the last of these has been told; all of them, in this order, and nothing else."""
    page.wait_for_function("(text) => told.at(-1)?.includes(text)", arg=texts[-1])
    told = page.evaluate("told.splice(0)")
    assert len(told) == len(texts), told
    for text, part in zip(told, texts, strict=True):
        assert part in text


def test_a_screen_reader_is_told_each_thing_once(chat: ChatPage, gateway: ScriptedGateway) -> None:
    page, gate = chat.page, Gate()
    chat.wait_until_ready()
    gateway.when("Tell me", stream("One ", "two ", "three.", hold=gate, hold_after=2))
    page.evaluate(TELL)
    chat.ask("Tell me")
    expect(chat.answer).to_contain_text("two")
    expect_told(page, "Answering")
    gate.open()
    expect_told(page, "Done. model-a")
    chat.copy()
    expect_told(page, "Copied")
    gateway.when("Tell me more", stream("One ", "two ", "three.", hold=Gate(), hold_after=2))
    chat.ask("Tell me more")
    expect(chat.answer).to_contain_text("two")
    expect_told(page, "Answering")
    page.keyboard.press("Escape")
    expect_told(page, "Stopped")
    expect(chat.box).to_be_focused()
    failing = Gate()
    gateway.when("Fail now", held_error(failing))
    chat.ask("Fail now")
    expect_told(page, "Answering")
    failing.open()
    expect_told(page, "Error: This model is not available.")


def test_a_screen_reader_is_told_of_what_was_there_at_once(chat: ChatPage, gateway: ScriptedGateway) -> None:
    page = chat.page
    chat.reload()
    chat.new_chat()
    page.evaluate(TELL)
    for question, (script, told) in AT_ONCE.items():
        gateway.when(question, script)
        chat.ask(question)
        expect_told_at_last(page, told)
    chat.new_chat()
    chat.open_conversation("Fail at once")
    chat.wait_until_still()
    chat.regenerate()
    expect_told_at_last(page, told)  # and nothing of the answers that were opened


AT_ONCE: dict[str, tuple[Script, str]] = {
    "Fail at once": (error(403, {"error": {"message": "user quota is not enough"}}), "Error: The balance is"),
    "Refuse at once": (error(400, {"error": {"message": "n is too large"}}), "Error: The request was not"),
    "Break off at once": (stream("Half", hang_up=True), "Error: The reply broke off"),
    "Answer at once": (stream("Hello."), "Done. model-a"),
}
"""Replies that end before the page shows that one runs, and what is told of them."""


def expect_told_at_last(page: Page, text: str) -> None:
    """Wait until this has been told, once; before it at most that an answer begins."""
    page.wait_for_function("(text) => told.at(-1)?.includes(text)", arg=text)
    told = page.evaluate("told.splice(0)")
    assert [each for each in told if each != "Answering"] == told[-1:]


def held_error(gate: Gate) -> Script:
    """An error that comes when the gate opens."""
    failing = error(503, {"error": {"message": "No available channel"}})
    return lambda received: replace(failing(received), before=[gate])
