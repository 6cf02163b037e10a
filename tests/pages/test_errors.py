"""What the page offers after each kind of error, and while the gateway is away."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib import app
from lib.domain.models.connection import SYNSTAR_BASE_URL
from lib.domain.people.people import LOCAL
from lib.domain.reply.errors import Category
from tests.app_server import free_port
from tests.pages.conftest import Opener, picker
from tests.pages.test_chat import ask, said
from tests.scripted_gateway import ScriptedGateway, error, raw, stream

TROUBLE: dict[Category, tuple[Any, list[str]]] = {
    Category.MISSING_KEY: (error(401, {"error": {"message": "未提供令牌"}}), ["Add a key"]),
    Category.INVALID_KEY: (error(401, {"error": {"message": "无效的令牌"}}), ["Use another key"]),
    Category.WRONG_BASE_URL: (raw(b"<!doctype html><title>New API</title>"), ["Try again"]),
    Category.INVALID_MODEL: (error(404, {"error": {"message": "model not found"}}), ["Ask model-b"]),
    Category.INSUFFICIENT_BALANCE: (error(403, {"error": {"message": "用户额度不足"}}), ["Try again"]),
    Category.RATE_LIMITED: (error(429, {"error": {"message": "Slow down"}}), ["Try again"]),
    Category.CONTEXT_TOO_LONG: (
        error(400, {"error": {"message": "prompt is too long"}}),
        ["Start a new chat"],
    ),
    Category.CONTENT_FILTERED: (error(400, {"error": {"message": "违规"}}), ["Edit the question"]),
    Category.PERMISSION_DENIED: (error(403, {"error": {"message": "No access"}}), ["Ask model-b"]),
    Category.BAD_REQUEST: (error(400, {"error": {"message": "Bad"}}), ["Edit the question"]),
    Category.TIMEOUT: (error(504), ["Try again"]),
    Category.UPSTREAM_DOWN: (error(502), ["Try again"]),
    Category.STREAM_INTERRUPTED: (stream("Half", hang_up=True), ["Continue"]),
}


def remedies(chat: AppTest) -> list[str]:
    """The buttons with a label in the conversation."""
    sentences = {remedy for _, labels in TROUBLE.values() for remedy in labels}
    return [
        button.label.replace("\\", "")
        for button in chat.button
        if button.label.replace("\\", "") in sentences
    ]


def press(chat: AppTest, label: str) -> AppTest:
    [button] = [button for button in chat.button if button.label.replace("\\", "") == label]
    return button.click().run()


@pytest.mark.parametrize("category", Category)
def test_each_category_has_its_button_on_the_last_turn_only(
    chat: AppTest, gateway: ScriptedGateway, category: Category
) -> None:
    script, labels = TROUBLE[category]
    gateway.when("Go wrong", script)
    ask(chat, "Go wrong")
    assert remedies(chat) == labels
    assert len(chat.error) == 1
    gateway.when("Go on", stream("Fine"))
    ask(chat, "Go on")
    assert remedies(chat) == []
    assert "Fine" in said(chat)


@pytest.mark.parametrize("category", [Category.RATE_LIMITED, Category.TIMEOUT, Category.UPSTREAM_DOWN])
def test_try_again_asks_the_same_question_again(
    chat: AppTest, gateway: ScriptedGateway, category: Category
) -> None:
    gateway.when("Once more", TROUBLE[category][0])
    ask(chat, "Once more")
    gateway.when("Once more", stream("Here it is"))
    press(chat, "Try again")
    assert "Here it is" in said(chat)
    assert len(chat.error) == 0
    assert [message["content"] for message in gateway.chats[-1].body["messages"]] == ["Once more"]


def test_a_closer_model_is_asked_with_one_click_and_stays_chosen(
    open_page: Opener, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KKIAI_BASE_URL", gateway.base_url)
    monkeypatch.setenv("KKIAI_MODEL", "modelb")
    chat = open_page().run()
    gateway.enqueue(
        error(503, {"error": {"message": "分组 default 下模型 modelb 无可用渠道"}}), stream("I am b")
    )
    ask(chat, "Who are you?")
    assert [b.label.replace("\\", "") for b in chat.button if b.label.startswith("Ask ")] == [
        "Ask model-b",
        "Ask model-a",
    ]
    press(chat, "Ask model-b")
    assert "I am b" in said(chat)
    assert [request.body["model"] for request in gateway.chats] == ["modelb", "model-b"]
    assert picker(chat).value == "model-b"


def test_the_balance_is_told_where_the_gateway_tells_it(chat: AppTest, gateway: ScriptedGateway) -> None:
    data = {"total_available": 5000, "unlimited_quota": False}
    gateway.serve("/api/usage/token/", error(200, {"data": data}))
    gateway.when("Spend", TROUBLE[Category.INSUFFICIENT_BALANCE][0])
    ask(chat, "Spend")
    assert "The gateway says that $0.01 is left on this key" in said(chat).replace("\\", "")


def test_a_wrong_base_url_is_put_right_in_one_line_to_copy(
    open_page: Opener, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KKIAI_BASE_URL", gateway.base_url + "/v1")
    monkeypatch.setenv("KKIAI_MODEL", "model-a")
    chat = open_page().run()
    ask(chat, "Anybody there?")
    assert f"KKIAI_BASE_URL={gateway.base_url}`" in said(chat)
    assert SYNSTAR_BASE_URL not in said(chat)
    press(chat, "Copy the likely setting")
    assert [toast.value for toast in chat.toast] == ["Copied"]


def test_an_unanswered_question_sent_again_is_no_second_turn(chat: AppTest, gateway: ScriptedGateway) -> None:
    gateway.when("Answer me", error(401))
    ask(chat, "Answer me")
    gateway.when("Answer me", stream("Yes"))
    ask(chat, "Answer me")
    assert [message["content"] for message in gateway.chats[-1].body["messages"]] == ["Answer me"]
    conversation = app.get().store.of(LOCAL).conversations.latest(1)[0]
    found = app.get().store.of(LOCAL).conversations.get(conversation.id)
    assert found
    assert [message.role for message in found.messages.values()] == ["user", "assistant", "assistant"]


def test_an_unanswered_question_that_is_changed_is_a_version_of_it(
    chat: AppTest, gateway: ScriptedGateway
) -> None:
    gateway.when("Answer me", error(400))
    ask(chat, "Answer me")
    gateway.when("Answer me, please", stream("Yes"))
    ask(chat, "Answer me, please")
    assert [message["content"] for message in gateway.chats[-1].body["messages"]] == ["Answer me, please"]
    assert "2 / 2" in said(chat)


def test_what_was_asked_again_is_told_below_the_answer_and_in_the_usage_table(
    chat: AppTest, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("At once"), error(503), stream("At last"))
    ask(chat, "First")
    chat.button(key="open_usage").click().run()
    assert "retries" not in chat.dataframe[1].value
    ask(chat, "Second")
    assert "Asked again after an error of the server \\(503\\)" in said(chat)
    chat.button(key="open_usage").click().run()
    assert list(chat.dataframe[1].value["retries"]) == [1, 0]


def test_with_the_gateway_away_a_banner_says_so_and_goes_by_itself(
    open_page: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("KKIAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
    chat = open_page().run()
    [banner] = chat.warning
    assert banner.value.startswith("**The model's server cannot be reached.**")
    assert "refused the connection" in banner.value.replace("\\", "")
    chat.button(key="list_models").click().run()
    assert len(chat.warning) == 1
    with ScriptedGateway(port=port):
        chat.button(key="list_models").click().run()
        chat.run()
        assert len(chat.warning) == 0
        assert picker(chat).value == "model-a"


def test_a_gateway_without_a_list_still_answers(
    open_page: Opener, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KKIAI_BASE_URL", gateway.base_url)
    monkeypatch.setenv("KKIAI_MODEL", "typed-by-hand")
    gateway.answer_models(error(404, {"detail": "Not Found"}))
    chat = open_page().run()
    assert chat.warning[0].value.startswith("**The models could not be listed.**")
    gateway.enqueue(stream("Still here"))
    ask(chat, "Hello?")
    assert "Still here" in said(chat)
