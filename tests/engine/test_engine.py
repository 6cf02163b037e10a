"""The engine runs replies to their end, whatever happens to who asked for them."""

import gc
import threading
from dataclasses import replace

import pytest

from lib.domain.conversation.messages import Params
from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import State
from lib.domain.reply.tape import CLOSING, to_json
from lib.domain.reply.usage import Source, estimate_usage
from lib.engine.engine import Engine
from lib.engine.sending import SendRefused, new_id
from lib.gateway.client import Gateway
from lib.gateway.requests import CONTINUE
from lib.store import Store
from tests.engine.conftest import QUICK, Chat, draft, wait_for_text
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, ScriptedGateway, stream


def test_a_reply_is_streamed_stored_and_booked(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("Hel", "lo", reasoning=("Hm",)))
    tape = chat.ask("Hi there")
    message, reply = chat.stored(tape)
    assert message.content == "Hello"
    assert (reply.state, reply.text, reply.reasoning) == (State.COMPLETED, "Hello", "Hm")
    assert reply == fold(tape.events) == tape.reply()
    assert chat.store.replies.tape(tape.reply_id) == list(tape.events)
    [row] = chat.store.of(LOCAL).ledger.of_session(chat.session_id)
    assert (row.reply_id, row.conversation_id) == (tape.reply_id, chat.conversation.id)
    assert (row.usage, row.usage.source) == (reply.usage, Source.REPORTED)
    assert row.conversation == "Hi there"
    assert gateway.requests[0].prompt == "Hi there"


def test_a_conversation_is_sent_with_all_that_was_said_before(chat: Chat, gateway: ScriptedGateway) -> None:
    chat.conversation.system_prompt = "Be kind."
    chat.conversation.params = Params(temperature=0.5)
    gateway.enqueue(stream("One"), stream("Two"))
    chat.ask("first")
    first = chat.conversation.path()[-1]
    chat.conversation.messages[first.id] = replace(first, content="One")
    chat.ask("second")
    body = gateway.requests[1].body
    assert [m["content"] for m in body["messages"]] == ["Be kind.", "first", "One", "second"]
    assert (body["model"], body["temperature"]) == ("model-a", 0.5)


def test_each_process_knows_whether_a_send_has_begun(chat: Chat) -> None:
    send_id = new_id()
    assert not chat.engine.has_begun(LOCAL, [send_id])
    tape = chat.try_send(QUICK, send_id)
    assert tape
    assert tape.wait_closed(PATIENCE)
    chat.flush()
    for engine in (chat.engine, chat.beside().engine):
        assert engine.has_begun(LOCAL, [new_id(), send_id])
        assert not engine.has_begun(LOCAL, [new_id()])
        assert not engine.has_begun("2" * 32, [send_id])


def test_sending_the_same_id_twice_asks_once(chat: Chat, gateway: ScriptedGateway) -> None:
    send_id = new_id()
    first = chat.try_send(QUICK, send_id)
    assert first
    assert first.wait_closed(PATIENCE)
    chat.flush()
    shown = list(chat.conversation.messages)
    assert chat.try_send("Hi", send_id) is None
    assert chat.regenerate(first, send_id) is None
    assert chat.beside().try_send("Hi", send_id) is None
    assert list(chat.conversation.messages) == shown
    assert len(gateway.requests) == 1
    assert len(chat.store.of(LOCAL).ledger.of_session(chat.session_id)) == 1


def test_many_clicks_with_one_id_ask_once(chat: Chat, gateway: ScriptedGateway) -> None:
    send_id, answer = new_id(), chat.ask()
    barrier, tapes = threading.Barrier(8), list[object]()

    def click() -> None:
        barrier.wait(PATIENCE)
        tapes.append(chat.regenerate(answer, send_id))

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len([tape for tape in tapes if tape]) == 1
    assert eventually(lambda: not chat.engine.running(LOCAL, chat.conversation.id))
    assert len(gateway.requests) == 2


def test_regenerating_makes_a_version_beside_the_old_one(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("One"), stream("Two"))
    first = chat.ask()
    second = chat.regenerate(first)
    assert second
    assert second.wait_closed(PATIENCE)
    assert [m.id for m in chat.conversation.versions(second.reply_id)] == [first.reply_id, second.reply_id]
    assert (chat.stored(first)[0].content, chat.stored(second)[0].content) == ("One", "Two")
    assert gateway.requests[1].body["messages"] == gateway.requests[0].body["messages"]


def test_an_answer_that_broke_off_is_gone_on_with(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("Once upon", hang_up=True), stream(" a time"))
    broken = chat.ask()
    assert chat.stored(broken)[1].state is State.FAILED
    message = chat.stored(broken)[0]
    chat.conversation.messages[message.id] = message
    rest = chat.continue_reply(broken.reply_id)
    assert rest
    assert rest.wait_closed(PATIENCE)
    assert chat.stored(rest)[0].parent_id == broken.reply_id
    sent = [(m["role"], m["content"]) for m in gateway.requests[1].body["messages"]]
    assert sent == [("user", QUICK), ("assistant", "Once upon"), ("user", CONTINUE)]


def test_a_reply_says_its_first_words_while_it_runs(chat: Chat, gateway: ScriptedGateway) -> None:
    gate = Gate()
    gateway.enqueue(stream("first", " last", hold=gate, hold_after=1))
    tape = chat.send()
    wait_for_text(tape, "first")
    assert chat.engine.follow(LOCAL, tape.reply_id) is tape
    assert chat.engine.running(LOCAL, chat.conversation.id) == [tape.reply_id]
    assert chat.engine.running(LOCAL, "another") == []
    with pytest.raises(SendRefused, match="still running"):
        chat.send("me too")
    chat.flush()
    assert fold(chat.store.replies.tape(tape.reply_id)).text == "first"
    gate.open()
    assert tape.wait_closed(PATIENCE)
    assert tape.reply().text == "first last"
    assert chat.engine.running(LOCAL, chat.conversation.id) == []


def test_a_reply_without_reported_usage_is_booked_with_an_estimate(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("Hello", " there", usage="never"))
    tape = chat.ask("What is tea?")
    [row] = chat.store.of(LOCAL).ledger.of_session(chat.session_id)
    assert row.usage == chat.stored(tape)[1].usage == estimate_usage(["What is tea?"], "Hello there")
    assert row.usage.source is Source.ESTIMATED


def test_twenty_replies_at_once_all_end_and_are_stored_exactly(chat: Chat, gateway: ScriptedGateway) -> None:
    chats = [chat.beside() for _ in range(20)]
    texts = [[f"{number}.{at} " for at in range(40)] for number in range(20)]
    for number, pieces in enumerate(texts):
        gateway.when(f"prompt {number}", stream(*pieces, delay=0.002))
    tapes = [one.send(f"prompt {number}") for number, one in enumerate(chats)]
    assert all(tape.wait_closed(PATIENCE) for tape in tapes)
    for tape, pieces in zip(tapes, texts, strict=True):
        message, reply = chat.stored(tape)
        assert message.content == reply.text == "".join(pieces)
        journaled = chat.store.replies.tape(tape.reply_id)
        assert [to_json(event) for event in journaled] == [to_json(event) for event in tape.events]
        assert sum(isinstance(event, CLOSING) for event in journaled) == 1
    assert len(chat.store.of(LOCAL).ledger.of_session(chat.session_id)) == 20
    assert eventually(lambda: all(chat.engine.follow(LOCAL, tape.reply_id) is None for tape in tapes))


def test_a_temporary_chat_leaves_nothing_in_the_store(chat: Chat) -> None:
    chat.conversation.is_temporary = True
    tape = chat.ask()
    assert tape.reply().state is State.COMPLETED
    assert chat.store.of(LOCAL).conversations.get(chat.conversation.id) is None
    assert chat.store.of(LOCAL).conversations.latest(10) == []
    assert chat.store.of(LOCAL).ledger.of_session(chat.session_id) == []
    assert chat.store.replies.tape(tape.reply_id) == []


def test_a_temporary_reply_can_be_followed_for_as_long_as_its_chat_is_there(chat: Chat) -> None:
    chat.conversation.is_temporary = True
    reply_ids = [chat.ask().reply_id for _ in range(3)]
    gc.collect()
    ended = [chat.engine.follow(LOCAL, reply_id) for reply_id in reply_ids]
    assert all(tape and tape.reply().state is State.COMPLETED for tape in ended)
    chat.conversation = draft()
    del ended

    def are_gone() -> bool:
        gc.collect()  # a run that has just ended is in a circle with its future
        return all(chat.engine.follow(LOCAL, reply_id) is None for reply_id in reply_ids)

    assert eventually(are_gone)


def test_without_a_store_everything_works_and_nothing_is_kept(
    gateway: ScriptedGateway, connection: Connection, store: Store
) -> None:
    gateway.enqueue(stream("Hello"))
    engine = Engine(Gateway(), store=None)
    tape = Chat(engine, store, connection).ask()
    engine.stop()
    assert tape.reply().text == "Hello"
    assert store.of(LOCAL).conversations.latest(10) == []


def test_what_was_sent_is_put_into_a_conversation_by_who_holds_it(chat: Chat) -> None:
    conversation = chat.conversation
    before = replace(conversation, messages={})
    accepted = chat.engine.say(
        LOCAL,
        conversation,
        f"{QUICK} Hello",
        parent_id=None,
        connection=chat.connection,
        send_id=new_id(),
        session_id=chat.session_id,
    )
    assert accepted
    assert conversation == before
    accepted.put_into(conversation)
    question, answer = conversation.path()
    assert (question.content, answer.id) == (f"{QUICK} Hello", accepted.tape.reply_id)
    assert conversation.title == f"{QUICK} Hello"
    assert conversation.updated_at == chat.store.of(LOCAL).conversations.updated_at(conversation.id)


def test_nothing_is_sent_without_a_model(chat: Chat, gateway: ScriptedGateway) -> None:
    chat.conversation.model = None
    with pytest.raises(SendRefused, match="Choose a model"):
        chat.send()
    assert (chat.conversation.messages, gateway.requests) == ({}, [])


def test_ids_are_never_the_same() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
    assert all(len(new_id()) == 32 for _ in range(10))


def test_an_unknown_reply_can_be_asked_for_and_cancelled(engine: Engine) -> None:
    engine.cancel(LOCAL, "gone")
    assert engine.follow(LOCAL, "gone") is None
    assert engine.running(LOCAL, draft().id) == []
