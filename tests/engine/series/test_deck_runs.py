"""Runs of decks: row after row, each cell once, whatever is paused, stopped, failed or killed meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lib.domain.comparison import deck_runs, decks
from lib.domain.comparison.deck_runs import DeckRun, GridCell
from lib.domain.comparison.decks import Prompt
from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.engine.engine import Engine
from lib.engine.sending import SendRefused, new_id
from lib.gateway.client import Gateway
from lib.store import Store
from tests.engine.conftest import draft, full_disk
from tests.files.samples import image, uploaded
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, Script, ScriptedGateway, error, stream

MODELS = ("model-a", "model-b")
Begin = Callable[..., DeckRun]


@pytest.fixture
def begin(engine: Engine, store: Store, connection: Connection) -> Begin:
    """Stores a run of prompts over two models and starts it."""

    def begin_(*prompts: str | Prompt, starts: bool = True) -> DeckRun:
        whole = [each if isinstance(each, Prompt) else Prompt(new_id(), each) for each in prompts]
        cells = [replace(draft(), model=model) for model in MODELS]
        deck = replace(decks.new(new_id(), whole), system_prompt="Be kind.")
        run, rows = deck_runs.of(new_id(), deck, cells, now=datetime.now(UTC), new_id=new_id)
        store.of(LOCAL).deck_runs.add(run, rows)
        if starts:
            assert engine.deck_runs.start(LOCAL, run, connection, session_id="s")
        return run

    return begin_


def wait_for_end(engine: Engine, run: DeckRun) -> None:
    assert eventually(lambda: not engine.deck_runs.is_running(LOCAL, run.id))
    assert engine.flush(PATIENCE)


def grid_cells(store: Store, run: DeckRun) -> list[GridCell]:
    rows = store.of(LOCAL).comparisons.of_run(run.id)
    return [each for row in rows for each in deck_runs.grid_cells(run, row)]


def said(store: Store, run: DeckRun) -> list[str]:
    """What each grid cell says: its answer, or its state."""
    return [
        each.answer.content if each.answer and each.state is State.COMPLETED else str(each.state)
        for each in grid_cells(store, run)
    ]


def wait_for_the_other(store: Store, run: DeckRun) -> None:
    """Wait until the second model has answered, while the first waits at its gate."""
    assert eventually(lambda: said(store, run)[1] == "model-b")


def asked(gateway: ScriptedGateway) -> list[tuple[str, str]]:
    return [(request.prompt, request.body["model"]) for request in gateway.requests if request.body]


def held(gate: Gate, model: str = "model-a") -> Script:
    """One model waits at the gate, others answer at once."""
    return lambda received: stream(
        received.body["model"], hold=gate if received.body["model"] == model else None
    )(received)


def test_rows_follow_each_other_and_a_rows_cells_run_at_once(
    begin: Begin, engine: Engine, store: Store, gateway: ScriptedGateway
) -> None:
    gates = Gate(), Gate()
    gateway.when(
        "One",
        lambda received: stream(received.body["model"], hold=gates[MODELS.index(received.body["model"])])(
            received
        ),
    )
    gateway.when("Two", lambda received: stream(received.body["model"])(received))
    run = begin("One", "Two")
    assert all(gate.reached.wait(PATIENCE) for gate in gates)
    gates[0].open()
    assert eventually(lambda: not engine.follow(LOCAL, grid_cells(store, run)[0].answer.id))  # type: ignore[union-attr]
    assert {prompt for prompt, _ in asked(gateway)} == {"One"}
    gates[1].open()
    wait_for_end(engine, run)
    assert said(store, run) == [*MODELS, *MODELS]
    assert sorted(asked(gateway)) == [(prompt, model) for prompt in ("One", "Two") for model in MODELS]
    assert len({request.body["messages"][0]["content"] for request in gateway.requests}) == 1
    assert gateway.requests[0].body["messages"][0] == {"role": "system", "content": "Be kind."}


def test_a_paused_run_lets_its_replies_end_begins_no_more_and_goes_on_with_the_rest(
    begin: Begin, engine: Engine, store: Store, connection: Connection, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.when("One", held(gate))
    run = begin("One", "Two")
    assert gate.reached.wait(PATIENCE)
    wait_for_the_other(store, run)
    engine.deck_runs.pause(LOCAL, run.id)
    assert engine.deck_runs.is_ending(LOCAL, run.id)
    gate.open()
    wait_for_end(engine, run)
    assert said(store, run) == [*MODELS, "None", "None"]
    gateway.when("Two", stream("Later"))
    assert engine.deck_runs.start(LOCAL, run, connection, session_id="s")
    wait_for_end(engine, run)
    assert said(store, run) == [*MODELS, "Later", "Later"]
    assert len(asked(gateway)) == 4


def test_a_pause_that_is_taken_back_in_time_is_none(
    begin: Begin, engine: Engine, store: Store, connection: Connection, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.when("One", held(gate))
    gateway.when("Two", stream("Two"))
    run = begin("One", "Two")
    assert gate.reached.wait(PATIENCE)
    engine.deck_runs.pause(LOCAL, run.id)
    assert engine.deck_runs.start(LOCAL, run, connection, session_id="s")
    assert not engine.deck_runs.start(LOCAL, run, connection, session_id="s")
    gate.open()
    wait_for_end(engine, run)
    assert said(store, run) == [*MODELS, "Two", "Two"]
    assert len(asked(gateway)) == 4


def test_a_stopped_run_closes_its_connections_and_keeps_what_was_said(
    begin: Begin, engine: Engine, store: Store, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.when("One", held(gate))
    run = begin("One", "Two")
    assert gate.reached.wait(PATIENCE)
    wait_for_the_other(store, run)
    engine.deck_runs.stop(LOCAL, run.id)
    wait_for_end(engine, run)
    assert said(store, run) == ["stopped", "model-b", "None", "None"]
    stopped = next(one for one in gateway.requests if one.body["model"] == "model-a")
    assert stopped.closed.wait(PATIENCE)
    engine.deck_runs.stop(LOCAL, run.id)
    engine.deck_runs.pause(LOCAL, "gone")


def test_failed_cells_hinder_none_and_are_asked_again_as_another_version(
    begin: Begin, engine: Engine, store: Store, connection: Connection, gateway: ScriptedGateway
) -> None:
    refused = error(400, {"error": {"message": "No"}})
    gateway.when("One", lambda r: (refused if r.body["model"] == "model-a" else stream("Fine"))(r))
    gateway.when("Two", stream("Two"))
    run = begin("One", "Two")
    wait_for_end(engine, run)
    assert said(store, run) == ["failed", "Fine", "Two", "Two"]
    gateway.when("One", stream("Now"))
    assert engine.deck_runs.start(LOCAL, run, connection, session_id="s")
    wait_for_end(engine, run)
    assert said(store, run) == ["Now", "Fine", "Two", "Two"]
    assert [each.tries for each in grid_cells(store, run)] == [2, 1, 1, 1]
    assert len(asked(gateway)) == 5


def test_one_cell_is_asked_again_once_however_often_it_is_clicked(
    begin: Begin, engine: Engine, store: Store, connection: Connection, gateway: ScriptedGateway
) -> None:
    gateway.when("One", error(400, {"error": {"message": "No"}}))
    run = begin("One")
    wait_for_end(engine, run)
    [row] = store.of(LOCAL).comparisons.of_run(run.id)
    gateway.when("One", stream("Now"))
    tape = engine.deck_runs.retry(LOCAL, run, row.id, 1, 1, connection, session_id="s")
    assert tape
    assert tape.wait_closed(PATIENCE)
    assert engine.flush(PATIENCE)
    assert said(store, run) == ["failed", "Now"]
    for column, tries in ((1, 1), (1, 2), (0, 0), (7, 0), (-1, 0)):
        assert engine.deck_runs.retry(LOCAL, run, row.id, column, tries, connection, session_id="s") is None
    assert engine.deck_runs.retry(LOCAL, run, "gone", 0, 1, connection, session_id="s") is None
    assert len(asked(gateway)) == 3


def test_after_the_end_of_a_process_only_what_is_missing_is_asked(
    begin: Begin, store: Store, connection: Connection, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.when("One", held(gate))
    run, before = begin("One", "Two", starts=False), Engine(Gateway(), store)
    assert before.deck_runs.start(LOCAL, run, connection, session_id="s")
    assert gate.reached.wait(PATIENCE)
    wait_for_the_other(store, run)
    before.stop()
    after = Engine(Gateway(), store)
    try:
        assert not after.deck_runs.is_running(LOCAL, run.id)
        assert said(store, run) == ["interrupted", "model-b", "None", "None"]
        for prompt in ("One", "Two"):
            gateway.when(prompt, stream("After"))
        assert after.deck_runs.start(LOCAL, run, connection, session_id="s")
        wait_for_end(after, run)
        assert said(store, run) == ["After", "model-b", "After", "After"]
    finally:
        after.stop()
    assert len(asked(gateway)) == 5


def test_images_and_documents_go_to_every_cell(
    begin: Begin, engine: Engine, store: Store, gateway: ScriptedGateway
) -> None:
    attached = tuple(uploaded(name, data) for name, data in (("a.png", image()), ("b.md", b"# Tea")))
    gateway.when("What is this?", stream("A square"))
    run = begin(Prompt(new_id(), "What is this?", attached))
    wait_for_end(engine, run)
    assert said(store, run) == ["A square", "A square"]
    assert [len(request.images) for request in gateway.requests] == [1, 1]
    assert all("# Tea" in str(request.body) for request in gateway.requests)


def test_a_server_that_is_about_to_stop_leaves_the_run_paused(
    begin: Begin, engine: Engine, store: Store, gateway: ScriptedGateway, connection: Connection
) -> None:
    gate = Gate()
    gateway.when("One", held(gate))
    run = begin("One", "Two")
    assert gate.reached.wait(PATIENCE)
    wait_for_the_other(store, run)
    engine.drain(PATIENCE, lambda: None)
    gate.open()
    wait_for_end(engine, run)
    assert said(store, run) == [*MODELS, "None", "None"]
    assert "about to stop" in (engine.deck_runs.problem(LOCAL, run.id) or "")
    [row, _] = store.of(LOCAL).comparisons.of_run(run.id)
    assert engine.deck_runs.retry(LOCAL, run, row.id, 0, 1, connection, session_id="s") is None
    with pytest.raises(SendRefused):
        engine.deck_runs.retry(
            LOCAL, run, store.of(LOCAL).comparisons.of_run(run.id)[1].id, 0, 0, connection, session_id="s"
        )


def test_a_store_that_takes_nothing_pauses_the_run_with_a_sentence(
    begin: Begin, engine: Engine, store: Store, connection: Connection
) -> None:
    run = begin("One", starts=False)
    with full_disk(store):
        assert engine.deck_runs.start(LOCAL, run, connection, session_id="s")
        assert eventually(lambda: not engine.deck_runs.is_running(LOCAL, run.id))
        assert engine.deck_runs.problem(LOCAL, run.id) == "The database cannot be written: the run is paused."
        assert said(store, run) == ["None", "None"]


def test_a_run_pauses_where_the_gateway_asks_for_a_long_wait(
    engine: Engine, gateway: ScriptedGateway, begin: Begin
) -> None:
    limit = {"error": {"message": "Rate limit reached"}}
    gateway.answer_chats(error(429, limit, {"Retry-After": "3600"}))
    run = begin("First", "Second", "Third")
    wait_for_end(engine, run)
    assert engine.deck_runs.problem(LOCAL, run.id) == "The gateway asks to wait: try again in 1 hour."
    assert {request.prompt for request in gateway.requests} == {"First"}
