"""What people and models write, on the app's own pages: line breaks, directions, titles, what is copied."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import Gate, ScriptedGateway, stream

pytestmark = pytest.mark.browser

QUESTION = (
    "Mend this:\n　　first line, 12:30{a} cc:@me\n    def __init__(self):\n\n\n* no list\n"
    "1. nor this, see https://a.invalid/b，thanks"
)
LEFT = """(element) => {
    const words = document.createRange();
    words.selectNodeContents(element);
    const text = words.getBoundingClientRect(), box = element.getBoundingClientRect();
    return text.left - box.left < box.right - text.right;
}"""
"""Whether the words of an element stand at its left side."""


def copied(chat: ChatPage, what: Locator) -> str:
    """What the clipboard holds when a person selects it and copies."""
    what.evaluate("(element) => getSelection().selectAllChildren(element)")
    chat.page.keyboard.press("Control+c")
    return str(chat.page.evaluate("navigator.clipboard.readText()"))


def send(chat: ChatPage, text: str) -> None:
    """Send a text of several lines, which a bubble shows in more than one line."""
    before = chat.footers.count()
    chat.box.fill(text)
    chat.box.press("Enter")
    expect(chat.footers).to_have_count(before + 1)
    chat.wait_until_still()


def test_a_question_stays_as_it_was_typed(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when(QUESTION, stream("Mended."))
    send(chat, QUESTION)
    bubble = chat.questions.first
    assert bubble.inner_text() == QUESTION
    assert copied(chat, bubble).strip() == QUESTION
    expect(bubble.get_by_role("link")).to_have_attribute("href", "https://a.invalid/b")
    expect(bubble.locator("strong, em, ol, ul, li, pre")).to_have_count(0)
    chat.reload()
    assert chat.questions.first.inner_text() == QUESTION


def test_code_in_a_question_is_code(chat: ChatPage, gateway: ScriptedGateway) -> None:
    text = "Why?\n```py\nif a:\n\n    b = '<b>'\n```\nSay."
    gateway.when(text, stream("So."))
    send(chat, text)
    code = chat.questions.first.locator("pre code")
    assert code.inner_text() == "if a:\n\n    b = '<b>'"
    expect(chat.questions.first.locator("p")).to_have_text(["Why?", "Say."])


def test_a_line_break_in_a_table_and_in_a_heading_begins_a_new_line(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gateway.when("Break lines", stream("## One<br>two\n\n| a |\n|--|\n| three<br>four<br/>five |"))
    chat.ask_and_wait("Break lines")
    assert chat.answer.locator("td").inner_text() == "three\nfour\nfive"
    assert chat.answer.locator("h4").inner_text().strip() == "One\ntwo"


def test_half_a_tag_is_never_seen(chat: ChatPage, gateway: ScriptedGateway) -> None:
    pieces = ["CO<", "su", "b>2</s", "ub> an", "d a<b", "r>b <", "b>c</b"]
    for count in range(1, len(pieces) + 1):
        hold, prompt = Gate(), f"Write {count} pieces"
        gateway.when(prompt, stream(*pieces, "> end", hold=hold, hold_after=count))
        chat.ask(prompt)
        expect(chat.answer).to_contain_text("CO")
        assert not re.search("[<>]", chat.answer.inner_text())
        hold.open()
        expect(chat.answer).to_contain_text("CO₂ and a\nb c end", use_inner_text=True)
        chat.wait_until_still()


def test_what_is_copied_holds_nothing_that_was_not_written(chat: ChatPage, gateway: ScriptedGateway) -> None:
    answer = "他说**“好”**吗，a -> b :smile: <b>x</b>，见 https://a.invalid/b，后文。- عنوان"
    gateway.when("Say it in Chinese", stream(answer))
    chat.ask_and_wait("Say it in Chinese")
    shown = copied(chat, chat.answer.locator("p").first)
    assert shown == "他说“好”吗，a -> b :smile: x，见 https://a.invalid/b，后文。- عنوان"


ARABIC = (
    "مرحبا، هذا نص.\n\n- أول\n- ثان\n\n1. ثالث\n\n> اقتباس\n\n"
    "| عمود | a |\n|--|--|\n| قيمة | 1 |\n\n`x = 1` هو رمز\n\n"
)
ENGLISH = "An English paragraph.\n\n* a list\n\n```\nprint('مرحبا')\n```"


def test_each_paragraph_has_its_own_direction(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("سؤال بالعربية", stream(ARABIC + ENGLISH))
    chat.ask_and_wait("سؤال بالعربية")
    expect_directions(chat.answer)
    chat.resize({"width": 390, "height": 800})
    expect_directions(chat.answer)
    assert not chat.questions.first.locator("p").evaluate(LEFT)  # on a wide page its bubble is as wide as it


def expect_directions(answer: Locator) -> None:
    turned = {
        name: not answer.locator(name).first.evaluate(LEFT)
        for name in ("p", "ul li", "ol li", "blockquote p")
    }
    assert all(turned.values()), turned
    assert not answer.locator("p", has_text="هو رمز").evaluate(LEFT)
    assert answer.locator("p", has_text="English").evaluate(LEFT)
    assert answer.locator("ul li", has_text="a list").evaluate(LEFT)
    assert answer.locator("pre code").evaluate(LEFT)
    directions = "(elements) => elements.map((element) => getComputedStyle(element).direction)"
    assert answer.locator("ul, ol, blockquote, table").evaluate_all(directions) == [*["rtl"] * 4, "ltr"]
    first, second = (answer.locator("th").nth(at).bounding_box() for at in (0, 1))
    assert first
    assert second
    assert first["x"] > second["x"]


def test_a_title_is_shown_as_it_was_typed(chat: ChatPage, gateway: ScriptedGateway) -> None:
    title = ":material/home: :smile: a -> b $x$ 5-6 www.a.invalid"
    gateway.when(title, stream("Well."))
    chat.ask_and_wait(title)
    expect(chat.title).to_have_text(title)
    expect(chat.conversations.first).to_contain_text(title)
    expect(chat.page.locator(".st-key-header a, .row-title a")).to_have_count(0)
