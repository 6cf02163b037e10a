"""Asking, reading, stopping, and asking again, in one tab."""

import json
from itertools import pairwise

import pytest

from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, stream
from tests.server.chat_page import STILL_RUNNING, ask, held


def test_a_question_streams_and_ends_with_its_figures(upstream: ScriptedGateway, tab: PageSocket) -> None:
    gate = held(upstream, "How does it stream?")
    tab.ask("How does it stream?")
    tab.wait_for(lambda: tab.answer == "One two", "The first half")
    assert tab.footer == ""
    assert tab.tree.find("stop")
    gate.open()
    tab.wait_for_answer("One two three")
    assert tab.footer.startswith("model-a · 3 tokens · first token")
    assert tab.tree.find("stop") is None
    assert "How does it stream?" in tab.text


def test_what_is_shown_while_streaming_only_grows(upstream: ScriptedGateway, tab: PageSocket) -> None:
    words = [f" word{number}" for number in range(30)]
    upstream.when("Count the words", stream("Zero", *words, delay=0.03))
    tab.ask("Count the words")
    shown = [""]
    while not tab.footer:
        tab.receive()
        shown.append(tab.answer.replace(":shimmer[Waiting for the model…]", ""))
    tab.wait_until_idle()
    assert all(later.startswith(earlier) for earlier, later in pairwise(shown))
    assert len(set(shown)) > 5
    assert shown[-1] == "Zero" + "".join(words)


def test_replies_that_end_before_they_are_drawn_are_drawn_whole(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    for number in range(12):
        upstream.when(f"Quick {number}", stream(f"At once {number}"))
        tab.ask(f"Quick {number}")
        tab.wait_for_answer(f"At once {number}")
        assert "1 token " in tab.footer


def test_stop_closes_the_upstream_and_keeps_the_text(upstream: ScriptedGateway, tab: PageSocket) -> None:
    gate = held(upstream, "Stop me")
    tab.ask("Stop me")
    tab.wait_for(lambda: tab.answer == "One two", "The first half")
    assert gate.reached.is_set()
    tab.click("stop")
    assert upstream.asked("Stop me")[0].closed.wait(PATIENCE)
    tab.wait_for_answer("One two")
    assert "stopped" in tab.footer
    assert tab.tree.find("stop") is None


def test_stop_works_before_the_first_word(upstream: ScriptedGateway, tab: PageSocket) -> None:
    gate = Gate()
    upstream.when("Say nothing yet", stream("Never", hold=gate))
    tab.ask("Say nothing yet")
    tab.wait_for_text("Waiting for the model…")
    assert gate.reached.wait(PATIENCE)
    tab.click("stop")
    tab.wait_for(lambda: "stopped" in tab.footer, "The end")
    assert upstream.asked("Say nothing yet")[0].closed.wait(PATIENCE)
    assert tab.answer == ""


def test_a_dialog_opened_while_a_reply_streams_does_not_hurt_it(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    gate = held(upstream, "Open a dialog meanwhile")
    tab.ask("Open a dialog meanwhile")
    tab.wait_for(lambda: tab.answer == "One two", "The first half")
    tab.click("open_usage")
    tab.wait_for_text("Ask something: each reply gets a row here when it ends.")
    gate.open()
    tab.wait_for_answer("One two three")
    assert len(upstream.asked("Open a dialog meanwhile")) == 1


def test_a_reply_goes_on_while_its_tab_shows_another_chat(upstream: ScriptedGateway, tab: PageSocket) -> None:
    gate = held(upstream, "Leave and come back")
    tab.ask("Leave and come back")
    tab.wait_for(lambda: tab.answer == "One two", "The first half")
    tab.click("new_chat")
    tab.wait_for_text("What would you like to know?")
    tab.wait_until_idle()
    assert tab.address == ""
    tab.open_row("Leave and come back")
    tab.wait_for(lambda: tab.answer == "One two", "The first half again")
    gate.open()
    tab.wait_for_answer("One two three")


def test_a_text_sent_again_while_its_reply_runs_is_put_back(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    gate = held(upstream, "Once is enough")
    tab.ask("Once is enough")
    tab.wait_for(lambda: tab.answer == "One two", "The first half")
    tab.ask("Once is enough")
    tab.wait_for(lambda: STILL_RUNNING in tab.refusal, "The refusal")
    tab.wait_for(lambda: tab.returned == "Once is enough", "The text in the box")
    gate.open()
    tab.wait_for_answer("One two three")
    assert len(upstream.asked("Once is enough")) == 1


def test_a_double_click_on_send_asks_once(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.when("Twice at once", stream("Once"))
    tab.wait_until_idle()
    tab.ask("Twice at once")
    tab.ask("Twice at once")
    tab.wait_for_answer("Once")
    assert len(upstream.asked("Twice at once")) == 1


def test_regenerating_makes_a_version_beside_the_first(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.enqueue(stream("The first answer"), stream("The second answer"))
    tab.ask("Answer me twice")
    tab.wait_for_answer("The first answer")
    tab.click("refresh")
    tab.wait_for_answer("The second answer")
    assert "2 / 2" in tab.footer
    tab.click("chevron_left")
    tab.wait_for_answer("The first answer")
    assert "1 / 2" in tab.footer


def test_an_edited_question_is_a_version_with_its_own_answer(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.when("Befor", stream("To the misspelt one"))
    upstream.when("Before", stream("To the corrected one"))
    tab.ask("Befor")
    tab.wait_for_answer("To the misspelt one")
    tab.click("edit")
    tab.write("editor", "Before")
    tab.click("send_edit")
    tab.wait_for_answer("To the corrected one")
    assert tab.tree.texts("question") == ["Before", "2 / 2"]
    assert [message["content"] for message in upstream.asked("Before")[0].body["messages"]] == ["Before"]


def test_two_tabs_do_not_share_what_they_show(
    site: AppServer, upstream: ScriptedGateway, tab: PageSocket
) -> None:
    upstream.when("Only in the first tab", stream("To the first"))
    upstream.when("Only in the second tab", stream("To the second"))
    tab.ask("Only in the first tab")
    tab.wait_for_answer("To the first")
    with PageSocket(site.url) as other:
        other.wait_for_text("What would you like to know?")
        other.ask("Only in the second tab")
        other.wait_for_answer("To the second")
        assert "Only in the first tab" not in other.text
        assert other.address != tab.address
    tab.click("open_usage")
    tab.wait_for_text("All figures as reported by the gateway.")
    assert "Only in the second tab" not in tab.text
    assert [node.proto.body for node in tab.tree.nodes("metric") if node.proto.label == "Replies"] == ["1"]


@pytest.mark.parametrize(
    "value",
    ["../../etc/passwd", "' OR 1=1 --", "%3Cscript%3E", "%00", "a" * 5000, "%F0%9F%98%80", "x&c=y"],
    ids=["path", "sql", "html", "nul", "long", "emoji", "twice"],
)
def test_an_address_of_no_conversation_gets_a_sentence(site: AppServer, value: str) -> None:
    with PageSocket(site.url, f"c={value}") as tab:
        tab.wait_until_idle()
        assert tab.toasts == "This conversation no longer exists."
        assert "What would you like to know?" in tab.text
        assert tab.address == ""
        assert not tab.tree.nodes("exception")


def test_what_is_sent_before_a_new_chat_is_in_the_address_is_shown_in_it(tab: PageSocket) -> None:
    ask(tab, "tokens=2 of the chat before")
    late = tab.address
    tab.click("new_chat")
    tab.wait_until_idle()
    tab.address = late
    tab.ask("tokens=3 of the new chat")
    tab.wait_until_idle()
    assert tab.address not in ("", late)
    assert "tokens=3 of the new chat" in tab.text


def test_a_choice_of_a_model_counts_once_though_the_browser_repeats_it(tab: PageSocket) -> None:
    ask(tab, "tokens=2 of the first model")
    tab.click("new_chat")
    tab.wait_until_idle()
    tab.choose("model", "model-b")
    tab.wait_for(lambda: chosen(tab) == ["model-b"], "The chosen model")
    tab.open_row("tokens=2 of the first model")
    tab.wait_for(lambda: chosen(tab) == ["model-a"], "The conversation's own model")
    tab.wait_until_idle()
    ask(tab, "tokens=2 of the same")
    assert tab.footer.startswith("model-a")
    assert chosen(tab) == ["model-a"]


@pytest.mark.parametrize(
    "state",
    [[], "7", {"pick": 7}, {"pick": {"id": 1, "models": "abc"}}, {"pick": {"id": [], "models": [{}]}}],
)
def test_what_no_browser_of_ours_says_of_a_choice_chooses_nothing(tab: PageSocket, state: object) -> None:
    before = chosen(tab)
    tab.set_component("model", state)
    tab.wait_until_idle()
    assert not tab.tree.nodes("exception")
    assert chosen(tab) == before


@pytest.mark.parametrize("is_favourite", [True, False])
def test_a_star_that_arrives_twice_counts_once(tab: PageSocket, is_favourite: bool) -> None:
    for id_ in ("first", "second"):
        star = {"id": id_, "model": "model-b", "isFavourite": is_favourite}
        tab.set_component("model", {"star": star})
        tab.wait_until_idle()
    tab.wait_for(lambda: ("model-b" in favourites(tab)) == is_favourite, "The favourites")


@pytest.mark.parametrize("event", ["model-b", {}, {"model": []}, {"model": {"id": 1}, "isFavourite": "yes"}])
def test_what_no_browser_of_ours_says_of_a_star_stars_nothing(tab: PageSocket, event: object) -> None:
    before = favourites(tab)
    tab.set_component("model", {"star": event})
    tab.wait_until_idle()
    assert not tab.tree.nodes("exception")
    assert favourites(tab) == before


def favourites(tab: PageSocket) -> list[str]:
    """The favourites that the model pickers list."""
    return list(json.loads(tab.widget("model_list").proto.json)["favourites"])


def chosen(tab: PageSocket) -> list[str]:
    """What the model picker shows."""
    return list(json.loads(tab.widget("model").proto.json)["chosen"])
