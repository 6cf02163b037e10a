"""A server that is started again: an open page that nobody touches connects to it and is whole again."""

import os
import signal
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import SECONDS
from tests.browser.profiles import profiles
from tests.scripted_gateway import Gate, ScriptedGateway, stream


def test_an_idle_page_outlives_a_restart_without_a_click(
    chromium: Browser, gateway: ScriptedGateway, tmp_path: Path
) -> None:
    gate = Gate()
    gateway.when("Keep it busy", stream("One", hold=gate, hold_after=1))
    with AppServer(tmp_path / "data", gateway.base_url) as server, chromium.new_context() as context:
        context.set_default_timeout(SECONDS * 1000)
        busy, idle = context.new_page(), context.new_page()
        for page in (busy, idle):
            page.goto(server.url)
            page.get_by_test_id("stChatInputTextArea").wait_for()
        busy.get_by_test_id("stChatInputTextArea").fill("Keep it busy")
        busy.get_by_test_id("stChatInputTextArea").press("Enter")
        busy.get_by_text("One", exact=True).first.wait_for()
        idle.get_by_test_id("stChatInputTextArea").fill("A draft")
        os.kill(server.pid, signal.SIGTERM)
        banner = idle.get_by_text("The server restarts.")
        banner.wait_for()
        gate.open()
        assert server.wait() == 0
        server.start()
        banner.wait_for(state="detached")
        expect(idle.get_by_test_id("stChatInputTextArea")).to_have_value("A draft")


def test_the_first_message_after_a_restart_is_answered(
    chromium: Browser, gateway: ScriptedGateway, tmp_path: Path
) -> None:
    gateway.when("Are you back?", stream("Yes."))
    with AppServer(tmp_path / "data", gateway.base_url) as server, profiles(chromium, server.url) as opened:
        chat = ChatPage(opened.open("/"))
        chat.wait_until_ready()
        chat.wait_until_still()
        server.kill()
        chat.page.wait_for_function("() => !window.isConnected()")
        server.start()
        chat.page.wait_for_function("() => window.isConnected()")
        chat.wait_until_still()
        chat.box.fill("Are you back?")
        chat.box.press("Enter")
        expect(chat.answer).to_contain_text("Yes.")
