"""What stands on the chat page, and what its widgets do."""

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from lib import app
from lib.domain.conversation.conversations import Conversation
from lib.domain.models import connection
from lib.domain.people.people import LOCAL
from lib.engine.sending import new_id
from lib.ui.chat import welcome
from lib.ui.state.session import new_conversation
from tests.pages.conftest import SECONDS, Opener, picker
from tests.scripted_gateway import ScriptedGateway, error, stream


def ask(chat: AppTest, text: str) -> AppTest:
    """Say something and wait for the end of the answer."""
    return chat.chat_input[0].set_value(text).run()


def said(chat: AppTest) -> str:
    """Everything that is written on the chat."""
    assert not chat.exception
    return "\n".join(element.value for element in [*chat.title, *chat.markdown, *chat.caption])


def titles() -> list[str]:
    """The conversations that there are to list."""
    return [summary.title for summary in app.get().store.of(LOCAL).conversations.latest(10)]


def menu(chat: AppTest, choice: str) -> AppTest:
    """Choose from the conversation's menu."""
    return chat.menu_button(key="conversation_menu").click(choice).run()


def suggestions(chat: AppTest) -> list[Button]:
    return [button for button in chat.button if (button.key or "").startswith("suggestion-")]


def test_an_empty_chat_offers_suggestions_and_the_gateways_chat_models(chat: AppTest) -> None:
    assert "What would you like to know?" in said(chat)
    assert [button.label for button in suggestions(chat)] == list(welcome.SUGGESTIONS)
    assert picker(chat).options == ["model-a", "model-b"]
    assert not chat.chat_input[0].disabled


def test_a_picked_suggestion_is_sent(chat: AppTest, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("A haiku"))
    suggestions(chat)[3].click().run()
    assert gateway.chats[0].prompt == welcome.SUGGESTIONS[3]
    assert "A haiku" in said(chat)
    assert "What would you like to know?" not in said(chat)


def test_without_a_key_the_page_says_what_to_do_and_takes_no_message(open_page: Opener) -> None:
    chat = open_page().run()
    assert "this app needs an API key. Three ways to begin:" in said(chat)
    assert chat.chat_input[0].disabled
    assert chat.button(key="open_connect").label == "Add a key"


def test_a_key_added_on_the_page_opens_the_chat_and_goes_to_the_gateway(
    open_page: Opener, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KKIAI_BASE_URL", gateway.base_url)
    app.get()
    # From here on the gateway on loopback counts as SynStar's, which answers nobody without a key.
    monkeypatch.setattr(connection, "_SYNSTAR_HOSTS", {"127.0.0.1"})
    chat = open_page().run()
    assert chat.chat_input[0].disabled
    chat.button(key="open_connect").click().run()
    chat.text_input(key="visitor_key").set_value("Bearer sk-visitor")
    chat.button(key="confirm_key").click().run()
    assert not chat.chat_input[0].disabled
    gateway.enqueue(stream("Welcome"))
    ask(chat, "Let me in")
    assert "Welcome" in said(chat)
    asked = [request for request in gateway.requests if request.path.startswith("/v1")]  # prices are public
    assert [request.headers["authorization"] for request in asked] == ["Bearer sk-visitor"] * 2
    assert chat.text_input.values == [text for text in chat.text_input.values if "sk-visitor" not in text]


def test_what_cannot_be_a_key_is_refused_with_a_sentence(open_page: Opener) -> None:
    chat = open_page().run()
    chat.button(key="open_connect").click().run()
    chat.text_input(key="visitor_key").set_value("sk-two words")
    chat.button(key="confirm_key").click().run()
    assert [shown.value.startswith("This key has a space inside") for shown in chat.error] == [True]
    assert chat.chat_input[0].disabled


def test_parameters_that_are_set_are_sent_and_the_others_are_not(
    chat: AppTest, gateway: ScriptedGateway
) -> None:
    chat.session_state["parameters"] = True  # the popover is open
    chat.run()
    chat.number_input(key="params.temperature").set_value(0.3)
    chat.number_input(key="params.max_tokens").set_value(77)
    chat.text_area(key="params.stop").set_value("END\nSTOP")
    chat.selectbox(key="params.reasoning_effort").set_value("low")
    chat.text_area(key="system_prompt").set_value("  Answer in rhymes. ")
    ask(chat, "Does it arrive?")
    body = gateway.chats[0].body
    assert (body["temperature"], body["max_tokens"], body["stop"]) == (0.3, 77, ["END", "STOP"])
    assert body["reasoning_effort"] == "low"
    assert body["messages"][0] == {"role": "system", "content": "Answer in rhymes."}
    unset = {"top_p", "seed", "presence_penalty", "frequency_penalty", "response_format"}
    assert unset.isdisjoint(body)


def test_without_choices_a_request_holds_no_parameters_and_no_system_prompt(
    chat: AppTest, gateway: ScriptedGateway
) -> None:
    ask(chat, "Bare")
    body = gateway.chats[0].body
    assert set(body) == {"model", "messages", "stream", "stream_options"}
    assert body["messages"] == [{"role": "user", "content": "Bare"}]


def test_the_usage_table_adds_up_and_marks_what_is_estimated(chat: AppTest, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("One", " two", " three"), stream("Nobody counted this", usage="never"))
    ask(chat, "First question")
    ask(chat, "Second question")
    chat.button(key="open_usage").click().run()
    by_model, rows = chat.dataframe[0].value, chat.dataframe[1].value
    assert sorted(rows["source"]) == ["estimated", "reported"]
    reported = rows[rows["source"] == "reported"].iloc[0]
    assert (reported["prompt_tokens"], reported["completion_tokens"], reported["total_tokens"]) == (6, 3, 9)
    totals = {metric.label: int(metric.value) for metric in chat.metric}
    assert totals == {
        "Replies": 2,
        "Prompt tokens": rows["prompt_tokens"].sum(),
        "Completion tokens": rows["completion_tokens"].sum(),
        "Total tokens": rows["total_tokens"].sum(),
    }
    assert by_model["total_tokens"].sum() == totals["Total tokens"]
    assert "1 of 2 replies came without reported usage and is estimated." in said(chat)
    estimated = rows[rows["source"] == "estimated"].iloc[0]
    assert f"≈ {estimated['completion_tokens']} tokens" in said(chat)


def test_a_chat_is_renamed(chat: AppTest) -> None:
    ask(chat, "A question with a long title")
    menu(chat, "Rename")
    chat.text_input(key="new_title").set_value("  Short\n title ")
    chat.button(key="confirm_rename").click().run()
    assert "Short title" in said(chat)
    assert titles() == ["Short title"]


def test_a_deleted_chat_leaves_the_page_and_the_list(chat: AppTest) -> None:
    ask(chat, "Forget this")
    menu(chat, ":red[Delete]")
    assert "What would you like to know?" in said(chat)
    assert "“Forget this” was deleted." in said(chat)
    assert titles() == []
    assert "c" not in chat.query_params
    chat.button(key="undo").click().run()
    assert chat.title[-1].value == "Forget this"
    assert titles() == ["Forget this"]


def test_a_new_chat_keeps_the_model(chat: AppTest, gateway: ScriptedGateway) -> None:
    picker(chat).set_value("model-b")
    ask(chat, "To the second model")
    chat.button(key="new_chat").click().run()
    assert "What would you like to know?" in said(chat)
    assert picker(chat).value == "model-b"
    ask(chat, "And again")
    assert [request.body["model"] for request in gateway.chats] == ["model-b", "model-b"]


def test_a_long_conversation_shows_its_end_and_offers_the_rest(
    open_page: Opener, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KKIAI_BASE_URL", gateway.base_url)
    long = conversation_of(30, gateway)
    chat = open_page()
    chat.query_params["c"] = long.id
    chat.run()
    assert chat.button(key="show_earlier").label == "Show earlier messages (20)"
    assert "Question 9." not in said(chat)
    assert "Question 10." in said(chat)
    chat.button(key="show_earlier").click().run()
    assert "Question 0." in said(chat)
    assert "show_earlier" not in [button.key for button in chat.button]


def conversation_of(questions: int, gateway: ScriptedGateway) -> Conversation:
    """A conversation that was held before: so many questions, and as many answers."""
    conversation = new_conversation()
    conversation.model = "model-a"
    gateway.enqueue(*(stream("So it is.") for _ in range(questions)))
    for number in range(questions):
        accepted = app.get().engine.say(
            LOCAL,
            conversation,
            f"Question {number}.",
            parent_id=conversation.leaf_id,
            connection=app.get().connection,
            send_id=new_id(),
            session_id=new_id(),
        )
        assert accepted
        accepted.put_into(conversation)
        assert accepted.tape.wait_closed(SECONDS)
    assert app.get().engine.flush()
    return conversation


@pytest.mark.parametrize(
    ("status", "message", "title", "is_open"),
    [
        (401, "Invalid token", "The API key was not accepted", False),
        (404, "The model `model-a` does not exist", "This model is not available", False),
        (429, "Rate limit reached for requests", "Too many requests just now", False),
        (400, "`top_k` must be positive", "The request was not accepted", True),
    ],
)
def test_an_error_of_the_gateway_is_a_sentence_with_details(
    chat: AppTest, gateway: ScriptedGateway, status: int, message: str, title: str, is_open: bool
) -> None:
    gateway.when("Will this work?", error(status, {"error": {"message": message}}))
    ask(chat, "Will this work?")
    assert [shown.value.startswith(f"**{title}.** ") for shown in chat.error] == [True]
    assert [(each.label, each.proto.expanded) for each in chat.expander] == [("Details", is_open)]
    assert message in [code.value for code in chat.code]
    assert f"Status {status}" in said(chat)
    assert "Traceback" not in said(chat) + chat.error[0].value
    assert not chat.chat_input[0].disabled
