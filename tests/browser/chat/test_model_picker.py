"""Choosing a model: by clicks, by keys alone, among a thousand."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.app_server import AppServer
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import API_KEY, OpenChat
from tests.scripted_gateway import ScriptedGateway, error, stream

pytestmark = pytest.mark.browser

NAMED: list[str | dict[str, Any]] = [
    {"id": "deepseek-v3", "context_length": 64_000},
    *("claude-opus-4", "deepseek/deepseek-r1:free", "deepseek/deepseek-r1-distill-llama-70b"),
    *("gpt-4o-mini", "gpt-4o", "openai/gpt-4o", "qwen3-max", "通义千问-max", "easel-image"),
]
MUTE = ["text-embedding-3-small", "whisper-1", "omni-moderation"]
FOUND = {
    "ds v3": "deepseek-v3",
    "gpt-4o": "gpt-4o",
    "4o mini": "gpt-4o-mini",
    "GPT 4o": "gpt-4o",
    "mini 4o": "gpt-4o-mini",
    "gpt4o": "gpt-4o",
    "deepseek-r1": "deepseek/deepseek-r1:free",
    "r1 llama": "deepseek/deepseek-r1-distill-llama-70b",
    "anthropic": "claude-opus-4",
    "openai/gpt-4o": "openai/gpt-4o",
    "千问": "通义千问-max",
    " qwen3-max ": "qwen3-max",
}
"""What is typed, and the model that is meant."""
FILLERS = [f"zeta/model-{number:04}" for number in range(1000)]
PRICES = {
    "data": [{"model_name": "deepseek-v3", "quota_type": 0, "model_ratio": 0.135, "completion_ratio": 4}],
    "group_ratio": {"default": 1},
}


@pytest.fixture(scope="module")
def gateway() -> Iterator[ScriptedGateway]:
    with ScriptedGateway([*NAMED, *MUTE, *FILLERS]) as running:
        running.answer_page("/api/pricing", error(200, PRICES))
        yield running


@pytest.fixture(scope="module")
def server(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    data_dir = tmp_path_factory.mktemp("app") / "data"
    with AppServer(data_dir, gateway.base_url, KKIAI_API_KEY=API_KEY) as running:
        yield running


def test_the_best_match_is_first_and_the_text_itself_is_last(chat: ChatPage) -> None:
    for typed, first in FOUND.items():
        field = chat.open_models()
        field.fill(typed)
        expect(chat.offered.first).to_contain_text(first)
        found = chat.offered_names()
        assert found[0] == first, typed
        if typed.strip() != first:
            assert found[-1] == f"Use “{typed.strip()}” as it is"
        field.press("Enter")
        expect(chat.picker()).to_have_text(first)
        chat.wait_until_still()


def test_a_name_that_no_model_has_is_used_as_it_is(chat: ChatPage, gateway: ScriptedGateway) -> None:
    gateway.when("To one not listed", stream("Here"))
    chat.use_another_model("model-unlisted")
    chat.ask_and_wait("To one not listed")
    assert gateway.asked("To one not listed")[0].body["model"] == "model-unlisted"


def test_a_row_tells_what_is_known_and_only_models_that_chat_are_offered(chat: ChatPage) -> None:
    field = chat.open_models()
    field.fill("deepseek-v3")
    expect(chat.offered.first).to_contain_text("DeepSeek · $0.27 / $1.08 per million tokens · 64K context")
    field.fill("easel")
    expect(chat.offered.first.get_by_role("img", name="Draws images")).to_be_visible()
    for mute in MUTE:
        field.fill(mute)
        expect(chat.offered.last).to_have_text(f"Use “{mute}” as it is")
        assert mute not in chat.offered_names()


def test_a_thousand_models_are_drawn_as_far_as_they_are_looked_at(chat: ChatPage) -> None:
    field = chat.open_models()
    expect(chat.offered).to_have_count(100)
    chat.offered.last.scroll_into_view_if_needed()
    expect(chat.offered).to_have_count(200)
    field.fill("zeta 0999")
    expect(chat.offered.first).to_contain_text("zeta/model-0999")
    assert chat.offered.count() < 100
    slowest = chat.page.evaluate(
        """async () => {
            const times = [];
            for (const text of ["z", "ze", "zet", "zeta", "zeta 1", "m"]) {
                const field = document.querySelector(".st-key-model")
                    .querySelectorAll("*").values().map((each) => each.shadowRoot).find(Boolean)
                    .querySelector("input");
                const began = performance.now();
                field.value = text;
                field.dispatchEvent(new Event("input"));
                times.push(performance.now() - began);
            }
            return Math.max(...times);
        }"""
    )
    assert slowest < 500


def test_a_model_is_chosen_and_made_a_favourite_by_keys_alone(chat: ChatPage) -> None:
    chat.wait_until_still()
    keyboard = chat.page.keyboard
    chat.picker().focus()
    keyboard.press("Enter")
    expect(chat.page.get_by_role("combobox", name="Search models").locator("visible=true")).to_be_focused()
    keyboard.type("qwen")
    expect(chat.offered.first).to_contain_text("qwen3-max")
    keyboard.press("Tab")
    star = chat.page.get_by_role("button", name="Favourite: qwen3-max")
    expect(star).to_be_focused()
    keyboard.press("Space")
    expect(star).to_have_attribute("aria-pressed", "true")
    chat.wait_until_still()
    keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    expect(chat.picker()).to_have_text("qwen3-max")
    expect(chat.box).to_be_focused()
    chat.wait_until_still()
    chat.picker().focus()
    keyboard.press("Enter")
    expect(chat.offered.first).to_contain_text("qwen3-max")  # favourites are first
    keyboard.press("ArrowDown")
    second = chat.offered_names()[1]
    keyboard.press("Enter")
    expect(chat.picker()).to_have_text(second)
    keyboard.press("Escape")
    chat.reload()
    chat.open_models()
    expect(chat.offered.first).to_contain_text("qwen3-max")
    keyboard.press("Escape")
    expect(chat.offered).to_have_count(0)
    expect(chat.picker()).to_be_focused()


def test_four_models_are_compared_after_five_clicks_and_enter(
    open_chat: OpenChat, gateway: ScriptedGateway
) -> None:
    chat = open_chat()
    gateway.when("All four of you", stream("Here"))
    chat.compare()
    expect(chat.box).to_be_focused()
    chat.picker("models").click()
    wanted = ["gpt-4o", "deepseek-v3", "qwen3-max", "claude-opus-4"]
    for name in wanted:
        chat.page.get_by_role("option").filter(has=chat.page.get_by_text(name, exact=True)).click()
    assert "easel-image" not in chat.offered_names()
    chat.page.keyboard.press("Enter")
    expect(chat.picker("models")).to_have_text("4 models")
    expect(chat.keyed("cell-")).to_have_count(4)
    expect(chat.box).to_be_focused()
    chat.page.keyboard.type("All four of you")
    chat.page.keyboard.press("Enter")
    expect(chat.answers).to_have_count(4)
    for cell, name in zip(chat.keyed("cell-").all(), wanted, strict=True):
        expect(cell).to_contain_text(name)
    expect(chat.keyed("results").get_by_role("table")).to_be_visible()
    chat.wait_until_still()


def test_a_model_can_be_compared_with_itself(chat: ChatPage) -> None:
    chat.compare()
    chat.keyed("add_cell").get_by_role("button").click()
    expect(chat.keyed("cell-")).to_have_count(3)
    chat.wait_until_still()
    for cell in (0, 2):
        chat.keyed("cellhead-").nth(cell).get_by_role("button", name="Model: ").click()
        field = chat.page.get_by_role("combobox", name="Search models").locator("visible=true")
        field.fill("deepseek-v3")
        field.press("Enter")
        expect(chat.keyed("cellhead-").nth(cell)).to_contain_text("deepseek-v3")
        chat.wait_until_still()
    chat.picker("models").click()
    expect(chat.page.get_by_role("option", selected=True)).to_have_count(2)
    expect(chat.page.locator(".foot").locator("visible=true")).to_contain_text("3 models")
    chat.page.keyboard.press("Escape")
    expect(chat.keyed("cell-")).to_have_count(3)


def test_the_list_is_a_sheet_on_a_phone(open_chat: OpenChat) -> None:
    chat = open_chat(width=390, height=844)
    chat.open_models().fill("4o")
    place = chat.page.locator(".panel").locator("visible=true").bounding_box()
    assert place
    assert (place["x"], place["width"], place["y"] + place["height"]) == (0, 390, 844)
    chat.offered.first.click()
    expect(chat.picker()).to_have_text("gpt-4o")
