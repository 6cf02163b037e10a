"""What a chat can do, a cell can: files, the inspector, structured output, a way out of each error."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app_server import AppServer
from tests.files.samples import bomb, image
from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, error, stream
from tests.server.compare_page import compare, delete, said, wait_for_said

TWO = "models=model-a,model-b"
NO_CHANNEL = error(503, {"error": {"message": "No channel", "code": "model_not_found"}})
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


@pytest.fixture
def two(site: AppServer) -> Iterator[PageSocket]:
    """A tab with a comparison of two models that nobody has asked anything."""
    with compare(site, TWO) as tab:
        tab.wait_until_idle()
        yield tab


def first_cell(tab: PageSocket) -> str:
    return tab.tree.keys("cell-")[0].removeprefix("cell-")


def ask(tab: PageSocket, text: str, *files: tuple[str, bytes]) -> None:
    """Ask all cells and wait for the end of it."""
    tab.ask(text, *files)
    tab.wait_for(lambda: tab.tree.find("keep") is not None, "The end of all answers")
    tab.wait_until_idle()


def test_files_go_to_every_cell_and_stand_at_the_prompt(
    upstream: ScriptedGateway, site: AppServer, two: PageSocket
) -> None:
    upstream.when("Which colour?", stream("Red."))
    ask(two, "Which colour?", ("square.png", image()), ("tea.txt", b"Green tea"))
    assert said(two) == ["Red.", "Red."]
    first, second = upstream.asked("Which colour?")
    assert first.images == second.images
    assert len(first.images) == 1
    assert all("Green tea" in json.dumps(one.body["messages"]) for one in (first, second))
    with compare(site, two.address) as again:
        again.wait_until_idle()
        assert len(again.tree.nodes("imgs")) == 1
        assert "tea\\.txt" in "\n".join(again.tree.texts("bubble-prompt"))


def test_a_refused_file_holds_the_question_back_and_its_other_files_wait(
    upstream: ScriptedGateway, two: PageSocket
) -> None:
    whole = "File: tea.txt\n\nTea\n\nKeep these words"
    upstream.when(whole, stream("Kept."))
    two.ask("Keep these words", ("bomb.png", bomb()), ("tea.txt", b"Tea"))
    two.wait_for(lambda: "10,000 x 10,000 pixels" in two.text, "The refusal")
    two.wait_until_idle()
    assert two.returned == "Keep these words"
    assert "tea" in two.text
    assert not any("Keep these words" in one.prompt for one in upstream.requests)
    ask(two, "Keep these words")
    assert len(upstream.asked(whole)) == 2
    assert "10,000" not in two.text


def test_a_waiting_file_can_be_taken_away(upstream: ScriptedGateway, two: PageSocket) -> None:
    upstream.when("Without it", stream("Fine."))
    two.ask("Without it", ("bomb.png", bomb()), ("tea.txt", b"Tea"))
    two.wait_for(lambda: two.tree.find("detach") is not None, "The chip")
    two.wait_until_idle()
    two.click(two.tree.keys("detach-")[0])
    two.wait_for(lambda: two.tree.find("detach") is None, "The chip's end")
    two.wait_until_idle()
    ask(two, "Without it")
    assert all(one.body["messages"][-1]["content"] == "Without it" for one in upstream.asked("Without it"))


def test_the_same_click_twice_sends_the_files_once(upstream: ScriptedGateway, two: PageSocket) -> None:
    whole = "File: tea.txt\n\nTea\n\nOnce with a file"
    upstream.when(whole, stream("Once."))
    two.ask("Once with a file", ("tea.txt", b"Tea"))
    two.replay()
    wait_for_said(two, ["Once.", "Once."])
    two.wait_until_idle()
    assert len(upstream.asked(whole)) == 2
    assert two.tree.find("detach") is None


def test_a_model_that_refused_images_is_named_before_the_next_try(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    refusal = error(400, {"error": {"message": "This model does not support image input."}})
    upstream.when("What is this?", by_model(blind_x=refusal, model_b=stream("A square.")))
    with compare(site, "models=blind-x,model-b") as tab:
        assert "refused images before" not in tab.text
        ask(tab, "What is this?", ("square.png", image()))
        tab.wait_for_text("blind-x: refused images before")
        assert "model-b: refused" not in tab.text


def test_the_inspector_shows_what_one_cell_sent(upstream: ScriptedGateway, two: PageSocket) -> None:
    upstream.when("Look closer", by_model(model_a=stream("By A"), model_b=stream("By B")))
    ask(two, "Look closer")
    two.click(two.tree.keys("frame_inspect-")[1])
    two.wait_for(lambda: any('"model": "model-b"' in code for code in two.codes), "The request")
    assert not any('"model": "model-a"' in code for code in two.codes)
    assert "sk-planted" not in "\n".join(two.codes)
    two.wait_until_idle()


def test_a_running_reply_can_be_inspected(upstream: ScriptedGateway, two: PageSocket) -> None:
    gate = Gate()
    upstream.when("Look at once", stream("Half", " whole", hold=gate, hold_after=1))
    two.ask("Look at once")
    wait_for_said(two, ["Half", "Half"])
    two.click(two.tree.keys("frame_inspect-running-")[0])
    two.wait_for_text("This reply is still running")
    gate.open()
    wait_for_said(two, ["Half whole", "Half whole"])
    two.wait_until_idle()


def test_one_cell_answers_by_a_schema_and_the_other_does_not(
    upstream: ScriptedGateway, two: PageSocket
) -> None:
    upstream.when("Which city?", stream('{"city":', '"Oslo"}'))
    of = first_cell(two)
    two.switch(f"settings-{of}", True)
    two.choose(f"{of}.params.response_format", "JSON schema")
    two.wait_until_idle()
    two.write(f"{of}.params.schema", "{not json")
    two.wait_until_idle()
    assert "The JSON schema is not JSON" in two.alerts
    two.ask("Which city?")
    two.wait_for(lambda: "Change it in the settings of its cell" in two.refusal, "The refusal")
    two.wait_until_idle()
    assert upstream.asked("Which city?") == []
    assert two.returned == "Which city?"
    two.write(f"{of}.params.schema", json.dumps(SCHEMA))
    two.wait_until_idle()
    ask(two, "Which city?")
    formats = {one.body["model"]: one.body.get("response_format") for one in upstream.asked("Which city?")}
    assert formats["model-a"]["json_schema"]["schema"] == SCHEMA
    assert formats["model-b"] is None
    assert said(two)[0].startswith("```json")


def test_a_failed_cell_offers_a_model_that_is_there(upstream: ScriptedGateway, site: AppServer) -> None:
    upstream.when("Who is there?", by_model(model_ab=NO_CHANNEL, model_b=stream("B"), model_a=stream("A")))
    with compare(site, "models=model-ab,model-b") as tab:
        ask(tab, "Who is there?")
        tab.click(tab.tree.keys("ask_model-a-")[0])
        wait_for_said(tab, ["A", "B"])
        tab.wait_until_idle()
        assert "**model-a**" in tab.text


def test_a_failed_cell_is_tried_again_at_a_click(upstream: ScriptedGateway, two: PageSocket) -> None:
    trouble = error(500, {"error": {"message": "Trouble"}})
    upstream.when("Try, try again", by_model(model_a=stream("A"), model_b=trouble))
    ask(two, "Try, try again")
    upstream.when("Try, try again", by_model(model_a=stream("A"), model_b=stream("B")))
    two.click("try_again")
    wait_for_said(two, ["A", "B"])
    two.wait_until_idle()


def test_another_key_is_taken_on_the_page_where_one_was_refused(
    upstream: ScriptedGateway, two: PageSocket
) -> None:
    refused = error(401, {"error": {"message": "Invalid token"}})
    upstream.when("With which key?", refused)
    ask(two, "With which key?")
    two.click("use_another_key")
    two.widget("visitor_key")
    two.wait_until_idle()
    two.write("visitor_key", "sk-another-0123456789abcdef")
    two.click("confirm_key")
    two.wait_for(lambda: two.tree.find("visitor_key") is None, "The dialog's end")
    two.wait_until_idle()
    upstream.when("With which key?", stream("This one"))
    two.click(two.tree.keys("refresh-")[0])
    two.wait_for(lambda: "This one" in said(two)[0], "The answer")
    two.wait_until_idle()
    keys = [one.headers["authorization"] for one in upstream.asked("With which key?")]
    assert keys[-1] == "Bearer sk-another-0123456789abcdef"


def test_what_follows_a_question_that_failed_in_one_cell_takes_its_place_there(
    upstream: ScriptedGateway, two: PageSocket
) -> None:
    upstream.when("First question", by_model(model_a=NO_CHANNEL, model_b=stream("B one")))
    upstream.when("Second question", by_model(model_a=stream("A two"), model_b=stream("B two")))
    ask(two, "First question")
    two.ask("Second question")
    two.wait_for(lambda: said(two)[1].endswith("B two"), "The second answer")
    two.wait_for(lambda: said(two)[0].endswith("A two"), "The other cell's")
    two.wait_for(lambda: two.tree.find("keep") is not None, "The end")
    two.wait_until_idle()
    sent = {one.body["model"]: one.body["messages"] for one in upstream.asked("Second question")}
    assert [message["content"] for message in sent["model-a"]] == ["Second question"]
    assert [message["content"] for message in sent["model-b"]] == [
        "First question",
        "B one",
        "Second question",
    ]
    assert two.tree.texts("bubble-prompt") == ["First question"]


def test_the_same_question_asks_a_failed_cell_once_more_not_twice(
    upstream: ScriptedGateway, two: PageSocket
) -> None:
    upstream.when("Again, please", NO_CHANNEL)
    ask(two, "Again, please")
    upstream.when("Again, please", stream("Now"))
    two.ask("Again, please")
    wait_for_said(two, ["Now", "Now"])
    two.wait_until_idle()
    assert [len(one.body["messages"]) for one in upstream.asked("Again, please")] == [1, 1, 1, 1]


def test_a_deleted_comparison_is_gone_here_and_in_another_tab_until_it_is_brought_back(
    upstream: ScriptedGateway, site: AppServer, two: PageSocket
) -> None:
    upstream.when("Delete me", stream("Gone soon"))
    ask(two, "Delete me")
    address = two.address
    with compare(site, address) as other:
        other.wait_until_idle()
        delete(two)
        two.wait_for_text("Compare models")
        two.wait_until_idle()
        assert "“Delete me” was deleted." in two.text
        assert "Gone soon" not in two.text
        other.set_number("repeats", 2)
        other.wait_for(lambda: "no longer exists" in other.toasts, "The word of it")
        other.wait_until_idle()
    with compare(site, address) as later:
        later.wait_for(lambda: "no longer exists" in later.toasts, "The word of it")
        later.wait_until_idle()
    two.click("undo")
    two.wait_for(lambda: two.address == address and "Gone soon" in two.text, "Its return")
    two.wait_until_idle()


def test_trouble_with_the_gateway_and_the_database_is_said_and_cells_answer_all_the_same(
    tmp_path: Path,
) -> None:
    (tmp_path / "a-file").write_text("A note where the folder should be.")
    with ScriptedGateway() as gateway:
        gateway.answer_models(error(503, {"error": {"message": "Maintenance"}}))
        server = AppServer(tmp_path / "a-file" / "data", gateway.base_url)
        server.log_file = tmp_path / "app.log"
        with server, compare(server, TWO) as tab:
            tab.wait_for(lambda: "this page looks again" in tab.alerts, "The gateway's banner")
            tab.wait_until_idle()
            assert "kept in memory until the app stops" in tab.alerts
            gateway.answer_models(error(200, {"object": "list", "data": [{"id": "model-z"}]}))
            tab.click("list_models")
            tab.wait_for(lambda: "looks again" not in tab.alerts, "The banner's end")
            tab.wait_until_idle()
            gateway.answer_chats(stream("All the same"))
            tab.ask("And now?")
            wait_for_said(tab, ["All the same"] * 2)
            tab.wait_until_idle()
