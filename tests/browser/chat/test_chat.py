"""A person and the chat page: ask, follow, stop, ask again, change their mind."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import ChatPage
from tests.scripted_gateway import Gate, Received, ScriptedGateway, stream

pytestmark = pytest.mark.browser


def asked(gateway: ScriptedGateway, prompt: str) -> list[Received]:
    """The requests for answers to this question."""
    return [received for received in gateway.requests if received.prompt == prompt]


def test_an_answer_shows_while_it_is_written_and_ends_with_its_figures(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    hold = Gate()
    gateway.when("Tell me of tides", stream("The moon ", "pulls the sea.", hold=hold, hold_after=1))
    chat.ask("Tell me of tides")
    expect(chat.answer).to_have_text("The moon")
    expect(chat.stop_button).to_be_visible()
    expect(chat.footer).to_have_count(0)
    hold.open()
    expect(chat.answer).to_contain_text("The moon pulls the sea.")
    expect(chat.footer).to_have_text(re.compile(r"^model-a · 2 tokens · first token \d\.\d\d s$"))
    expect(chat.stop_button).to_have_count(0)


def test_the_first_words_are_there_soon_and_stop_keeps_them_and_hangs_up(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gateway.when("Count for ever", stream("One, two, ", "three", then_silence=True))
    chat.box.fill("Count for ever")
    chat.box.press("Enter")
    expect(chat.answer.get_by_text("One, two, three")).to_be_visible(timeout=2_000)
    chat.stop()
    expect(chat.footer).to_contain_text("stopped")
    expect(chat.answer).to_contain_text("One, two, three")
    assert asked(gateway, "Count for ever")[0].closed.wait(5)
    expect(chat.stop_button).to_have_count(0)


def test_a_suggestion_is_a_button_that_sends_once_even_if_it_is_clicked_twice(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    haiku = "Write a haiku about a quiet morning"
    gateway.when(haiku, stream("Mist on the water"))
    chat.page.get_by_role("button", name=haiku).dblclick()
    expect(chat.questions).to_have_text(haiku)
    expect(chat.footer).to_contain_text("token")
    chat.wait_until_still()
    expect(chat.questions).to_have_count(1)
    assert len(asked(gateway, haiku)) == 1


def test_versions_of_an_answer_and_of_a_question_are_switched_by_arrows(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gateway.when("Name a colour", stream("Blue"))
    gateway.when("Name a fruit", stream("Pear"))
    chat.ask_and_wait("Name a colour")
    gateway.when("Name a colour", stream("Green"))
    chat.regenerate()
    expect(chat.answer).to_contain_text("Green")
    expect(chat.answer).to_contain_text("2 / 2")
    chat.wait_until_still()
    chat.earlier_version()
    expect(chat.answer).to_contain_text("Blue")
    expect(chat.answer).to_contain_text("1 / 2")
    chat.later_version()
    expect(chat.answer).to_contain_text("Green")
    expect(chat.questions).to_have_count(1)

    chat.edit("Name a fruit")
    expect(chat.answer).to_contain_text("Pear")
    expect(chat.questions).to_have_text(["Name a fruit"])
    expect(chat.keyed("question-")).to_contain_text("2 / 2")
    chat.wait_until_still()
    chat.earlier_version()
    expect(chat.questions).to_have_text(["Name a colour"])
    expect(chat.answer).to_contain_text("Green")


def test_a_conversation_is_renamed_and_deleted(chat: ChatPage) -> None:
    chat.ask_and_wait("tokens=3 to rename")
    chat.rename("My *fine* trip")
    expect(chat.title).to_have_text("My *fine* trip")
    expect(chat.conversations.filter(has_text="My *fine* trip")).to_have_count(1)
    expect(chat.conversations.filter(has_text="to rename")).to_have_count(0)
    chat.delete()
    expect(chat.welcome).to_be_visible()
    expect(chat.conversations.filter(has_text="My *fine* trip")).to_have_count(0)
    expect(chat.questions).to_have_count(0)


def test_the_model_and_the_parameters_that_are_chosen_reach_the_gateway(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    assert chat.choose_model("model-b")[0] == "model-b"
    chat.set_parameter("Temperature", "0.3")
    chat.set_parameter("System prompt", "Answer in verse.")
    assert chat.ask_and_wait("tokens=3 warm").startswith("model-b · ")
    body = asked(gateway, "tokens=3 warm")[0].body
    assert body["model"] == "model-b"
    assert body["temperature"] == 0.3
    assert body["messages"][0] == {"role": "system", "content": "Answer in verse."}
    assert "top_p" not in body


def test_copy_puts_the_markdown_as_the_model_wrote_it_on_the_clipboard(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    markdown = "# Title\n\n- **bold** :smile: \\(x^2\\)\n\n```py\nprint('<b>')\n```\n"
    gateway.when("Write markdown", stream(*re.findall(r"[^\n]*\n", markdown)))
    chat.ask_and_wait("Write markdown")
    chat.copy()
    expect(chat.page.get_by_test_id("stToastText")).to_have_text("Copied")
    chat.expect_copied(markdown)


def test_a_new_chat_is_an_ordinary_one_and_says_so(chat: ChatPage) -> None:
    temporary = chat.page.get_by_role("switch", name="Temporary chat")
    chat.keyed("temporary").locator("label").click()
    chat.wait_until_still()
    expect(temporary).to_be_checked()
    chat.new_chat()
    expect(temporary).not_to_be_checked()
    chat.keyed("temporary").locator("label").click()
    chat.ask_and_wait("tokens=3 between us")
    expect(chat.page.get_by_text("Not stored")).to_be_visible()
    chat.new_chat()
    expect(temporary).not_to_be_checked()
