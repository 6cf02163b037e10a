"""Several models asked at once, on the real server: every word of each, whatever happens to the page."""

from pathlib import Path

import pytest

from lib.ui.compare.page import LIST
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import ScriptedGateway, by_model, error, stream
from tests.server.compare_page import (
    WORDS,
    compare,
    half,
    has_ended,
    has_figures,
    lines,
    said,
    script,
    table,
    wait_for_said,
    whole,
)

FOUR = "models=model-a,model-b,model-c,model-d"


def test_an_address_stands_ready_and_never_runs_by_itself(upstream: ScriptedGateway, site: AppServer) -> None:
    with compare(site, f"{FOUR}&prompt=Ready+when+you+are") as tab:
        tab.wait_until_idle()
        assert tab.returned == "Ready when you are"
        assert len(tab.tree.keys("cell-")) == 4
        tab.reconnect()
        assert upstream.asked("Ready when you are") == []


def test_four_cells_stream_at_once_and_one_that_fails_hinders_none(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    prompt = "Four at once"
    body = {"error": {"message": "No channel", "code": "model_not_found"}}
    gates = script(upstream, prompt, model_c=error(503, body))
    with compare(site, FOUR) as tab:
        tab.ask(prompt)
        tab.wait_for(lambda: said(tab)[:2] == [half("a"), half("b")], "Two halves")
        tab.wait_for(lambda: said(tab)[3] == half("d"), "The last half")
        tab.wait_for(lambda: "This model is not available" in tab.alerts, "The error")
        assert "failed" in lines(tab)[2]
        tab.wait_for(lambda: "No channel" in tab.codes, "The gateway's own words")
        gates["b"].open()
        tab.wait_for(lambda: has_ended(lines(tab)[1]), "The end of one")
        tab.wait_for(lambda: said(tab)[1] == whole("b"), "The whole of one")
        assert not has_ended(lines(tab)[0]) and not has_ended(lines(tab)[3])
        gates["a"].open()
        gates["d"].open()
        tab.wait_until_idle()
        assert [said(tab)[at] for at in (0, 1, 3)] == [whole("a"), whole("b"), whole("d")]
        assert ["40 tokens" in line for line in lines(tab)] == [True, True, False, True]
        rows = table(tab)
        assert [row.name for row in rows] == ["model-a", "model-b", "model-c", "model-d"]
        assert [row.cells["Tokens"] for row in rows] == ["40", "40", "–", "40"], "none is the shortest"
        assert [row.cells["Answers"] for row in rows] == ["1", "1", "0 (1 did not finish)", "1"]
        assert [row.colour for row in rows] == [0, 1, 2, 3]
    assert len(upstream.asked(prompt)) == 4


def test_a_stopped_cell_keeps_its_words_and_the_others_go_on(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    prompt = "Stop one of four"
    gates = script(upstream, prompt)
    with compare(site, FOUR) as tab:
        tab.ask(prompt)
        tab.wait_for(lambda: said(tab) == [half(model) for model in WORDS], "Four halves")
        tab.click(tab.tree.keys("stop-")[1])
        tab.wait_for(lambda: "stopped" in lines(tab)[1], "The stop")
        stopped = next(one for one in upstream.asked(prompt) if one.body["model"] == "model-b")
        assert stopped.closed.wait(PATIENCE)
        for gate in gates.values():
            gate.open()
        tab.wait_until_idle()
        wait_for_said(tab, [whole("a"), half("b"), whole("c"), whole("d")])


def test_a_reload_and_a_second_tab_see_every_word_of_every_cell(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    prompt = "Reload while they run"
    gates = script(upstream, prompt)
    with compare(site, FOUR) as tab:
        tab.ask(prompt)
        tab.wait_for(lambda: said(tab) == [half(model) for model in WORDS], "Four halves")
        address = tab.address
    with compare(site, address) as reloaded, compare(site, address) as second:
        for again in (reloaded, second):
            wait_for_said(again, [half(model) for model in WORDS])
        for gate in gates.values():
            gate.open()
        for again in (reloaded, second):
            wait_for_said(again, [whole(model) for model in WORDS])
            again.wait_until_idle()
    assert len(upstream.asked(prompt)) == 4
    with compare(site, address) as later:
        later.wait_until_idle()
        assert said(later) == [whole(model) for model in WORDS]


def test_the_same_click_twice_asks_every_cell_once(upstream: ScriptedGateway, site: AppServer) -> None:
    upstream.when("Once each", stream("Once"))
    with compare(site, "models=model-a,model-b") as tab:
        tab.ask("Once each")
        tab.replay()
        tab.wait_for(lambda: said(tab) == ["Once", "Once"], "Both answers")
        tab.wait_until_idle()
    assert len(upstream.asked("Once each")) == 2


def test_a_second_question_continues_every_cells_own_conversation(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    upstream.when("Who are you?", by_model(model_a=stream("I am A"), model_b=stream("I am B")))
    upstream.when("And again?", by_model(model_a=stream("Still A"), model_b=stream("Still B")))
    with compare(site, "models=model-a,model-b") as tab:
        for question in ("Who are you?", "And again?"):
            tab.ask(question)
            tab.wait_for(lambda: "Stop all" not in str(tab.tree.nodes("button")), "The end")
            tab.wait_until_idle()
        assert [text.endswith(end) for text, end in zip(said(tab), ("Still A", "Still B"), strict=True)]
    sent = {one.body["model"]: one.body["messages"] for one in upstream.asked("And again?")}
    assert [message["content"] for message in sent["model-b"]] == ["Who are you?", "I am B", "And again?"]
    assert [message["content"] for message in sent["model-a"]] == ["Who are you?", "I am A", "And again?"]


def test_a_cell_asked_again_has_another_version_and_the_old_one_stays(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    upstream.when("Try twice", stream("First"))
    with compare(site, "models=model-a,model-b") as tab:
        tab.ask("Try twice")
        tab.wait_for(lambda: said(tab) == ["First", "First"], "Both answers")
        tab.wait_until_idle()
        upstream.when("Try twice", stream("Second", model="another"))
        tab.click(tab.tree.keys("refresh-")[0])
        tab.wait_for(lambda: said(tab) == ["Second", "First"], "The new version")
        tab.wait_until_idle()
        assert ["Other model" in line for line in lines(tab)] == [True, False]
        tab.click(tab.tree.keys("chevron_left-")[0])
        tab.wait_for(lambda: said(tab) == ["First", "First"], "The old version")
        tab.wait_until_idle()


def test_a_cell_goes_on_as_a_chat_and_stays_in_its_comparison(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    upstream.when("Take this over", by_model(model_a=stream("By A"), model_b=stream("By B")))
    with compare(site, "models=model-a,model-b") as tab:
        tab.ask("Take this over")
        tab.wait_for(lambda: said(tab) == ["By A", "By B"], "Both answers")
        tab.wait_until_idle()
        address = tab.address
        tab.click(tab.tree.keys("forum-")[1])
        tab.wait_for(lambda: tab.address.startswith("c="), "The chat")
        tab.wait_for_answer("By B")
        upstream.when("Go on", stream("Gone on"))
        tab.ask("Go on")
        tab.wait_for_answer("Gone on")
    assert [m["content"] for m in upstream.asked("Go on")[0].body["messages"]] == [
        "Take this over",
        "By B",
        "Go on",
    ]
    with compare(site, address) as again:
        again.wait_until_idle()
        assert said(again) == ["By A", "By B"]


def test_a_restart_keeps_what_every_cell_said(tmp_path: Path) -> None:
    with (
        ScriptedGateway() as gateway,
        AppServer(tmp_path / "data", gateway.base_url, CHAT_GRACE_SECONDS="0") as server,
    ):
        gates = script(gateway, "Outlive the server")
        gates["a"].open()
        with compare(server, "models=model-a,model-b") as tab:
            tab.ask("Outlive the server")
            tab.wait_for(lambda: said(tab) == [whole("a"), half("b")], "One and a half")
            address = tab.address
        server.stop()
        server.start()
        with compare(server, address) as again:
            again.wait_until_idle()
            assert said(again) == [whole("a"), half("b")]
            assert ["interrupted" in line for line in lines(again)] == [False, True]


def test_a_synthesis_is_one_more_cell_made_of_all_answers(upstream: ScriptedGateway, site: AppServer) -> None:
    upstream.when(
        "Merge these", by_model(model_a=stream("The sky is blue"), model_b=stream("The sky was red"))
    )
    with compare(site, "models=model-a,model-b") as tab:
        tab.ask("Merge these")
        tab.wait_for(lambda: has_figures(tab), "The table")
        tab.wait_until_idle()
        tab.switch("differences", True)
        tab.wait_for_text(":red-background[is blue] :green-background[was red]")
        tab.wait_until_idle()
        tab.switch("synthesis", True)
        tab.widget("merger")
        tab.wait_until_idle()
        before = len(upstream.chats)
        upstream.enqueue(stream("Blue, or red"))
        tab.click("synthesise")
        tab.wait_for(lambda: said(tab)[-1].endswith("Blue, or red"), "The merged answer")
        tab.wait_until_idle()
        assert "Synthesis by model" in tab.text
        assert [row.name for row in table(tab)] == ["model-a", "model-b"]
    [request] = upstream.chats[before:]
    assert all(text in request.prompt for text in ("Merge these", "The sky is blue", "The sky was red"))
    assert "model-a" not in request.prompt


def test_chosen_models_stand_in_their_order_and_keep_the_settings_of_those_that_stay(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    upstream.when("In which order?", by_model(model_a=stream("A"), model_b=stream("B"), model_c=stream("C")))
    with compare(site, "models=model-a,model-b") as tab:
        tab.wait_until_idle()
        [first, _] = [key.removeprefix("cell-") for key in tab.tree.keys("cell-")]
        tab.switch(f"settings-{first}", True)
        tab.set_number(f"{first}.params.seed", 7)
        tab.switch(f"settings-{first}", False)
        tab.wait_until_idle()
        tab.choose_models("models", "model-c", "model-a", "model-a")
        tab.wait_for(lambda: len(tab.tree.keys("cell-")) == 3, "Three cells")
        tab.wait_until_idle()
        tab.ask("In which order?")
        wait_for_said(tab, ["C", "A", "A"])
    seeds = sorted((one.body["model"], one.body.get("seed", 0)) for one in upstream.asked("In which order?"))
    assert [seed for model, seed in seeds if model == "model-a"] == [0, 7]


@pytest.mark.parametrize("address", ["comparison=gone", "models=,,,&prompt=", "prompt=" + "x" * 1000])
def test_a_strange_address_opens_a_new_comparison(site: AppServer, address: str) -> None:
    with compare(site, address) as tab:
        tab.wait_until_idle()
        assert "Compare models" in tab.text
        assert len(tab.tree.keys("cell-")) == 2
        assert not tab.tree.nodes("exception")


def test_the_box_shares_nothing_with_the_chats(upstream: ScriptedGateway, site: AppServer) -> None:
    upstream.when("For the cells", stream("In a cell"))
    with PageSocket(site.url) as tab:
        tab.ask("Half a thought", ("refused.bin", b"\0\1\2"), ("notes.txt", b"Only for the chat"))
        tab.wait_for_text("notes")
        tab.wait_until_idle()
        tab.follow_link("Compare")
        tab.wait_for_text("Compare models")
        tab.wait_until_idle()
        assert "notes" not in tab.text
        assert not tab.returned
        tab.ask("For the cells")
        tab.wait_for(lambda: said(tab) == ["In a cell", "In a cell"], "Both answers")
        tab.wait_until_idle()
        assert all(
            one.body["messages"][-1]["content"] == "For the cells" for one in upstream.asked("For the cells")
        )
        tab.follow_link("SynStar Chat")
        tab.wait_for_text("notes")
        tab.wait_until_idle()


def test_several_temperatures_stand_beside_the_other_models_and_tell_themselves_apart_before_they_run(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    upstream.when("How warm?", stream("Warm"))
    with compare(site, "models=model-a,model-b") as tab:
        for _ in range(2):
            tab.click("sweep")
            tab.wait_until_idle()
            heads = [" ".join(tab.tree.texts(key)) for key in tab.tree.keys("cell-")]
            assert heads == ["temperature 0", "temperature 0\\.7", "temperature 1", ""]
        tab.ask("How warm?")
        wait_for_said(tab, ["Warm"] * 4)
        tab.wait_until_idle()
    asked = [(one.body["model"], one.body.get("temperature")) for one in upstream.asked("How warm?")]
    assert sorted(asked, key=str) == [*(("model-a", each) for each in (0.0, 0.7, 1.0)), ("model-b", None)]
    with compare(site, "models=" + ",".join(f"model-{name}" for name in "abcdefg")) as tab:
        tab.wait_until_idle()
        assert tab.widget("sweep").proto.disabled, "they would be nine"


def test_a_row_of_the_list_is_renamed_and_deleted_and_brought_back(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    upstream.when("Two titles alike", stream("Yes"))
    with compare(site) as tab:
        tab.ask("Two titles alike")
        wait_for_said(tab, ["Yes", "Yes"])
        tab.wait_until_idle()
        tab.act_on_row("rename", "Two titles alike", LIST)
        tab.write("new_title", "  Told  apart ")
        tab.click("confirm_rename")
        tab.wait_for(lambda: "# Told apart" in tab.text, "The title on the bar")
        tab.act_on_row("delete", "Told apart", LIST)
        tab.wait_for_text("“Told apart” was deleted.")
        tab.wait_until_idle()
        assert said(tab) == ["", ""]
        tab.click("undo")
        wait_for_said(tab, ["Yes", "Yes"])
