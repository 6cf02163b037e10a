"""Decks on the real server: written, run over models, looked at from several tabs, and outliving it."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lib.app import DATABASE, FILES
from lib.domain.comparison import decks
from lib.domain.comparison.decks import Prompt
from lib.domain.people.people import LOCAL
from lib.engine.sending import new_id
from lib.files.folder import UNUSED, Files
from lib.store import Store
from tests.app_server import AppServer
from tests.files.samples import image, uploaded
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, Script, ScriptedGateway, error, stream
from tests.server.compare_page import has_figures, said


def open_decks(site: AppServer, address: str = "") -> PageSocket:
    """A tab on the decks page."""
    return PageSocket(site.url, address, "decks")


def texts(tab: PageSocket) -> list[str]:
    """What the prompts of the open deck say."""
    return [tab.shown(node.key) for node in fields(tab)]


def fields(tab: PageSocket) -> list[Any]:
    return [node for node in tab.tree.nodes("text_area") if node.key.startswith("text-")]


def write_deck(tab: PageSocket, *prompts: str) -> None:
    """Make a deck of these prompts."""
    tab.wait_until_idle()
    tab.click("new_deck")
    for number, prompt in enumerate(prompts, start=1):
        tab.wait_until_idle()
        if number > 1:
            tab.click("add_prompt")
        tab.wait_for(lambda number=number: len(fields(tab)) == number, "The field")  # type: ignore[misc]
        tab.wait_until_idle()
        tab.write(fields(tab)[-1].key, prompt)
        tab.wait_until_idle()


def grid(tab: PageSocket) -> dict[str, Any]:
    """What the grid shows."""
    shown: dict[str, Any] = json.loads(tab.widget("deck_grid").proto.json)
    return shown


def cells(tab: PageSocket) -> list[str]:
    """The grid's fields, row by row: what an answer says, else its state."""
    return [
        field["text"] if field["state"] == "done" else field["state"]
        for row in grid(tab)["rows"]
        for field in row["fields"]
    ]


def look_until(tab: PageSocket, condition: Callable[[], bool]) -> bool:
    """Draw the grid again and again, as a browser does, until the condition holds; says whether it does."""
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        tab.tick("deck_grid")
        tab.wait_until_idle()
    return condition()


def wait_for_cells(tab: PageSocket, *expected: str) -> None:
    """Look until the grid shows this."""
    look_until(tab, lambda: cells(tab) == list(expected))
    assert cells(tab) == list(expected)


def wait_for_button(tab: PageSocket, label: str) -> None:
    """Look until there is a button with this label."""
    assert look_until(tab, lambda: label in [node.proto.label for node in tab.tree.nodes("button")])


def by_turns(*answers: Script) -> Script:
    """Each model gets these answers, one after the other."""
    left: dict[str, list[Script]] = {}
    return lambda received: left.setdefault(received.body["model"], list(answers)).pop(0)(received)


def test_a_deck_is_written_put_in_order_and_found_again(site: AppServer) -> None:
    with open_decks(site) as tab:
        write_deck(tab, "Write one", "Write two", "Write three")
        tab.write("deck_title", "Three writings")
        tab.wait_until_idle()
        tab.click(tab.tree.keys("arrow_upward-")[2])
        tab.wait_for(lambda: texts(tab) == ["Write one", "Write three", "Write two"], "The new order")
        tab.wait_until_idle()
        tab.click(tab.tree.keys("delete-")[0])
        tab.wait_for(lambda: texts(tab) == ["Write three", "Write two"], "The rest")
        tab.wait_until_idle()
        assert "“Write one” was deleted." in tab.text
        tab.click("undo")
        tab.wait_for(lambda: texts(tab) == ["Write one", "Write three", "Write two"], "Its return")
        tab.wait_until_idle()
        tab.click(tab.tree.keys("delete-")[0])
        tab.wait_for(lambda: texts(tab) == ["Write three", "Write two"], "The rest again")
        tab.wait_until_idle()
        with open_decks(site, tab.address) as second:
            second.wait_until_idle()
            assert texts(second) == ["Write three", "Write two"]
            second.write(fields(second)[0].key, "Changed over there")
            second.wait_until_idle()
        tab.write(fields(tab)[1].key, "Changed over here")
        tab.wait_for(lambda: texts(tab) == ["Changed over there", "Changed over here"], "Both changes")
        tab.wait_until_idle()
        tab.choose("deck_menu", "Duplicate")
        tab.wait_for(lambda: tab.shown("deck_title") == "Three writings (copy)", "The copy")
        tab.wait_until_idle()
        assert texts(tab) == ["Changed over there", "Changed over here"]
        tab.choose("deck_menu", "Delete prompt set")
        tab.wait_for_text("This prompt set will be deleted")
        tab.wait_until_idle()
        tab.click("confirm_delete")
        tab.wait_for_text("A prompt set is a list of prompts")
        assert tab.address == ""
        tab.wait_until_idle()
        tab.click("undo")
        tab.wait_for(lambda: "Three writings (copy)" in tab.text, "Its return")


def test_what_was_written_is_kept_where_a_click_follows_at_once(site: AppServer) -> None:
    with open_decks(site) as tab:
        write_deck(tab, "At first")
        for number in range(5):
            tab.write(fields(tab)[0].key, f"Written {number}")
            tab.click("add_prompt")
            tab.wait_for(lambda number=number: len(fields(tab)) == number + 2, "One more field")  # type: ignore[misc]
            tab.wait_until_idle()
            with open_decks(site, tab.address) as second:
                second.wait_until_idle()
                assert texts(second)[0] == f"Written {number}"
        tab.write("deck_title", "  One \t line  ")
        tab.wait_for(lambda: tab.shown("deck_title") == "One line", "The title as it is stored")


def test_a_click_that_arrives_twice_adds_and_runs_once(upstream: ScriptedGateway, site: AppServer) -> None:
    upstream.when("Run me once", stream("Once"))
    with open_decks(site) as tab:
        write_deck(tab, "Run me once")
        tab.click("add_prompt")
        tab.replay()
        tab.wait_for(lambda: len(fields(tab)) == 2, "The second field")
        tab.wait_until_idle()
        with open_decks(site, tab.address) as second:
            second.wait_until_idle()
            assert texts(second) == ["Run me once", ""]
        tab.click("run_deck")
        tab.replay()
        tab.wait_for(lambda: tab.tree.find("deck_grid") is not None, "The grid")
        tab.wait_until_idle()
        wait_for_cells(tab, "Once", "Once")
        assert len(grid(tab)["rows"]) == 1  # what says nothing is not asked
    assert len(upstream.asked("Run me once")) == 2


def test_a_run_fills_its_grid_and_a_click_opens_a_row_as_a_comparison(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    for prompt in ("Fill the first", "Fill the second"):
        upstream.when(prompt, lambda r: stream(f"{r.body['model']}: ", r.prompt, *[" on"] * 10)(r))
    ending = " on" * 10
    with open_decks(site) as tab:
        write_deck(tab, "Fill the first", "Fill the second")
        assert "≈ 2,032 tokens for 4 answers" in tab.text
        tab.click("run_deck")
        tab.wait_until_idle()
        rows = [f"model-{m}: Fill the {n}{ending}" for n in ("first", "second") for m in "ab"]
        wait_for_cells(tab, *rows)
        shown = grid(tab)
        assert [(one["label"], one["colour"]) for one in shown["columns"]] == [("model-a", 0), ("model-b", 1)]
        assert [row["prompt"] for row in shown["rows"]] == ["Fill the first", "Fill the second"]
        assert all("12 tok" in field["figures"] for row in shown["rows"] for field in row["fields"])
        assert [(one["Tokens"], one["Answers"]) for one in shown["medians"]] == [("12", "2 of 2")] * 2
        assert tab.tree.find("deck_run_actions")
        tab.wait_until_idle()
        tab.trigger("deck_grid", "opened", shown["rows"][1]["id"])
        tab.wait_for(lambda: tab.address == f"comparison={shown['rows'][1]['id']}", "The address")
        tab.wait_for(lambda: said(tab) == rows[2:], "The comparison")
        tab.wait_until_idle()
        assert has_figures(tab)


def test_two_tabs_pause_and_go_on_with_the_same_run(upstream: ScriptedGateway, site: AppServer) -> None:
    gate = Gate()
    upstream.when(
        "Pause here", lambda r: stream("Said", hold=gate if r.body["model"] == "model-a" else None)(r)
    )
    upstream.when("Not before", stream("Later"))
    with open_decks(site) as tab:
        write_deck(tab, "Pause here", "Not before")
        tab.click("run_deck")
        tab.wait_until_idle()
        assert gate.reached.wait(PATIENCE)
        with open_decks(site, tab.address) as second:
            second.wait_until_idle()
            second.click("pause_run")
            second.wait_for_text("Waiting for running answers")
            second.wait_until_idle()
            wait_for_cells(second, "running", "Said", "waiting", "waiting")
            wait_for_button(tab, "Go on")
            gate.open()
            wait_for_cells(second, "Said", "Said", "waiting", "waiting")
            wait_for_button(second, "Resume")
        wait_for_cells(tab, "Said", "Said", "waiting", "waiting")
        wait_for_button(tab, "Resume")
        tab.click("resume_run")
        tab.wait_until_idle()
        wait_for_cells(tab, "Said", "Said", "Later", "Later")
    assert len(upstream.asked("Pause here", "Not before")) == 4


def test_a_stopped_run_asks_what_is_missing_when_it_is_told_to(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    gates = {f"model-{letter}": Gate() for letter in "ab"}
    never = {model: stream("Never", hold=gate, hold_after=1) for model, gate in gates.items()}
    upstream.when("Stop this", by_turns(lambda r: never[r.body["model"]](r), stream("At last")))
    with open_decks(site) as tab:
        write_deck(tab, "Stop this")
        tab.click("run_deck")
        tab.wait_until_idle()
        wait_for_cells(tab, "running", "running")
        # One that is stopped before it was sent gets the first answer when it is sent.
        for gate in gates.values():
            assert gate.reached.wait(PATIENCE)
        tab.click("stop_run")
        tab.wait_until_idle()
        wait_for_cells(tab, "stopped", "stopped")
        wait_for_button(tab, "Ask the missing 2")
        tab.click("resume_run")
        tab.wait_until_idle()
        wait_for_cells(tab, "At last", "At last")


def test_a_failed_field_says_why_and_is_asked_again_alone(upstream: ScriptedGateway, site: AppServer) -> None:
    refused = error(400, {"error": {"message": "Not today"}})
    upstream.when("Fail at first", by_turns(refused, stream("Fine")))
    with open_decks(site) as tab:
        write_deck(tab, "Fail at first")
        tab.click("run_deck")
        tab.wait_until_idle()
        wait_for_cells(tab, "failed", "failed")
        first, second = grid(tab)["rows"][0]["fields"]
        assert first["text"].startswith("Not today")
        tab.trigger("deck_grid", "retried", second["retry"])
        tab.replay()
        tab.wait_until_idle()
        wait_for_cells(tab, "failed", "Fine")
        for hostile in (
            "",
            "/",
            "a/b/c",
            f"{first['retry']}0",
            "../x/0/1",
            first["retry"].replace("/0/", "/9/"),
        ):
            tab.trigger("deck_grid", "retried", hostile)
            tab.wait_until_idle()
        for hostile in ("", "gone", "<script>"):
            tab.trigger("deck_grid", "opened", hostile)
            tab.wait_until_idle()
        assert cells(tab) == ["failed", "Fine"]
        assert not tab.tree.nodes("exception")
    assert len(upstream.asked("Fail at first")) == 3


def test_many_tokens_are_asked_about_first(upstream: ScriptedGateway, site: AppServer) -> None:
    prompt = "A long way to go. " * 6000
    upstream.when(prompt, stream("Short"))
    with open_decks(site) as tab:
        write_deck(tab, prompt)
        tab.click("run_deck")
        tab.wait_for_text("This is expensive")
        tab.wait_until_idle()
        assert upstream.asked(prompt) == []
        tab.click("confirm_run")
        tab.wait_for(lambda: tab.tree.find("deck_grid") is not None, "The run")
        tab.wait_until_idle()
        wait_for_cells(tab, "Short", "Short")


@pytest.mark.parametrize("address", ["deck=gone", "run=gone", "run=../..&deck=%00", "deck=" + "x" * 500])
def test_an_address_of_nothing_opens_the_page_and_says_so(site: AppServer, address: str) -> None:
    with open_decks(site, address) as tab:
        tab.wait_for_text("A prompt set is a list of prompts")
        tab.wait_until_idle()
        assert "no longer exists" in tab.toasts
        assert tab.address == ""


def test_a_run_and_its_images_outlive_the_server_and_only_the_rest_is_asked(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store, files = Store(data / DATABASE), Files(data / FILES)
    picture = files.keep(uploaded("a.png", image()))
    prompts = Prompt(new_id(), "Before the end"), Prompt(new_id(), "After the end", (picture,), notes="Look!")
    deck = replace(decks.new(new_id(), prompts, title="Outlive"), system_prompt="Be kind.")
    store.of(LOCAL).decks.add(deck)
    store.close()
    old = time.time() - UNUSED.total_seconds() - 60
    os.utime(data / FILES / picture.id[:2] / picture.id, (old, old))
    with ScriptedGateway() as gateway, AppServer(data, gateway.base_url, CHAT_GRACE_SECONDS="0") as server:
        gate = Gate()
        gateway.when("Before the end", by_turns(stream("Yes")))
        gateway.when(
            "After the end",
            by_turns(stream("Half", " and", hold=gate, hold_after=1), stream("A square")),
        )
        with open_decks(server, f"deck={deck.id}") as tab:
            tab.wait_until_idle()
            tab.click("run_deck")
            tab.wait_until_idle()
            wait_for_cells(tab, "Yes", "Yes", "running", "running")
            address = tab.address
        server.stop()
        server.start()
        with open_decks(server, address) as again:
            again.wait_until_idle()
            assert cells(again) == ["Yes", "Yes", "interrupted", "interrupted"]
            assert grid(again)["rows"][1]["notes"] == "Look!"
            assert "2 of 4 answers · 2 to ask again" in str(again.tree.nodes("progress"))
            again.click("resume_run")
            again.wait_until_idle()
            wait_for_cells(again, "Yes", "Yes", "A square", "A square")
        sent = gateway.asked("Before the end", "After the end")
        assert [len(request.images) for request in sent] == [0, 0, 1, 1, 1, 1]
        assert "Look!" not in str([request.body for request in sent])
