"""Blind comparisons: nobody can tell whose answer is whose, until the reveal tells everybody."""

import re

from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.page_tree import read
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, error, stream
from tests.server import compare_page
from tests.server.compare_page import ask_blind, compare, has_figures, lines, table

WORDS = [f"w{number:02} " for number in range(20)]


def wait_for_ballot(tab: PageSocket) -> None:
    tab.wait_for_text("Which answer is best?")
    tab.wait_until_idle()


def heads(tab: PageSocket) -> list[str]:
    """What each cell is called."""
    return [next(iter(tab.tree.texts(key)), "") for key in tab.tree.keys("cell-")]


def said(tab: PageSocket) -> list[str]:
    """The answer in each cell, in the order of the page, without what the cell is called."""
    return [text.removeprefix(head) for head, text in zip(heads(tab), compare_page.said(tab), strict=True)]


def wait_for_said(tab: PageSocket, texts: list[str]) -> None:
    tab.wait_for(lambda: said(tab) == texts, str(texts))


def chosen(tab: PageSocket) -> list[str]:
    """What is chosen in the ballot."""
    group = tab.widget("vote").proto
    at = list(group.value) if group.set_value else list(group.default)
    return [group.options[index].content for index in at]


def test_names_and_figures_are_hidden_until_the_reveal(upstream: ScriptedGateway, site: AppServer) -> None:
    upstream.when("Whose is this?", by_model(model_a=stream("By the first"), model_b=stream("By the second")))
    with compare(site) as tab:
        ask_blind(tab, "Whose is this?")
        wait_for_ballot(tab)
        assert heads(tab) == ["**Answer A**", "**Answer B**"]
        assert lines(tab) == ["", ""]
        assert not has_figures(tab)
        assert tab.tree.keys("settings-") == tab.tree.keys("refresh-") == tab.tree.keys("forum-") == []
        order, address = said(tab), tab.address
        assert sorted(order) == ["By the first", "By the second"]
        with compare(site, address) as second:
            wait_for_ballot(second)
            assert (heads(second), said(second)) == (["**Answer A**", "**Answer B**"], order)
            assert not re.search(rb"model-[ab]", b"".join(second.frames))
        tab.choose("vote", "Answer B")
        tab.wait_until_idle()
        with compare(site, address) as again:
            wait_for_ballot(again)
            assert chosen(again) == ["Answer B"]
            again.click("reveal")
            again.wait_for_text("won, 1 of 1 vote")
            again.wait_until_idle()
            names = [
                f"{letter}\\: model\\-{'a' if 'first' in one else 'b'}"
                for letter, one in zip("AB", order, strict=True)
            ]
            assert heads(again) == [f"**{name}**" for name in names]
            assert said(again) == order
            assert read(f"{names[1]} won, 1 of 1 vote") in again.text
            assert all("first token" in line for line in lines(again))
            models = ["model-a" if "first" in one else "model-b" for one in order]
            assert [row.name for row in table(again)] == [models[0], f"{models[1]} Winner"]
            assert [row.is_winner for row in table(again)] == [False, True]
            assert len(again.tree.keys("winner-")) == 1
            again.switch("pairs", True)
            again.wait_for_text("95 % confidence")
            again.wait_until_idle()
            [pair] = [row for row in again.tables if "Against" in row]
            assert {"model-a", "model-b"} <= {*pair["Model"], *pair["Against"]}
            assert "Too few votes" in pair["Ahead"].iloc[0]


def test_a_fast_answer_does_not_betray_itself(upstream: ScriptedGateway, site: AppServer) -> None:
    first = Gate()
    slow = stream(*WORDS, hold=first, hold_after=0)
    upstream.when("Who is fast?", by_model(model_a=stream(*WORDS), model_b=slow))
    with compare(site) as tab:
        ask_blind(tab, "Who is fast?")
        assert first.reached.wait(20)
        tab.wait_for(lambda: len(tab.tree.keys("stop-")) == 2, "Both cells")
        upstream.when("Ask elsewhere", stream("Elsewhere"))
        with compare(site) as other:  # a whole comparison later there is still nothing to see
            other.ask("Ask elsewhere")
            other.wait_for(lambda: has_figures(other), "The figures")
        assert said(tab) == ["", ""]
        address = tab.address
        with compare(site, address) as second:
            second.wait_for(lambda: len(second.tree.keys("stop-")) == 2, "Both cells")
            assert said(second) == ["", ""]
        first.open()
        wait_for_said(tab, ["".join(WORDS).strip()] * 2)
        wait_for_ballot(tab)


def test_an_error_does_not_name_its_model(upstream: ScriptedGateway, site: AppServer) -> None:
    body = {"error": {"message": "No channel for model-b", "code": "model_not_found"}}
    upstream.when("Who fails?", by_model(model_a=stream("Said"), model_b=error(503, body)))
    with compare(site) as tab:
        ask_blind(tab, "Who fails?")
        wait_for_ballot(tab)
        assert "This answer ended with an error" in tab.alerts
        assert "No channel" not in str(tab.codes)
        tab.click("reveal")
        tab.wait_for(lambda: "This model is not available" in tab.alerts, "The whole error")


def test_eight_cells_are_shuffled_and_a_follow_up_is_a_new_round(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    """That eight come out in their own order happens once in 40,320 times."""
    models = [f"model-{letter}" for letter in "abcdefgh"]
    upstream.when("Shuffle", lambda received: stream(f"By {received.body['model']}")(received))
    upstream.when("And again", lambda received: stream(f"Still {received.body['model']}")(received))
    with compare(site, f"models={','.join(models)}") as tab:
        ask_blind(tab, "Shuffle")
        wait_for_ballot(tab)
        order = said(tab)
        assert sorted(order) == [f"By {model}" for model in models]
        assert order != sorted(order)
        tab.choose("vote", "Answer C")
        tab.wait_until_idle()
        tab.ask("And again")
        tab.wait_for(lambda: "Still model-a" in str(said(tab)), "The new answers")
        wait_for_ballot(tab)
        assert chosen(tab) == []
        assert "Earlier" not in str(tab.tree.nodes("block"))
        again = [text.rpartition("And again")[2].strip() for text in said(tab)]
        assert sorted(again) == [f"Still {model}" for model in models]


def test_a_question_that_is_not_blind_hides_nothing_and_closes_the_round_before(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    upstream.when("Blind first", stream("Said"))
    upstream.when("Open then", stream("Said openly"))
    with compare(site) as tab:
        ask_blind(tab, "Blind first")
        wait_for_ballot(tab)
        tab.switch("blind", False)
        tab.wait_until_idle()
        assert heads(tab) == ["**Answer A**", "**Answer B**"]
        tab.ask("Open then")
        tab.wait_for(lambda: has_figures(tab), "The figures")
        tab.wait_until_idle()
        assert heads(tab) == ["**model\\-a**", "**model\\-b**"]


def test_a_stop_ends_the_wait_and_what_was_said_can_be_voted_on(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    prompt = "Stop the blind ones"
    gates = Gate(), Gate()
    scripts = [stream(*WORDS, hold=gate, hold_after=5) for gate in gates]
    upstream.when(prompt, by_model(model_a=scripts[0], model_b=scripts[1]))
    with compare(site) as tab:
        ask_blind(tab, prompt)
        wait_for_said(tab, ["".join(WORDS[:5]).strip()] * 2)
        tab.click("stop_all")
        wait_for_ballot(tab)
        assert said(tab) == ["".join(WORDS[:5]).strip() + "Stopped"] * 2
