"""Nothing happens out of sight, and nothing moves under a person who reads."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, expect

from lib.app import DATABASE
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.people.people import LOCAL
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import Reply, State
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.replies import Begun, Closing
from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import OpenChat
from tests.patience import eventually
from tests.scripted_gateway import Gate, ScriptedGateway, stream

pytestmark = pytest.mark.browser

ANSWER = "A paragraph that is long enough to be read, about nothing in particular, and then some more.\n\n"
LINES = [f"Line {number} of a text that grows.\n\n" for number in range(60)]
SHIFTS = """() => {
    window.shifts = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
}"""
UNSTYLED = """
    window.unstyled = [];
    const look = () => {
        if (getComputedStyle(document.documentElement).getPropertyValue("--composer-edge")) return;
        const options = { opacityProperty: true, visibilityProperty: true };
        const seen = [...document.querySelectorAll("p")].filter((each) => each.checkVisibility(options));
        window.unstyled.push(...seen.map((each) => each.textContent));
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
"""
PLACES = """(paragraph) => {
    const begin = paragraph.getBoundingClientRect().y;
    window.moved = 0;
    const look = () => {
        window.moved = Math.max(window.moved, Math.abs(paragraph.getBoundingClientRect().y - begin));
        requestAnimationFrame(look);
    };
    look();
}"""


def a_past(server: AppServer, messages: int) -> str:
    """Store a conversation of so many messages; return its id."""
    store, now = Store(server.data_dir / DATABASE), datetime.now(UTC)
    conversation = Conversation(new_id(), f"A past of {messages} messages", now, now, model="model-a")
    for turn in range(messages // 2):
        question = Message(new_id(), conversation.leaf_id, "user", f"Question {turn}", now)
        answer = Message(new_id(), question.id, "assistant", "", now, Reply())
        begun = Begun(answer.id, LOCAL, new_id(), new_id(), "test")
        store.replies.begin(conversation, [question, answer], begun)
        reply = Reply(State.COMPLETED, ANSWER * 3, model_requested="model-a", finish_reason="stop")
        row = LedgerRow.of(
            reply,
            reply_id=answer.id,
            session_id=begun.session_id,
            conversation_id=conversation.id,
            created_at=now,
        )
        store.replies.journal("test", [], [Closing(reply, LOCAL, row)])
        conversation.add([question, answer])
    store.close()
    return conversation.id


def opened(chat: ChatPage, server: AppServer, messages: int) -> ChatPage:
    """Open a conversation with a past; returns when it is drawn."""
    chat.page.goto(f"{server.url}/?c={a_past(server, messages)}")
    chat.wait_until_ready()
    expect(chat.questions.last).to_have_text(f"Question {messages // 2 - 1}")
    chat.wait_until_still()
    return chat


def reader(chat: ChatPage) -> Locator:
    """What scrolls."""
    return chat.page.locator(".stMain")


def to_top(chat: ChatPage) -> None:
    reader(chat).hover()
    chat.page.mouse.wheel(0, -100_000)
    expect(latest(chat)).to_be_visible()


def latest(chat: ChatPage) -> Locator:
    return chat.page.get_by_role("button", name="Jump to the latest")


def box_of(element: Locator) -> FloatRect:
    box = element.bounding_box()
    assert box
    return box


def expect_above_composer(chat: ChatPage, element: Locator) -> None:
    """Wait until the element is in view and not under the message box."""
    expect(element).to_be_in_viewport(ratio=1)
    composer = chat.page.get_by_test_id("stBottom")
    assert eventually(lambda: bottom_of(element) <= box_of(composer)["y"] + 1)


def bottom_of(element: Locator) -> float:
    box = box_of(element)
    return box["y"] + box["height"]


def test_a_question_comes_into_view_wherever_one_had_scrolled_to(
    chat: ChatPage, server: AppServer, gateway: ScriptedGateway
) -> None:
    opened(chat, server, 60)
    expect(chat.answer).to_be_in_viewport()
    to_top(chat)
    hold = Gate()
    gateway.when("Where are you?", stream("Here", " I am.", hold=hold, hold_after=1))
    chat.ask("Where are you?")
    expect(chat.answer).to_contain_text("Here")
    expect_above_composer(chat, chat.questions.last)
    expect_above_composer(chat, chat.answer)
    hold.open()
    expect(chat.footer).to_contain_text("tokens")
    expect_above_composer(chat, chat.footer)
    expect(latest(chat)).to_have_count(0)


def test_a_page_follows_what_grows_and_stays_where_a_person_has_scrolled_to(
    chat: ChatPage, server: AppServer, gateway: ScriptedGateway
) -> None:
    opened(chat, server, 20)
    hold = Gate()
    gateway.when("Write much", stream(*LINES, "The very end.", hold=hold, hold_after=20))
    chat.ask("Write much")
    expect_above_composer(chat, chat.answer.get_by_text("Line 19 of"))
    reader(chat).hover()
    chat.page.mouse.wheel(0, -300)
    expect(latest(chat)).to_be_visible()
    expect_above_composer(chat, latest(chat))
    chat.wait_for_rest()
    read = chat.answer.get_by_text("Line 8 of")
    expect_above_composer(chat, read)
    read.evaluate(PLACES)
    hold.open()
    expect(chat.footer).to_contain_text("tokens")
    chat.wait_until_still()
    assert chat.page.evaluate("window.moved") < 1
    latest(chat).click()
    expect(latest(chat)).to_have_count(0)
    expect_above_composer(chat, chat.footer)


def test_the_end_stays_in_view_when_an_answer_is_stopped_and_when_the_composer_grows(
    chat: ChatPage, server: AppServer, gateway: ScriptedGateway
) -> None:
    opened(chat, server, 20)
    gateway.when("Write and stop", stream(*LINES[:20], "The last line.", then_silence=True))
    for _ in range(2):
        chat.ask("Write and stop")
        expect_above_composer(chat, chat.answer.get_by_text("The last line."))
        chat.stop()
        expect(chat.footer).to_contain_text("stopped")
        chat.wait_until_still()
        expect_above_composer(chat, chat.keyed("continue-").last)
        expect_above_composer(chat, chat.footer)
    chat.box.fill("One line\nand\nmany\nmore\nof\nthem")
    expect_above_composer(chat, chat.footer)
    expect(latest(chat)).to_have_count(0)


def test_the_button_goes_when_one_is_at_the_end_oneself(chat: ChatPage, server: AppServer) -> None:
    opened(chat, server, 20)
    expect(latest(chat)).to_have_count(0)
    to_top(chat)
    chat.page.mouse.wheel(0, 100_000)
    expect(latest(chat)).to_have_count(0)


def test_the_editor_opens_where_one_looks_with_the_end_of_the_text_in_view(
    open_chat: OpenChat, gateway: ScriptedGateway
) -> None:
    chat = open_chat(height=700)
    question = "\n".join(f"Line {number} of a long question" for number in range(30))
    gateway.when(question, stream(*LINES))
    chat.box.fill(question)
    chat.box.press("Enter")
    expect(chat.footer).to_contain_text("tokens")
    chat.wait_until_still()
    edit = chat.keyed("question-").get_by_role("button", name="Edit")
    edit.evaluate('(button) => button.scrollIntoView({ block: "center" })')
    chat.wait_until_still()
    edit.click()
    field = chat.page.get_by_label("Edit your message")
    expect(field).to_be_focused()
    for name in ("Cancel", "Send"):
        expect_above_composer(chat, chat.keyed("editing-").get_by_role("button", name=name))
    assert field.evaluate("field => field.selectionStart === field.value.length")
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(chat.questions).to_have_count(1)


def test_keys_cancel_and_send_an_edit(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Name a colour", stream("Blue"))
    gateway.when("Name a tree", stream("Lime"))
    chat.ask_and_wait("Name a colour")
    field = chat.page.get_by_label("Edit your message")
    for key in ("Escape", "Control+Enter"):
        chat.keyed("question-").get_by_role("button", name="Edit").click()
        expect(field).to_be_focused()
        field.fill("Name a tree")
        field.press(key)
        expect(field).to_have_count(0)
    expect(chat.answer).to_contain_text("Lime")
    expect(chat.questions).to_have_text(["Name a tree"])
    assert [each.prompt for each in gateway.requests].count("Name a tree") == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_is_not_seen_before_its_styles(chat: ChatPage, gateway: ScriptedGateway, width: int) -> None:
    gateway.when("Compare in style", stream(ANSWER, "- One\n- Two\n\n", "| a | b |\n|-|-|\n| 1 | 2 |\n"))
    chat.compare()
    chat.box.fill("Compare in style")
    chat.box.press("Enter")
    expect(chat.keyed("keep").get_by_role("button")).to_be_enabled()
    page = chat.page.context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.add_init_script(UNSTYLED)
    page.goto(chat.page.url)
    ChatPage(page).wait_until_ready()
    assert page.evaluate("window.unstyled") == []
    page.close()


def shifts(chat: ChatPage) -> Any:
    return chat.page.evaluate("window.shifts")


def test_little_moves_while_a_page_loads_and_nothing_while_text_streams(
    chat: ChatPage, server: AppServer, gateway: ScriptedGateway
) -> None:
    opened(chat, server, 20)
    chat.page.evaluate(SHIFTS)
    loaded = shifts(chat)
    hold = Gate()
    gateway.when("Write calmly", stream(*LINES, "Done.", hold=hold, hold_after=1))
    chat.ask("Write calmly")
    expect(chat.answer).to_contain_text("Line 0 of")
    before = shifts(chat)
    hold.open()
    expect(chat.footer).to_contain_text("tokens")
    chat.wait_until_still()
    assert (loaded < 0.1, shifts(chat) - before < 0.02) == (True, True), (loaded, before, shifts(chat))
