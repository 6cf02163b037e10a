"""A question asked several times, on the real server: one answer after the other, and a word before many."""

from tests.app_server import AppServer
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, Script, ScriptedGateway, stream
from tests.server.compare_page import compare, has_figures, lines, table


def lengths(*counts: int) -> Script:
    """Each answer to a model has the next of these lengths, in tokens."""
    left = {model: list(counts) for model in ("model-a", "model-b")}
    return lambda received: stream(*["word "] * left[received.body["model"]].pop(0))(received)


def test_repeats_give_each_cell_its_answers_one_after_the_other_and_their_median(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    upstream.when("Three times", lengths(9, 2, 4))
    with compare(site, "models=model-a,model-b") as tab:
        tab.set_number("repeats", 3)
        tab.wait_until_idle()
        assert "6 answers: ≈ " in tab.text
        tab.ask("Three times")
        tab.wait_for(lambda: "3 / 3" in tab.text and has_figures(tab), "The third version")
        tab.wait_for(lambda: [row.cells["Answers"] for row in table(tab)] == ["3", "3"], "All answers")
        tab.wait_until_idle()
        assert [row.cells["Tokens"] for row in table(tab)] == ["4 (2 – 9)", "4 (2 – 9)"]
    assert len(upstream.asked("Three times")) == 6


def test_repeats_go_on_without_a_page_and_stop_when_they_are_stopped(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    first, second = Gate(), Gate()
    scripts = {"model-a": [stream("One", hold=first), stream("Two", hold=second)], "model-b": []}
    upstream.when(
        "Stop the series",
        lambda received: (scripts[received.body["model"]] or [stream("B")]).pop(0)(received),
    )
    with compare(site, "models=model-a,model-b") as tab:
        tab.set_number("repeats", 3)
        tab.wait_until_idle()
        tab.ask("Stop the series")
        tab.wait_for(lambda: "3 / 3" in tab.text, "The other cell's answers")
        address = tab.address
    first.open()
    assert second.reached.wait(PATIENCE)
    with compare(site, address) as later:
        later.click("stop_all")
        later.wait_for(lambda: any("stopped" in line for line in lines(later)), "The stop")
        later.wait_until_idle()
        assert [row.cells["Answers"] for row in table(later)] == ["1 (1 did not finish)", "3"]
    assert len([one for one in upstream.asked("Stop the series") if one.body["model"] == "model-a"]) == 2


def test_many_tokens_are_asked_about_first(upstream: ScriptedGateway, site: AppServer) -> None:
    prompt = "A long story. " * 1000
    upstream.when(prompt, stream("Short"))
    with compare(site, "models=model-a,model-b") as tab:
        tab.set_number("repeats", 10)
        tab.wait_until_idle()
        tab.ask(prompt)
        tab.wait_for_text("20 answers will take about")
        assert upstream.asked(prompt) == []
        tab.wait_until_idle()
        tab.click("confirm_run")
        tab.wait_for(lambda: "10 / 10" in tab.text, "The last version")
        tab.wait_for(lambda: has_figures(tab), "The table")
        tab.wait_for(lambda: [row.cells["Answers"] for row in table(tab)] == ["10", "10"], "All answers")
    assert len(upstream.asked(prompt)) == 20
