"""The inspector and structured output, in the browser."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import Gate, ScriptedGateway, stream

pytestmark = pytest.mark.browser


def test_a_running_reply_is_inspected_tab_by_tab_and_ends_behind_the_dialog(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    hold = Gate()
    gateway.when("Inspect me", stream("The moon ", "pulls the sea.", hold=hold, hold_after=1))
    chat.ask("Inspect me")
    expect(chat.answer).to_have_text("The moon")
    chat.inspect_last()
    expect(chat.dialog.get_by_text("This reply is still running.")).to_be_visible()
    expect(chat.dialog.get_by_text('"content": "Inspect me"').first).to_be_visible()
    chat.dialog.get_by_role("tab", name="Response").click()
    expect(chat.dialog.get_by_text("chatcmpl-scripted")).to_be_visible()
    chat.dialog.get_by_role("tab", name="Timeline").click()
    expect(chat.dialog.get_by_test_id("stVegaLiteChart").locator("svg, canvas")).to_be_visible()
    chat.dialog.get_by_role("tab", name="Code").click()
    expect(chat.dialog.get_by_text("--data-binary").first).to_be_visible()
    hold.open()
    expect(chat.footer).to_contain_text("2 tokens")
    chat.page.keyboard.press("Escape")
    expect(chat.dialog).to_have_count(0)


def test_json_is_asked_for_by_a_pasted_schema_and_streams_as_code(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    hold = Gate()
    gateway.when("City?", stream('{"city":', '"Oslo"}', hold=hold, hold_after=1))
    chat.answer_by_schema("{}, }")
    expect(chat.page.get_by_text("The JSON schema is not JSON")).to_be_visible()
    chat.answer_by_schema(json.dumps({"type": "object"}))
    expect(chat.page.get_by_text("The JSON schema is not JSON")).to_have_count(0)
    chat.page.keyboard.press("Escape")
    chat.ask("City?")
    expect(chat.answer.locator("code")).to_contain_text('"city":')
    hold.open()
    expect(chat.footer).to_contain_text("2 tokens")
    assert chat.answer.locator("code").first.inner_text().split("\n") == ["{", '  "city": "Oslo"', "}"]
