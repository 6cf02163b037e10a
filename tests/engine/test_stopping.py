"""Stop, by a person and by the process: what was said stays, and upstream is hung up on."""

import threading

import pytest

from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.domain.reply.tape import Retried, Stopped, text_of
from lib.domain.reply.usage import Source
from lib.engine.engine import Engine
from lib.engine.sending import SendRefused
from lib.gateway import retries
from lib.gateway.client import Gateway
from lib.store import Store
from tests.engine.conftest import Chat, wait_for_text
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, ScriptedGateway, error, silence, stream


def test_a_reply_stopped_while_it_streams_keeps_its_text_and_never_grows_again(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.enqueue(stream("first", " more", " and more", hold=gate, hold_after=1))
    tape = chat.send()
    wait_for_text(tape, "first")
    chat.engine.cancel(LOCAL, tape.reply_id)
    assert tape.is_closed
    events = list(tape.events)
    received = gateway.wait_for_request()
    assert received.closed.wait(PATIENCE)
    assert not received.answered.is_set()
    gate.open()
    chat.ask()
    assert tape.events == events
    assert isinstance(events[-1], Stopped)
    message, reply = chat.stored(tape)
    assert (message.content, reply.state) == ("first", State.STOPPED)
    assert text_of(chat.store.replies.tape(tape.reply_id)) == "first"


def test_a_reply_stopped_while_upstream_says_nothing_hangs_up_at_once(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("Hel", then_silence=True))
    tape = chat.send()
    wait_for_text(tape, "Hel")
    chat.engine.cancel(LOCAL, tape.reply_id)
    assert gateway.wait_for_request().closed.wait(PATIENCE)
    assert chat.stored(tape)[0].content == "Hel"


def test_a_reply_stopped_before_its_first_byte_is_empty_and_of_unknown_cost(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(silence())
    tape = chat.send()
    received = gateway.wait_for_request()
    chat.engine.cancel(LOCAL, tape.reply_id)
    assert received.closed.wait(PATIENCE)
    message, reply = chat.stored(tape)
    assert (message.content, reply.state) == ("", State.STOPPED)
    [row] = chat.store.of(LOCAL).ledger.of_session(chat.session_id)
    assert (row.state, row.usage.source, row.ttft_ms) == (State.STOPPED, Source.UNKNOWN, None)


def test_a_reply_stopped_while_it_waits_to_ask_again_asks_no_more(
    chat: Chat, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "FIRST_PAUSE_SECONDS", 15.0)
    gateway.enqueue(error(503))
    tape, seen = chat.send(), 0
    while not any(isinstance(event, Retried) for event in tape.events):
        assert tape.wait(seen, PATIENCE)
        seen = len(tape.events)
    chat.engine.cancel(LOCAL, tape.reply_id)
    assert chat.stored(tape)[1].state is State.STOPPED
    assert eventually(lambda: not chat.engine.running(LOCAL, chat.conversation.id))
    assert len(gateway.requests) == 1
    [row] = chat.store.of(LOCAL).ledger.of_session(chat.session_id)
    assert (row.retries, row.usage.source) == (1, Source.UNKNOWN)


def test_a_reply_stopped_right_after_its_send_is_stopped(chat: Chat, gateway: ScriptedGateway) -> None:
    for _ in range(20):
        gateway.enqueue(stream("a", then_silence=True))
    for _ in range(20):
        tape = chat.beside().send()
        chat.engine.cancel(LOCAL, tape.reply_id)
        assert chat.stored(tape)[1].state is State.STOPPED
    assert all(received.closed.wait(PATIENCE) for received in gateway.requests)
    assert chat.engine.running(LOCAL, chat.conversation.id) == []


def test_a_reply_stopped_by_another_tab_the_moment_it_appears_is_hung_up_on(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    is_over, chats = threading.Event(), [chat.beside() for _ in range(25)]

    def stop_whatever_runs() -> None:
        while not is_over.is_set():
            for each in chats:
                for reply_id in chat.engine.running(LOCAL, each.conversation.id):
                    chat.engine.cancel(LOCAL, reply_id)

    gateway.when("endless", stream("a", then_silence=True))
    other_tab = threading.Thread(target=stop_whatever_runs, daemon=True)
    other_tab.start()
    try:
        tapes = [each.send("endless") for each in chats]
        assert all(tape.wait_closed(PATIENCE) for tape in tapes)
    finally:
        is_over.set()
        other_tab.join(PATIENCE)
    assert all(received.closed.wait(PATIENCE) for received in gateway.requests)


def test_the_cost_of_a_stopped_reply_is_estimated(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("Some words", then_silence=True))
    tape = chat.send()
    wait_for_text(tape, "Some words")
    chat.engine.cancel(LOCAL, tape.reply_id)
    chat.flush()
    [row] = chat.store.of(LOCAL).ledger.of_session(chat.session_id)
    assert (row.state, row.usage.source) == (State.STOPPED, Source.ESTIMATED)
    assert (row.usage.completion_tokens or 0) > 0


def test_the_cost_reported_before_a_stop_is_kept(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("a", "b", usage="every", then_silence=True))
    tape = chat.send()
    wait_for_text(tape, "ab")
    chat.engine.cancel(LOCAL, tape.reply_id)
    usage = chat.stored(tape)[1].usage
    assert (usage.source, usage.completion_tokens) == (Source.REPORTED, 2)


def test_stopping_twice_or_after_the_end_changes_nothing(chat: Chat) -> None:
    tape = chat.ask()
    events = list(tape.events)
    chat.engine.cancel(LOCAL, tape.reply_id)
    chat.engine.cancel(LOCAL, tape.reply_id)
    assert tape.events == events
    assert chat.stored(tape)[1].state is State.COMPLETED
    assert chat.engine.problem is None


def test_replies_stopped_in_full_flow_leave_the_journal_in_order(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    """A burst of the stream may be on its way to the tape at the moment of the stop."""
    gateway.when("flow", stream(*(f"{at} " for at in range(3000))))
    for _ in range(15):
        tape = chat.beside().send("flow")
        wait_for_text(tape, "0 ")
        chat.engine.cancel(LOCAL, tape.reply_id)
        message, reply = chat.stored(tape)
        times = [event.at_ms for event in tape.events]
        assert times == sorted(times)
        assert (
            message.content
            == reply.text
            == text_of(tape.events)
            == text_of(chat.store.replies.tape(tape.reply_id))
        )
    assert chat.engine.problem is None


@pytest.fixture
def mortal(gateway: ScriptedGateway, store: Store, connection: Connection) -> Chat:  # noqa: ARG001
    """A chat whose engine the test itself stops."""
    return Chat(Engine(Gateway(), store), store, connection)


def test_a_process_that_stops_interrupts_what_runs_and_keeps_its_text(
    mortal: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("Hel", then_silence=True), silence())
    tapes = [mortal.send(), mortal.beside().send()]
    wait_for_text(tapes[0], "Hel")
    gateway.wait_for_request(2)
    mortal.engine.stop()
    assert [tape.reply().state for tape in tapes] == [State.INTERRUPTED] * 2
    assert all(received.closed.wait(PATIENCE) for received in gateway.requests)
    found = mortal.store.of(LOCAL).conversations.get(tapes[0].conversation_id)
    assert found is not None
    assert found.messages[tapes[0].reply_id].content == "Hel"
    assert mortal.store.replies.running() == []
    rows = mortal.store.of(LOCAL).ledger.of_session(mortal.session_id)
    assert [row.state for row in rows] == [State.INTERRUPTED] * 2


def test_a_process_that_stops_takes_nothing_more(mortal: Chat, gateway: ScriptedGateway) -> None:
    mortal.engine.stop()
    with pytest.raises(SendRefused, match="about to stop"):
        mortal.send()
    assert gateway.requests == []
    assert mortal.conversation.messages == {}


def test_a_process_asked_to_stop_lets_its_replies_end_first(mortal: Chat, gateway: ScriptedGateway) -> None:
    gate, is_over = Gate(), threading.Event()
    gateway.enqueue(stream("Hel", "lo", hold=gate, hold_after=1), stream("quick"))
    slow, quick = mortal.send(), mortal.beside().send()
    mortal.engine.drain(PATIENCE, then=is_over.set)
    with pytest.raises(SendRefused):
        mortal.beside().send()
    assert quick.wait_closed(PATIENCE)
    assert not is_over.wait(0.05)
    gate.open()
    assert is_over.wait(PATIENCE)
    assert slow.reply().state is State.COMPLETED
    mortal.engine.stop()
    assert mortal.engine.problem is None
    assert {row.state for row in mortal.store.of(LOCAL).ledger.of_session(mortal.session_id)} == {
        State.COMPLETED
    }


def test_a_process_takes_sends_until_its_pages_have_gone(mortal: Chat, gateway: ScriptedGateway) -> None:
    gate, is_over = Gate(), threading.Event()
    gateway.enqueue(stream("Hel", "lo", hold=gate, hold_after=1))
    mortal.engine.announce_stop()
    assert mortal.engine.is_stopping
    late = mortal.send()
    mortal.engine.drain(PATIENCE, then=is_over.set)
    with pytest.raises(SendRefused):
        mortal.beside().send()
    assert not is_over.wait(0.05)
    gate.open()
    assert is_over.wait(PATIENCE)
    assert late.reply().state is State.COMPLETED


def test_a_process_asked_to_stop_waits_only_so_long(mortal: Chat, gateway: ScriptedGateway) -> None:
    is_over = threading.Event()
    gateway.enqueue(silence(), silence())
    tapes = [mortal.send(), mortal.beside().send()]
    mortal.engine.drain(0.05, then=is_over.set)
    assert is_over.wait(PATIENCE)
    assert [tape.is_closed for tape in tapes] == [False, False]
    mortal.engine.stop()
    assert [tape.reply().state for tape in tapes] == [State.INTERRUPTED] * 2
