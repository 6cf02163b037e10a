"""What a model writes is text: it loads nothing and runs nothing."""

import pytest
from playwright.sync_api import Browser, expect

from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import Watch
from tests.scripted_gateway import ScriptedGateway, stream

pytestmark = pytest.mark.browser


def test_model_text_loads_and_runs_nothing(chat: ChatPage, gateway: ScriptedGateway) -> None:
    elsewhere = f"http://127.0.0.1:{gateway.port}"
    hostile = (
        f'<img src="{elsewhere}/img.png" onerror="document.title = 1">',
        f"![picture]({elsewhere}/pixel.png)",
        f"[![badge]({elsewhere}/badge.png)]({elsewhere}/page)",
        f'<script src="{elsewhere}/code.js"></script>',
        '<script>document.title = "taken"</script>',
        f'<iframe src="{elsewhere}/frame"></iframe>',
        f'<link rel="stylesheet" href="{elsewhere}/style.css">',
        f'<style>@import "{elsewhere}/more.css";</style>',
        "[click](javascript:document.title='taken')",
        "The end.",
    )
    before = len(gateway.requests)
    gateway.when("Be hostile", stream(*(f"{text}\n\n" for text in hostile)))
    chat.ask_and_wait("Be hostile")
    expect(chat.answer).to_contain_text("The end.")
    expect(chat.answer).to_contain_text('<script>document.title = "taken"</script>')
    for element in ("img", "script", "iframe", "link", "style", 'a[href^="javascript"]'):
        expect(chat.answer.locator(element)).to_have_count(0)
    expect(chat.answer.get_by_role("link", name="picture")).to_have_attribute(
        "href", f"{elsewhere}/pixel.png"
    )
    chat.new_chat()
    chat.wait_until_still()
    chat.open_conversation("Be hostile")
    expect(chat.answer).to_contain_text("The end.")
    assert "taken" not in chat.page.title()
    assert {received.path for received in gateway.requests[before:]} <= {"/v1/models", "/v1/chat/completions"}


def test_a_request_to_elsewhere_and_a_console_error_would_be_noticed(
    chromium: Browser, server: AppServer, gateway: ScriptedGateway
) -> None:
    context = chromium.new_context()
    watch = Watch(context)
    watch.begin(server.url)
    page = context.new_page()
    page.goto(server.url)
    page.evaluate("(url) => { new Image().src = url }", f"http://127.0.0.1:{gateway.port}/pixel.png")
    page.evaluate("console.error('oh')")
    page.evaluate("new WebSocket('ws://127.0.0.1:1')")
    complaints = " ".join(watch.complaints)
    context.close()
    assert "/pixel.png" in complaints
    assert "console: oh" in complaints
