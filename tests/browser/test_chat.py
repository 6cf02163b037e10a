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


def test_the_first_word_is_on_the_screen_soon_after_it_was_sent(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    gateway.when("Be quick", stream("Here.", then_silence=True))
    chat.box.fill("Be quick")
    chat.box.press("Enter")
    expect(chat.answer.get_by_text("Here.")).to_be_visible(timeout=2_000)
    chat.stop()
    expect(chat.footer).to_contain_text("stopped")


def test_stop_keeps_the_text_and_hangs_up_on_the_gateway(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Count for ever", stream("One, two, ", "three", then_silence=True))
    chat.ask("Count for ever")
    expect(chat.answer).to_have_text("One, two, three")
    chat.stop()
    expect(chat.footer).to_contain_text("stopped")
    expect(chat.answer).to_contain_text("One, two, three")
    assert asked(gateway, "Count for ever")[0].closed.wait(5)
    expect(chat.stop_button).to_have_count(0)


def test_regenerate_adds_a_version_and_the_arrows_switch(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Name a colour", stream("Blue"))
    chat.ask_and_wait("Name a colour")
    gateway.when("Name a colour", stream("Green"))
    chat.regenerate()
    expect(chat.answer).to_contain_text("Green")
    expect(chat.answer).to_contain_text("2 / 2")
    chat.earlier_version()
    expect(chat.answer).to_contain_text("Blue")
    expect(chat.answer).to_contain_text("1 / 2")
    chat.later_version()
    expect(chat.answer).to_contain_text("Green")
    expect(chat.questions).to_have_count(1)


def test_an_edited_question_is_asked_beside_the_old_one(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("Capital of Chile?", stream("Santiago"))
    gateway.when("Capital of Peru?", stream("Lima"))
    chat.ask_and_wait("Capital of Chile?")
    chat.edit("Capital of Peru?")
    expect(chat.answer).to_contain_text("Lima")
    expect(chat.questions).to_have_text(["Capital of Peru?"])
    expect(chat.keyed("question-")).to_contain_text("2 / 2")
    chat.earlier_version()
    expect(chat.questions).to_have_text(["Capital of Chile?"])
    expect(chat.answer).to_contain_text("Santiago")
    assert len(asked(gateway, "Capital of Peru?")[0].body["messages"]) == 1


def test_a_person_goes_to_another_conversation_and_back(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("First of two", stream("Answer one"))
    gateway.when("Second of two", stream("Answer two"))
    chat.ask_and_wait("First of two")
    chat.new_chat()
    expect(chat.questions).to_have_count(0)
    chat.ask_and_wait("Second of two")
    chat.open_conversation("First of two")
    expect(chat.answers).to_have_count(1)
    expect(chat.answer).to_contain_text("Answer one")
    chat.open_conversation("Second of two")
    expect(chat.answer).to_contain_text("Answer two")
    assert len(asked(gateway, "Second of two")[0].body["messages"]) == 1


def test_a_suggestion_is_sent_with_one_click(chat: ChatPage) -> None:
    suggestion = "Write a haiku about a quiet morning"
    chat.pick_suggestion(suggestion)
    expect(chat.questions).to_have_text([suggestion])
    expect(chat.footer).to_contain_text("tokens")
    expect(chat.welcome).to_have_count(0)


def test_a_conversation_gets_the_name_a_person_gives_it(chat: ChatPage) -> None:
    chat.ask_and_wait("tokens=3 to rename")
    chat.rename("My *fine* trip")
    expect(chat.title).to_have_text("My *fine* trip")
    expect(chat.conversations.filter(has_text="My *fine* trip")).to_have_count(1)
    expect(chat.conversations.filter(has_text="to rename")).to_have_count(0)


def test_a_conversation_is_deleted_after_a_question(chat: ChatPage) -> None:
    chat.ask_and_wait("tokens=3 to delete")
    expect(chat.conversations.filter(has_text="to delete")).to_have_count(1)
    chat.delete()
    expect(chat.welcome).to_be_visible()
    expect(chat.conversations.filter(has_text="to delete")).to_have_count(0)
    expect(chat.questions).to_have_count(0)


def test_the_model_box_filters_and_its_choice_answers(chat: ChatPage, gateway: ScriptedGateway) -> None:
    assert chat.choose_model("model-b")[0] == "model-b"
    assert chat.ask_and_wait("tokens=3 by b").startswith("model-b · ")
    assert asked(gateway, "tokens=3 by b")[0].body["model"] == "model-b"


def test_enter_in_the_model_box_takes_the_best_match_and_no_name_that_is_not_listed(
    chat: ChatPage, gateway: ScriptedGateway
) -> None:
    field = chat.page.get_by_role("combobox", name="Model")
    for typed in ("del-b", "model b"):
        field.click()
        field.fill(typed)
        field.press("Enter")
        expect(field).to_have_value("model-b")
        assert chat.ask_and_wait(f"tokens=3 by {typed}").startswith("model-b · ")
    field.click()
    field.fill("nothing-like-it")
    field.press("Enter")
    expect(chat.page.get_by_test_id("stToast")).to_contain_text("No model is called “nothing-like-it” here.")
    expect(field).to_have_value("model-b")
    chat.use_another_model("model-unlisted")
    chat.ask_and_wait("tokens=3 by name")
    assert asked(gateway, "tokens=3 by name")[0].body["model"] == "model-unlisted"


def test_parameters_reach_the_gateway(chat: ChatPage, gateway: ScriptedGateway) -> None:
    chat.set_parameter("Temperature", "0.3")
    chat.set_parameter("System prompt", "Answer in verse.")
    chat.ask_and_wait("tokens=3 warm")
    body = asked(gateway, "tokens=3 warm")[0].body
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
    expect(chat.page.get_by_text("Copied", exact=True)).to_be_visible()
    chat.expect_copied(markdown)
