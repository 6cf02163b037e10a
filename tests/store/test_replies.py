"""Tapes in the store: begun once, journaled in pieces, closed once."""

import pytest

from lib.chat.errors import Category, ChatError
from lib.chat.reply import State, fold
from lib.chat.tape import Content, Event, Failed, Interrupted, Sent, Stopped
from lib.engine.engine import new_id
from lib.store import Store
from lib.store.database import StoreError
from lib.store.replies import Begun, Entry
from tests.chat.test_tape import EVENTS
from tests.store.conftest import answer, begin, closing, draft, events, question_and_answer


def test_a_journal_written_in_pieces_is_read_as_one_tape(store: Store) -> None:
    reply_id = begin(store, draft())
    tape = [event for event in EVENTS if not isinstance(event, Failed | Stopped | Interrupted)]
    for at in range(0, len(tape), 2):
        store.replies.journal([Entry(reply_id, at, tape[at : at + 2])])
    assert store.replies.tape(reply_id) == tape


def test_pieces_are_read_in_the_order_of_their_place_in_the_tape(store: Store) -> None:
    reply_id = begin(store, draft())
    tape: list[Event] = [Content(float(at), f"{at} ") for at in range(30)]
    for at in (20, 0, 10):
        store.replies.journal([Entry(reply_id, at, tape[at : at + 10])])
    assert store.replies.tape(reply_id) == tape


def test_one_write_journals_many_replies(store: Store) -> None:
    ids = [begin(store, draft()) for _ in range(3)]
    store.replies.journal([Entry(id_, 0, [Content(1.0, id_)]) for id_ in ids])
    assert [store.replies.tape(id_) for id_ in ids] == [[Content(1.0, id_)] for id_ in ids]


def test_the_tape_of_an_unknown_reply_is_empty(store: Store) -> None:
    assert store.replies.tape("gone") == []


def test_a_send_id_begins_one_reply_only(store: Store) -> None:
    conversation, send_id = draft(), new_id()
    first, second = question_and_answer(conversation), question_and_answer(conversation)
    assert store.replies.begin(conversation, first, Begun(first[-1].id, send_id, "s1", "host/1/a"))
    assert store.replies.begin(conversation, second, Begun(second[-1].id, send_id, "s1", "host/1/a")) is None
    found = store.conversations.get(conversation.id)
    assert found is not None
    assert list(found.messages) == [message.id for message in first]
    assert [running.reply_id for running in store.replies.running()] == [first[-1].id]


def test_a_send_id_counts_in_every_conversation(store: Store) -> None:
    one, other, send_id = draft(), draft(), new_id()
    begun = question_and_answer(one)
    store.replies.begin(one, begun, Begun(begun[-1].id, send_id, "s1", "host/1/a"))
    again = question_and_answer(other)
    assert store.replies.begin(other, again, Begun(again[-1].id, send_id, "s2", "host/2/b")) is None
    assert store.conversations.get(other.id) is None


def test_closing_stores_the_fold_the_text_and_the_ledger_row_together(store: Store) -> None:
    conversation = draft()
    reply_id = answer(store, conversation, "Hel", "lo")
    found = store.conversations.get(conversation.id)
    assert found is not None
    assert found.messages[reply_id].content == "Hello"
    assert found.messages[reply_id].reply == fold(events("Hel", "lo")) == fold(store.replies.tape(reply_id))
    assert [row.reply_id for row in store.ledger.of_conversation(conversation.id)] == [reply_id]
    assert store.replies.running() == []


def test_a_failed_reply_keeps_its_error_and_its_text(store: Store) -> None:
    conversation = draft()
    reply_id = begin(store, conversation)
    error = ChatError(Category.TIMEOUT, "Too slow.", "Try again.", 504, "timeout", "req-1", True)
    tape: list[Event] = [Sent(0.0, {}), Content(1.0, "Some"), Failed(2.0, error)]
    store.replies.journal([Entry(reply_id, 0, tape)], [closing(conversation, reply_id, tape)])
    found = store.conversations.get(conversation.id)
    assert found is not None
    message = found.messages[reply_id]
    assert message.content == "Some"
    assert message.reply is not None
    assert (message.reply.state, message.reply.error) == (State.FAILED, error)


def test_half_a_character_in_an_error_is_stored_like_any_other(store: Store) -> None:
    """Servers quote cut-off JSON; no database takes half of a surrogate pair as text."""
    conversation = draft()
    reply_id = begin(store, conversation)
    tape: list[Event] = [Failed(1.0, ChatError(Category.BAD_REQUEST, "Bad \ud83d 汉", ""))]
    store.replies.journal([Entry(reply_id, 0, tape)], [closing(conversation, reply_id, tape)])
    assert store.replies.tape(reply_id) == tape


def test_what_belongs_to_a_purged_conversation_is_dropped_but_its_cost_is_kept(store: Store) -> None:
    gone, kept = draft(), draft()
    lost, saved = begin(store, gone), begin(store, kept)
    store.conversations.purge(gone.id)
    tape = events("Hi")
    store.replies.journal(
        [Entry(lost, 0, tape), Entry(saved, 0, tape)],
        [closing(gone, lost, tape), closing(kept, saved, tape)],
    )
    assert store.replies.tape(lost) == []
    assert store.replies.tape(saved) == tape
    assert store.conversations.get(gone.id) is None
    assert [row.reply_id for row in store.ledger.of_conversation(gone.id)] == [lost]
    assert [row.reply_id for row in store.ledger.of_conversation(kept.id)] == [saved]


def test_a_write_that_fails_writes_nothing_of_it(store: Store) -> None:
    conversation = draft()
    reply_id = begin(store, conversation)
    store.replies.journal([Entry(reply_id, 0, [Content(1.0, "a")])])
    tape = events("a", "b")
    with pytest.raises(StoreError):
        store.replies.journal([Entry(reply_id, 0, tape)], [closing(conversation, reply_id, tape)])
    assert store.replies.tape(reply_id) == [Content(1.0, "a")]
    assert store.ledger.of_conversation(conversation.id) == []
    assert [running.reply_id for running in store.replies.running()] == [reply_id]


def test_a_store_error_holds_no_word_of_what_was_stored(store: Store) -> None:
    reply_id = begin(store, draft())
    entry = Entry(reply_id, 0, [Content(1.0, "very private words")])
    store.replies.journal([entry])
    with pytest.raises(StoreError, match=r"^The database cannot be used: .*\.$") as failure:
        store.replies.journal([entry])
    assert "private" not in str(failure.value)


def test_running_replies_tell_who_runs_them_and_when_it_was_last_alive(store: Store) -> None:
    conversation, silent = draft(), draft()
    reply_id = begin(store, conversation, owner="host/1/a", session_id="s1")
    begin(store, silent, owner="host/2/b", session_id="s2")
    store.replies.beat("host/1/a")
    running = {found.owner: found for found in store.replies.running()}
    assert set(running) == {"host/1/a", "host/2/b"}
    alive = running["host/1/a"]
    assert (alive.reply_id, alive.session_id, alive.conversation_id) == (reply_id, "s1", conversation.id)
    assert alive.created_at == conversation.messages[reply_id].created_at
    assert alive.heartbeat_at is not None
    assert running["host/2/b"].heartbeat_at is None


def test_every_beat_is_later_than_the_one_before(store: Store) -> None:
    begin(store, draft(), owner="host/1/a")
    beats = []
    for _ in range(3):
        store.replies.beat("host/1/a")
        beats.append(store.replies.running()[0].heartbeat_at)
    known = [beat for beat in beats if beat]
    assert len(known) == len(set(known)) == 3
    assert known == sorted(known)
