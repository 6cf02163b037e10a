"""Presentations on the real server: what is revealed, what is not, and where the address leads."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from lib.app import DATABASE
from lib.domain.comparison.recordings import Recording
from lib.domain.comparison.votes import TIE
from lib.domain.models.prices import Price
from lib.domain.people.people import LOCAL
from lib.store import Store
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, stream
from tests.server.compare.test_recordings import kept, recording, talk
from tests.server.compare_page import compare, has_figures, said, table

TOKEN = "a-token-of-a-shared-report"


def shown() -> Recording:
    """Two prompts; two models answer the first one, which a price is known of."""
    found = recording(
        "shown",
        [talk("p1", "model-a", ("Prompt one", "Ann")), talk("p2", "model-b", ("Prompt one", "Bob"))],
        [talk("p3", "model-a", ("Prompt two", "Cid"))],
    )
    found.prices["model-a"] = Price(1.0, 1_000_000.0, source="a list")  # type: ignore[index]
    return found


@pytest.fixture(scope="module")
def theatre(island: AppServer) -> AppServer:
    """An app that has something to present, and no gateway."""
    store = Store(island.data_dir / DATABASE)
    store.of(LOCAL).recordings.add(shown())
    now = datetime.now(UTC)
    until = now + timedelta(days=1)
    store.of(LOCAL).shares.add(
        TOKEN, "<p>Report", source_id="shown", title="Report", created_at=now, expires_at=until
    )
    store.close()
    return island


def present(site: AppServer, address: str) -> PageSocket:
    """A tab that presents."""
    return PageSocket(site.url, address, "present")


def answers(tab: PageSocket) -> list[str]:
    """What the revealed cells say."""
    return [text for text in said(tab) if text != "…"]


def test_each_step_reveals_one_cell_then_the_figures_then_the_next_prompt(theatre: AppServer) -> None:
    with present(theatre, "recording=shown") as tab:
        tab.wait_for_text("Prompt one")
        tab.wait_until_idle()
        assert tab.tree.keys("cell-") == []
        for expected in (["Ann"], ["Ann", "Bob"]):
            tab.click("arrow_forward")
            tab.wait_for(lambda now=expected: answers(tab) == now, str(expected))  # type: ignore[misc]
            tab.wait_until_idle()
        assert not has_figures(tab)
        tab.click("arrow_forward")
        tab.wait_for(lambda: has_figures(tab), "The figures")
        tab.wait_until_idle()
        tab.click("arrow_forward")
        tab.wait_for_text("Prompt two")
        tab.wait_until_idle()
        assert tab.tree.keys("cell-") == []
        tab.click("arrow_back")
        tab.wait_for(lambda: has_figures(tab), "The figures again")
        tab.wait_until_idle()
        assert answers(tab) == ["Ann", "Bob"]


def test_the_address_shows_the_step_that_it_names(theatre: AppServer) -> None:
    with present(theatre, "recording=shown&step=0.1") as tab:
        tab.wait_for(lambda: answers(tab) == ["Ann"], "One cell")
        tab.wait_until_idle()
        assert "Bob" not in tab.text
    with present(theatre, "recording=shown&step=1.1") as tab:
        tab.wait_for(lambda: answers(tab) == ["Cid"], "The second prompt")
    for wild in ("step=99.99", "step=-1.x", "step=0.1&step=1.1", "step="):
        with present(theatre, f"recording=shown&{wild}") as tab:
            tab.wait_for_text("Prompt")
            tab.wait_until_idle()
            assert tab.tree.nodes("exception") == []


def test_one_at_a_time_shows_the_last_revealed_cell_alone(theatre: AppServer) -> None:
    with present(theatre, "recording=shown&step=0.2") as tab:
        tab.wait_for(lambda: answers(tab) == ["Ann", "Bob"], "Both")
        tab.wait_until_idle()
        tab.choose("presented", "One at a time")
        tab.wait_for(lambda: answers(tab) == ["Bob"], "The last one")


def test_no_cost_is_told_unless_it_is_wanted(theatre: AppServer) -> None:
    with present(theatre, "recording=shown&step=0.3") as tab:
        tab.wait_for(lambda: has_figures(tab), "The figures")
        tab.wait_until_idle()
        assert "$" not in tab.text
        assert "Cost" not in table(tab)[0].cells
        tab.switch("presented_costs", True)
        tab.wait_for(lambda: "$" in tab.text, "The costs")
        tab.wait_for(lambda: "Cost" in table(tab)[0].cells, "The costs in the table")


def test_the_last_step_has_the_link_of_the_shared_report_and_its_code(theatre: AppServer) -> None:
    with present(theatre, "recording=shown&step=0.3") as tab:
        tab.wait_for_text(f"/share/{TOKEN}")
        tab.wait_until_idle()
        assert tab.tree.nodes("imgs")
    with present(theatre, "recording=shown&step=0.2") as tab:
        tab.wait_for(lambda: answers(tab) == ["Ann", "Bob"], "Both")
        tab.wait_until_idle()
        assert "/share/" not in tab.text


def test_nothing_else_of_the_app_is_on_the_page(theatre: AppServer) -> None:
    with present(theatre, "recording=shown&step=0.2") as tab:
        tab.wait_for(lambda: answers(tab) == ["Ann", "Bob"], "Both")
        tab.wait_until_idle()
        assert tab.tree.nodes("chat_input", "page_link") == []
        assert "Recorded on 1 Mar 2026" in tab.text
        assert "SynStar" not in tab.text


def test_what_is_not_there_is_told(theatre: AppServer) -> None:
    for address in ("", "recording=gone", "comparison=gone"):
        with present(theatre, address) as tab:
            tab.wait_for(lambda: "nothing here to present" in tab.alerts, "The sentence")


def test_a_comparison_that_has_ended_begins_with_its_prompt(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    upstream.when("To be presented", by_model(model_a=stream("Ann"), model_b=stream("Bob")))
    with compare(site, "models=model-a,model-b") as tab:
        tab.ask("To be presented")
        tab.wait_until_idle()
        address = tab.address
    with present(site, address) as tab:
        tab.wait_for_text("To be presented")
        tab.wait_until_idle()
        assert tab.tree.keys("cell-") == []
        tab.click("reveal_all")
        tab.wait_for(lambda: answers(tab) == ["Ann", "Bob"], "Both")
        tab.wait_until_idle()
        tab.click("close")
        tab.wait_for(lambda: bool(tab.tree.nodes("chat_input")), "The compare page")
        assert tab.address == address


def test_a_blind_comparison_is_presented_without_names_until_the_reveal(
    upstream: ScriptedGateway, site: AppServer
) -> None:
    gate = Gate()
    first = stream("By", " the first", hold=gate, hold_after=1)
    upstream.when("Presented blind", by_model(model_a=first, model_b=stream("By", " the second")))
    with compare(site, "models=model-a,model-b") as tab:
        tab.switch("blind", True)
        tab.wait_until_idle()
        tab.ask("Presented blind")
        tab.wait_for(lambda: "comparison=" in tab.address, "The address")
        with present(site, tab.address) as room:
            room.wait_for_text("Answer A")
            gate.open()
            whole = ["By the first", "By the second"]
            room.wait_for(lambda: sorted(answers(room)) == whole, "The answers")
            room.wait_until_idle()
            assert not re.search(rb"model-[ab]", b"".join(room.frames))
            assert room.tree.texts("figures") == []
            room.click("arrow_forward")
            room.wait_for_text("Which answer is best?")
            room.wait_until_idle()
            room.choose("vote", "Answer B")
            room.wait_until_idle()
            room.click("arrow_back")
            room.wait_for(lambda: "Which answer is best?" not in room.text, "The answers alone")
            room.wait_until_idle()
            room.click("arrow_forward")
            room.wait_for_text("Which answer is best?")
            room.wait_until_idle()
            room.click("arrow_forward")
            room.wait_for(lambda: bool(re.search(r"B: model-[ab] won, 1 of 1 vote", room.text)), "Who won")
            room.wait_until_idle()
            assert len(room.tree.keys("winner-")) == 1
            assert not has_figures(room)
            room.choose("presented", "One at a time")
            room.wait_for(lambda: len(answers(room)) == 1, "The answer that won")
            assert len(room.tree.keys("winner-")) == 1
            room.wait_until_idle()
            room.click("arrow_forward")
            room.wait_for(lambda: has_figures(room), "The figures")
            assert [row.is_winner for row in table(room)] == [False, True]
            room.wait_until_idle()
            assert room.widget("arrow_forward").proto.disabled
        tab.wait_until_idle()
        with present(site, f"{tab.address}&step=0.4") as room:
            room.wait_for(lambda: "model" in room.text and has_figures(room), "The names")


def test_repeats_are_presented_to_their_last_answer(upstream: ScriptedGateway, site: AppServer) -> None:
    gates = [Gate() for _ in range(3)]
    left = [stream(f"Answer {number}", hold=gate) for number, gate in enumerate(gates)]
    upstream.when("Presented thrice", by_model(model_a=lambda asked: left.pop(0)(asked), model_b=stream("B")))
    with compare(site, "models=model-a,model-b") as tab:
        tab.set_number("repeats", 3)
        tab.wait_until_idle()
        tab.ask("Presented thrice")
        tab.wait_for(lambda: "comparison=" in tab.address, "The address")
        with present(site, tab.address) as room:
            room.wait_for_text("Waiting for the model")
            for gate in gates:
                assert gate.reached.wait(PATIENCE)
                gate.open()
            room.wait_for_text("Answer 2")
            room.wait_until_idle()
            room.click("arrow_forward")
            room.wait_for(lambda: has_figures(room), "The figures")
            assert [row.cells["Answers"] for row in table(room)] == ["3", "3"]


def test_the_votes_are_in_the_recording(upstream: ScriptedGateway, site: AppServer) -> None:
    upstream.when("Voted on", by_model(model_a=stream("Ann"), model_b=stream("Bob")))
    with compare(site, "models=model-a,model-b") as tab:
        tab.switch("blind", True)
        tab.wait_until_idle()
        tab.ask("Voted on")
        tab.wait_for_text("Which answer is best?")
        tab.wait_until_idle()
        tab.choose("vote", "A tie")
        tab.wait_until_idle()
        tab.click("reveal")
        tab.wait_for(lambda: has_figures(tab), "The reveal")
        tab.wait_until_idle()
        tab.click("keep")
        tab.wait_for(lambda: "Kept" in tab.toasts, "The recording")
        order = said(tab)
    found = kept(site, "Voted on")
    assert [cell.path()[-1].content for cell in found.cells] == order
    [tally] = found.tallies.values()
    assert tally.choices == {TIE: 1}
