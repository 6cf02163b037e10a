"""What an engine does where a limit is reached: refuse, wait, or go on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.domain.people.audit import COMMAND_LINE
from lib.domain.people.limits import Limit, LimitKind, LimitReached, Scope
from lib.domain.people.people import LOCAL
from lib.engine.engine import Engine
from lib.engine.sending import SendRefused, new_id
from lib.store import Store
from tests.engine.conftest import Chat, full_disk
from tests.engine.series.test_deck_runs import MODELS, Begin, begin, said, wait_for_end
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, ScriptedGateway, silence, stream

__all__ = ["begin"]


def limit(store: Store, kind: LimitKind, value: int) -> None:
    store.limits.set(Limit(Scope.EVERYBODY, "", kind, value), COMMAND_LINE)


def test_a_send_beyond_a_limit_is_refused_and_reaches_no_model(
    chat: Chat, store: Store, gateway: ScriptedGateway
) -> None:
    limit(store, LimitKind.MESSAGES_A_MINUTE, 1)
    chat.ask("One")
    other, send_id = chat.beside(), new_id()
    with pytest.raises(SendRefused, match=r"1 message a minute. Try again in \d+ seconds\."):
        other.try_send("Two", send_id)
    assert [request.prompt for request in gateway.requests] == ["One"]
    limit(store, LimitKind.MESSAGES_A_MINUTE, 2)
    assert other.try_send("Two", send_id)


def test_whoever_has_one_reply_at_once_may_go_on_as_soon_as_it_ends(chat: Chat, store: Store) -> None:
    limit(store, LimitKind.REPLIES_AT_ONCE, 1)
    for _ in range(20):
        assert chat.send().wait_closed(PATIENCE)


def test_two_processes_count_together(
    chat: Chat, second: Engine, store: Store, gateway: ScriptedGateway
) -> None:
    limit(store, LimitKind.REPLIES_AT_ONCE, 1)
    gate = Gate()
    gateway.when("One", stream("Hello", hold=gate))
    tape = chat.send("One")
    beside = Chat(second, store, chat.connection)
    with pytest.raises(SendRefused, match="1 reply running at once"):
        beside.send()
    gate.open()
    assert tape.wait_closed(PATIENCE)
    chat.flush()
    beside.send()


def test_what_the_store_cannot_take_is_answered_and_stored_whatever_the_limits(
    chat: Chat, store: Store
) -> None:
    limit(store, LimitKind.MESSAGES_A_MINUTE, 1)
    chat.ask()
    with full_disk(store):
        tape = chat.beside().send()
        assert tape.wait_closed(PATIENCE)
    assert eventually(lambda: store.of(LOCAL).conversations.get(tape.conversation_id) is not None)


def test_a_temporary_chat_counts_and_is_stored_nowhere(chat: Chat, store: Store, path: Path) -> None:
    limit(store, LimitKind.MESSAGES_A_MINUTE, 1)
    chat.conversation.is_temporary = True
    tape = chat.send()
    assert tape.wait_closed(PATIENCE)
    assert eventually(lambda: _is_refused(store))
    with pytest.raises(SendRefused, match="1 message a minute"):
        chat.send()
    stored = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    for id_ in (tape.reply_id, tape.conversation_id, chat.session_id):
        assert id_.encode() not in stored


@pytest.mark.parametrize("kind", [LimitKind.MESSAGES_A_MINUTE, LimitKind.REPLIES_AT_ONCE])
def test_running_temporary_chats_count(
    chat: Chat, store: Store, gateway: ScriptedGateway, kind: LimitKind
) -> None:
    limit(store, kind, 2)
    gateway.answer_chats(silence())
    for _ in range(2):
        beside = chat.beside()
        beside.conversation.is_temporary = True
        beside.send()
    for is_temporary in (True, False):
        beside = chat.beside()
        beside.conversation.is_temporary = is_temporary
        with pytest.raises(SendRefused, match=r"You may (send|have) 2 "):
            beside.send()
    with pytest.raises(SendRefused, match=r"You may (send|have) 2 "):
        chat.engine.check_limits(LOCAL, 1)


@pytest.mark.parametrize("kind", [LimitKind.MESSAGES_A_MINUTE, LimitKind.REPLIES_AT_ONCE])
def test_a_reply_counts_when_its_chat_has_been_purged(
    chat: Chat, store: Store, gateway: ScriptedGateway, kind: LimitKind
) -> None:
    limit(store, kind, 1)
    gateway.answer_chats(silence())
    tape = chat.send()
    store.of(LOCAL).conversations.purge(tape.conversation_id)
    with pytest.raises(SendRefused, match=r"You may (send|have) 1 "):
        chat.beside().send()


def test_a_reply_counts_once_in_whatever_is_asked(chat: Chat, store: Store, gateway: ScriptedGateway) -> None:
    limit(store, LimitKind.MESSAGES_A_MINUTE, 3)
    limit(store, LimitKind.REPLIES_AT_ONCE, 3)
    gateway.answer_chats(silence())
    for is_temporary in (False, True, False):
        beside = chat.beside()
        beside.conversation.is_temporary = is_temporary
        beside.send()


def _is_refused(store: Store) -> bool:
    try:
        store.limits.check(LOCAL, datetime.now(UTC))
    except LimitReached:
        return True
    return False


def test_a_deck_run_goes_slower(
    begin: Begin,
    engine: Engine,
    store: Store,
    gateway: ScriptedGateway,
) -> None:
    limit(store, LimitKind.REPLIES_AT_ONCE, 1)
    gate = Gate()
    gateway.when("One", lambda received: stream(received.body["model"], hold=gate)(received))
    gateway.when("Two", lambda received: stream(received.body["model"])(received))
    run = begin("One", "Two")
    assert gate.reached.wait(PATIENCE)
    assert len(store.replies.running()) == 1
    gate.open()
    wait_for_end(engine, run)
    assert engine.deck_runs.problem(LOCAL, run.id) is None
    assert said(store, run) == [*MODELS, *MODELS]


def test_a_deck_run_that_waits_can_be_stopped(
    begin: Begin,
    engine: Engine,
    store: Store,
    chat: Chat,
    gateway: ScriptedGateway,
) -> None:
    limit(store, LimitKind.REPLIES_AT_ONCE, 1)
    gate = Gate()
    gateway.when("Mine", stream("Hello", hold=gate))
    chat.send("Mine")
    assert gate.reached.wait(PATIENCE)
    run = begin("One")
    assert engine.deck_runs.is_running(LOCAL, run.id)
    engine.deck_runs.stop(LOCAL, run.id)
    wait_for_end(engine, run)
    assert [request.prompt for request in gateway.requests] == ["Mine"]
    gate.open()


def test_a_deck_run_without_tokens_ends_with_the_sentence(
    begin: Begin,
    engine: Engine,
    store: Store,
    chat: Chat,
) -> None:
    chat.ask()
    limit(store, LimitKind.TOKENS_A_DAY, 1)
    run = begin("One")
    wait_for_end(engine, run)
    assert engine.deck_runs.problem(LOCAL, run.id) == (
        "You have used your 1 token for today. The limit resets at 00:00 (UTC)."
    )
