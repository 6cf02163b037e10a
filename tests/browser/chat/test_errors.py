"""Each kind of error in a real browser: how it looks, and that its button does what it says."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from lib.domain.reply.error_words import WORDS
from lib.domain.reply.errors import Category
from lib.gateway.requests import CONTINUE
from tests.app_server import AppServer, free_port
from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import Gate, ScriptedGateway, error, stream

pytestmark = pytest.mark.browser

Try = Callable[[ChatPage, ScriptedGateway], None]
FIXED = "Here is your answer"


def says(status: int, message: str) -> Any:
    return error(status, {"error": {"message": message}})


def gives_an_answer(chat: ChatPage, _: ScriptedGateway) -> None:
    expect(chat.answer).to_contain_text(FIXED)
    expect(chat.box).to_have_value("")


def asks_for_a_key(chat: ChatPage, _: ScriptedGateway) -> None:
    expect(chat.dialog.get_by_label("API key")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.dialog).to_have_count(0)


def begins_anew_with_the_question(chat: ChatPage, _: ScriptedGateway) -> None:
    expect(chat.welcome).to_be_visible()
    expect(chat.box).to_have_value(Category.CONTEXT_TOO_LONG)


def opens_the_editor(chat: ChatPage, _: ScriptedGateway) -> None:
    expect(chat.page.get_by_label("Edit your message")).to_be_visible()


def goes_on(chat: ChatPage, _: ScriptedGateway) -> None:
    expect(chat.answer).to_contain_text("Half an answer and the rest")


REMEDIES: dict[Category, tuple[Any, str, Try]] = {
    Category.INVALID_KEY: (says(401, "Invalid token"), "Use another key", asks_for_a_key),
    Category.INVALID_MODEL: (says(404, "model not found"), "Ask model-b", gives_an_answer),
    Category.INSUFFICIENT_BALANCE: (says(403, "用户额度不足"), "Try again", gives_an_answer),
    Category.CONTEXT_TOO_LONG: (
        *(says(400, "prompt is too long"), "Start a new chat"),
        begins_anew_with_the_question,
    ),
    Category.BAD_REQUEST: (says(400, "n is too large"), "Edit the question", opens_the_editor),
    Category.STREAM_INTERRUPTED: (stream("Half an answer", hang_up=True), "Continue", goes_on),
}
"""An error for each kind of button."""


def test_each_button_below_an_error_helps(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when(CONTINUE, stream(" and the rest"))
    for category, (script, button, helps) in REMEDIES.items():
        gateway.when(category, script)
        chat.ask(category)
        alert = chat.answer.get_by_test_id("stAlert")
        expect(alert).to_contain_text(WORDS[category].title)
        if category is Category.STREAM_INTERRUPTED:
            expect(chat.answer).to_contain_text("Half an answer")
            expect(chat.footer).to_contain_text("failed")
        expect(chat.box).to_have_value("")
        expect(chat.questions).to_have_text([category])
        chat.wait_until_still()
        gateway.when(category, stream(FIXED))
        chat.answer.get_by_role("button", name=button).click()
        helps(chat, gateway)
        chat.wait_until_still()
        if category is not Category.CONTEXT_TOO_LONG:
            chat.new_chat()
            chat.wait_until_still()


def test_a_question_that_fails_is_shown_once_however_often_it_is_asked(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gateway.when("Never answered", says(400, "no"))
    for times in range(1, 5):
        chat.ask("Never answered")
        expect(chat.answer.get_by_test_id("stAlert")).to_be_visible()
        if times > 1:
            expect(chat.answer).to_contain_text(f"{times} / {times}")
        chat.wait_until_still()
    expect(chat.questions).to_have_text(["Never answered"])
    expect(chat.box).to_have_value("")


def test_what_a_person_is_typing_stays_when_an_answer_fails(chat: ChatPage, gateway: ScriptedGateway) -> None:
    hold, down = Gate(), says(400, "no")
    gateway.when("Answered late", lambda received: replace(down(received), before=[hold]))
    chat.ask("Answered late")
    chat.box.fill("Something else meanwhile")
    hold.open()
    expect(chat.answer.get_by_test_id("stAlert")).to_be_visible()
    chat.wait_until_still()
    expect(chat.box).to_have_value("Something else meanwhile")


def test_a_gateway_that_comes_back_is_found_without_a_click(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    port = free_port()
    data_dir = tmp_path_factory.mktemp("away") / "data"
    with AppServer(data_dir, f"http://127.0.0.1:{port}/v1") as away:
        context = chromium.new_context()
        chat = ChatPage.open(context, away.url)
        banner = chat.keyed("outage")
        expect(banner).to_contain_text("cannot be reached")
        with ScriptedGateway(port=port):
            expect(banner).to_have_count(0, timeout=30_000)
            chat.ask_and_wait("tokens=3")
        context.close()
