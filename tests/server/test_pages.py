"""The pages beside the chat: links between them, the models, the doctor."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, error, stream
from tests.scripted_gateway.models import able
from tests.visitor import Visitor

MODELS = ["alpha", "beta", "gamma", "painter-image-1"]
PRICES = {
    "data": [{"model_name": "beta", "quota_type": 0, "model_ratio": 1, "completion_ratio": 3}],
    "group_ratio": {"default": 1},
}


@pytest.fixture(scope="module")
def models_upstream() -> Iterator[ScriptedGateway]:
    with ScriptedGateway(MODELS) as running:
        running.answer_page("/api/pricing", error(200, PRICES))
        yield running


@pytest.fixture
def tab(models_upstream: ScriptedGateway, tmp_path: Path) -> Iterator[PageSocket]:
    """A tab of an app of its own: what is chosen about models is everybody's."""
    with AppServer(tmp_path / "data", models_upstream.base_url) as server, PageSocket(server.url) as opened:
        yield opened


def picker(tab: PageSocket) -> list[str]:
    """What the chat page's model picker offers."""
    return [model["id"] for model in json.loads(data(tab, "model_list")["models"])]


def data(tab: PageSocket, key: str) -> Any:
    """What a component of our own got."""
    return json.loads(tab.widget(key).proto.json)


def test_links_lead_to_every_page_and_back_while_a_reply_streams(
    tab: PageSocket, models_upstream: ScriptedGateway
) -> None:
    gate = Gate()
    models_upstream.when("Go on meanwhile", stream("First", " second", hold=gate, hold_after=1))
    tab.ask("Go on meanwhile")
    tab.wait_for(lambda: tab.answer == "First", "The first word")
    tab.follow_link("Models")
    tab.wait_for_text("4 of 4 models at")
    tab.follow_link("Connection check")
    tab.wait_for_text("It takes about 11 requests")
    tab.wait_until_idle()
    assert tab.address == ""
    tab.follow_link("SynStar Chat")
    tab.wait_for(lambda: tab.answer == "First", "The first word again")
    gate.open()
    tab.wait_for_answer("First second")
    assert tab.address.startswith("c=")


def test_from_a_chat_that_was_reloaded_a_link_leads_to_another_page(
    models_upstream: ScriptedGateway, tab: PageSocket
) -> None:
    models_upstream.when("Read me again", stream("Said"))
    tab.ask("Read me again")
    tab.wait_for_answer("Said")
    with PageSocket(tab.url, tab.address) as reloaded:
        reloaded.wait_for_answer("Said")
        reloaded.wait_until_idle()
        reloaded.follow_link("Models")
        reloaded.wait_for_text("4 of 4 models at")


def test_choices_about_models_change_the_picker(tab: PageSocket) -> None:
    assert picker(tab) == MODELS
    tab.follow_link("Models")
    tab.choose_row("models", 2)
    tab.click("choose_star-gamma")
    tab.wait_for_text("[Favourite]")
    tab.choose_row("models", 1)
    tab.wait_for_text("6 for a million answer tokens · computed from")
    tab.click("choose_flag-beta")
    tab.wait_for_text(":gray-badge[Default]")
    tab.wait_until_idle()
    tab.choose_row("models", 0)
    tab.wait_for_text("alpha")
    tab.click("choose_visibility_off-alpha")
    tab.wait_for_text("3 of 4 models at")
    tab.wait_until_idle()
    tab.follow_link("SynStar Chat")
    tab.wait_for(lambda: "gamma" in picker(tab), "The picker")
    assert picker(tab) == ["beta", "gamma", "painter-image-1"]
    assert data(tab, "model")["chosen"] == ["beta"]
    tab.follow_link("Compare")
    tab.wait_for_text("Compare models")
    tab.wait_until_idle()
    cells = [key.removeprefix("cell-") for key in tab.tree.keys("cell-")]
    pickers = [data(tab, f"{cell}.model") for cell in cells]
    assert [each["only_text"] for each in pickers] == [True, True]
    assert [each["chosen"] for each in pickers] == [["beta"], ["gamma"]]


def test_a_model_is_taken_into_a_new_chat_and_a_conversation_turns_to_the_chat(
    tab: PageSocket, models_upstream: ScriptedGateway
) -> None:
    models_upstream.when("To gamma", stream("Here I am"))
    tab.follow_link("Models")
    tab.write("model_search", "GAM")
    tab.wait_for_text("1 of 4 models at")
    tab.wait_until_idle()
    tab.choose_row("models", 0)
    tab.click("use_model")
    tab.wait_for_text("What would you like to know?")
    tab.wait_until_idle()
    tab.ask("To gamma")
    tab.wait_for_answer("Here I am")
    assert models_upstream.chats[-1].body["model"] == "gamma"
    tab.follow_link("Connection check")
    tab.wait_for_text("It takes about")
    tab.wait_until_idle()
    tab.click("new_chat")
    tab.wait_for_text("What would you like to know?")


def test_a_second_tab_sees_the_same_examination_and_the_chat_offers_what_was_found(
    tab: PageSocket, models_upstream: ScriptedGateway
) -> None:
    gate = Gate()
    models_upstream.answer_chats(able(refuses=("stop",), ignores=("response_format",)))
    models_upstream.enqueue(stream("ok", hold=gate))
    tab.follow_link("Connection check")
    tab.click("examine")
    tab.wait_for_text("4 models, 3 for chat")
    with PageSocket(tab.url, page="doctor") as second:
        second.wait_for_text("4 models, 3 for chat")
        assert "Checking alpha…" in second.text
        gate.open()
        second.wait_for_text("**alpha was checked** · 12 passed · 2 not supported · 3 skipped")
    tab.wait_for_text("Unsupported parameter")
    tab.wait_until_idle()
    tab.follow_link("SynStar Chat")
    tab.widget("parameters")
    tab.switch("parameters", True)
    tab.wait_for_text("The connection check found that this model does not accept: stop sequences, JSON.")
    tab.wait_for_text("The connection check found that this model does not accept JSON.")
    assert tab.tree.find("params.tools")
    assert not tab.tree.find("params.response_format")
    assert tab.tree.find("params.stop") is None
    assert tab.tree.find("params.seed") is not None


def test_an_examination_is_stopped_from_the_page(tab: PageSocket, models_upstream: ScriptedGateway) -> None:
    gate = Gate()
    models_upstream.enqueue(stream("ok", hold=gate))
    tab.follow_link("Connection check")
    tab.click("examine")
    assert gate.reached.wait(PATIENCE)
    tab.click("stop")
    tab.wait_for_text("**The check of alpha was stopped**")
    assert models_upstream.chats[-1].closed.wait(PATIENCE)


@pytest.mark.parametrize(
    "path", ["Compare", "nonsense", "models/x", "index.html", "a%20b", "static", "robots.txt"]
)
def test_where_nothing_is_a_page_says_so_and_leads_to_the_app(site: AppServer, path: str) -> None:
    found = Visitor(site.url).get(f"/{path}")
    assert (found.status, "default-src 'none'" in found.headers["content-security-policy"]) == (404, True)
    assert re.search(r"<h1>Page not found</h1>.*<a href=\"/\">To the app</a>", found.text, re.DOTALL)
    assert "<script" not in found.text


@pytest.mark.parametrize("path", ["favicon.png", "manifest.json", "_stcore/health", "_stcore/host-config"])
def test_what_is_streamlits_stays_where_it_is(site: AppServer, path: str) -> None:
    assert Visitor(site.url).get(f"/{path}").status == 200


@pytest.mark.parametrize(("wanted", "language"), [("zh-CN, en;q=0.5", "zh-Hans"), ("de, en;q=0.5", "en")])
def test_a_page_names_its_language_before_anything_is_drawn(
    site: AppServer, wanted: str, language: str
) -> None:
    page = Visitor(site.url).get("/models", **{"Accept-Language": wanted}).text
    assert re.findall(r"<html lang=\"([^\"]+)\"", page) == [language]
