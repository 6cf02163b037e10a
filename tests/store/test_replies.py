"""Tapes in the store: begun once, journaled in pieces, closed once."""

import sqlite3
from contextlib import closing as closing_connection
from dataclasses import replace
from pathlib import Path

import pytest

from lib.domain.people.people import LOCAL
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import State
from lib.domain.reply.tape import Content, Event, Failed, Interrupted, Sent, Stopped
from lib.domain.text.sentences import sentence
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.database.errors import StoreError
from lib.store.replies import Begun, Entry
from tests.domain.reply.test_tape import EVENTS
from tests.store.conftest import OWNER, answer, begin, closing, draft, events, question_and_answer
from tests.store.leases import take_over


def test_a_journal_written_in_pieces_is_read_as_one_tape(store: Store) -> None:
    reply_id = begin(store, draft())
    tape = [event for event in EVENTS if not isinstance(event, Failed | Stopped | Interrupted)]
    for at in range(0, len(tape), 2):
        store.replies.journal(OWNER, [Entry(reply_id, at, tape[at : at + 2])])
    assert store.replies.tape(reply_id) == tape


def test_pieces_are_read_in_the_order_of_their_place_in_the_tape(store: Store) -> None:
    reply_id = begin(store, draft())
    tape: list[Event] = [Content(float(at), f"{at} ") for at in range(30)]
    for at in (20, 0, 10):
        store.replies.journal(OWNER, [Entry(reply_id, at, tape[at : at + 10])])
    assert store.replies.tape(reply_id) == tape


def test_one_write_journals_many_replies(store: Store) -> None:
    ids = [begin(store, draft()) for _ in range(3)]
    store.replies.journal(OWNER, [Entry(id_, 0, [Content(1.0, id_)]) for id_ in ids])
    assert [store.replies.tape(id_) for id_ in ids] == [[Content(1.0, id_)] for id_ in ids]


def test_the_tape_of_an_unknown_reply_is_empty(store: Store) -> None:
    assert store.replies.tape("gone") == []


def test_a_send_id_begins_one_reply_only(store: Store) -> None:
    conversation, send_id = draft(), new_id()
    first, second = question_and_answer(conversation), question_and_answer(conversation)
    assert store.replies.begin(conversation, first, Begun(first[-1].id, LOCAL, send_id, "s1", OWNER))
    assert (
        store.replies.begin(conversation, second, Begun(second[-1].id, LOCAL, send_id, "s1", OWNER)) is None
    )
    found = store.of(LOCAL).conversations.get(conversation.id)
    assert found is not None
    assert list(found.messages) == [message.id for message in first]
    assert [running.reply_id for running in store.replies.running()] == [first[-1].id]


def test_a_send_id_counts_in_every_conversation(store: Store) -> None:
    one, other, send_id = draft(), draft(), new_id()
    begun = question_and_answer(one)
    store.replies.begin(one, begun, Begun(begun[-1].id, LOCAL, send_id, "s1", OWNER))
    again = question_and_answer(other)
    assert store.replies.begin(other, again, Begun(again[-1].id, LOCAL, send_id, "s2", "other")) is None
    assert store.of(LOCAL).conversations.get(other.id) is None


def test_closing_stores_the_fold_the_text_and_the_ledger_row_together(store: Store) -> None:
    conversation = draft()
    reply_id = answer(store, conversation, "Hel", "lo")
    found = store.of(LOCAL).conversations.get(conversation.id)
    assert found is not None
    assert found.messages[reply_id].content == "Hello"
    assert found.messages[reply_id].reply == fold(events("Hel", "lo")) == fold(store.replies.tape(reply_id))
    assert [row.reply_id for row in store.of(LOCAL).ledger.of_conversation(conversation.id)] == [reply_id]
    assert store.replies.running() == []


def test_a_failed_reply_keeps_its_error_and_its_text(store: Store) -> None:
    conversation = draft()
    reply_id = begin(store, conversation)
    error = ChatError(Category.TIMEOUT, "Too slow.", None, sentence("again"), 504, "timeout", "req-1", True)
    tape: list[Event] = [Sent(0.0, {}), Content(1.0, "Some"), Failed(2.0, error)]
    store.replies.journal(OWNER, [Entry(reply_id, 0, tape)], [closing(conversation, reply_id, tape)])
    found = store.of(LOCAL).conversations.get(conversation.id)
    assert found is not None
    message = found.messages[reply_id]
    assert message.content == "Some"
    assert message.reply is not None
    assert (message.reply.state, message.reply.error) == (State.FAILED, error)


def test_half_a_character_in_an_error_is_stored_like_any_other(store: Store) -> None:
    """Servers quote cut-off JSON; no database takes half of a surrogate pair as text."""
    conversation = draft()
    reply_id = begin(store, conversation)
    tape: list[Event] = [Failed(1.0, ChatError(Category.BAD_REQUEST, "Bad \ud83d 汉"))]
    store.replies.journal(OWNER, [Entry(reply_id, 0, tape)], [closing(conversation, reply_id, tape)])
    assert store.replies.tape(reply_id) == tape


def test_what_belongs_to_a_purged_conversation_is_dropped_but_its_cost_is_kept(store: Store) -> None:
    gone, kept = draft(), draft()
    lost, saved = begin(store, gone), begin(store, kept)
    store.of(LOCAL).conversations.purge(gone.id)
    tape = events("Hi")
    store.replies.journal(
        OWNER,
        [Entry(lost, 0, tape), Entry(saved, 0, tape)],
        [closing(gone, lost, tape), closing(kept, saved, tape)],
    )
    assert store.replies.tape(lost) == []
    assert store.replies.tape(saved) == tape
    assert store.of(LOCAL).conversations.get(gone.id) is None
    assert [row.reply_id for row in store.of(LOCAL).ledger.of_conversation(gone.id)] == [lost]
    assert [row.reply_id for row in store.of(LOCAL).ledger.of_conversation(kept.id)] == [saved]


def test_a_write_that_fails_writes_nothing_of_it(store: Store) -> None:
    conversation = draft()
    reply_id = begin(store, conversation)
    store.replies.journal(OWNER, [Entry(reply_id, 0, [Content(1.0, "a")])])
    tape = events("a", "b")
    with pytest.raises(StoreError):
        store.replies.journal(OWNER, [Entry(reply_id, 0, tape)], [closing(conversation, reply_id, tape)])
    assert store.replies.tape(reply_id) == [Content(1.0, "a")]
    assert store.of(LOCAL).ledger.of_conversation(conversation.id) == []
    assert [running.reply_id for running in store.replies.running()] == [reply_id]


def test_a_store_error_holds_no_word_of_what_was_stored(store: Store) -> None:
    reply_id = begin(store, draft())
    entry = Entry(reply_id, 0, [Content(1.0, "very private words")])
    store.replies.journal(OWNER, [entry])
    with pytest.raises(StoreError, match=r"^The database cannot be used: .*\.$") as failure:
        store.replies.journal(OWNER, [entry])
    assert "private" not in str(failure.value)


def test_running_replies_tell_who_runs_them(store: Store) -> None:
    conversation, other = draft(), draft()
    reply_id = begin(store, conversation, owner="a", session_id="s1")
    begin(store, other, owner="b", session_id="s2")
    running = {found.owner: found for found in store.replies.running()}
    assert set(running) == {"a", "b"}
    found = running["a"]
    assert (found.reply_id, found.session_id, found.conversation_id) == (reply_id, "s1", conversation.id)
    assert found.created_at == conversation.messages[reply_id].created_at
    assert store.replies.running([reply_id]) == [found]


def test_the_same_send_stored_once_more_is_the_reply_that_is_there(store: Store) -> None:
    """A write may have arrived although it seemed to fail: whoever tries it again must not be told no."""
    conversation, begun = draft(), Begun("", LOCAL, new_id(), "s1", OWNER)
    added = question_and_answer(conversation)
    begun = replace(begun, reply_id=added[-1].id)
    first = store.replies.begin(conversation, added, begun)
    assert first is not None
    assert store.replies.begin(conversation, added, begun) == first
    assert [running.reply_id for running in store.replies.running()] == [added[-1].id]


def test_what_another_process_has_taken_over_cannot_be_written_to(store: Store) -> None:
    conversation = draft()
    reply_id = begin(store, conversation, owner="slow")
    tape = events("Hel", "lo")
    store.replies.journal("slow", [Entry(reply_id, 0, tape[:2])])
    assert take_over(store, "slow", by="quick") == [reply_id]
    store.replies.journal("slow", [Entry(reply_id, 2, tape[2:])], [closing(conversation, reply_id, tape)])
    assert store.replies.tape(reply_id) == tape[:2]
    assert store.of(LOCAL).ledger.of_conversation(conversation.id) == []
    assert [running.owner for running in store.replies.running()] == ["quick"]


def test_a_part_of_a_tape_that_cannot_be_read_costs_no_other(store: Store, path: Path) -> None:
    reply_id = begin(store, draft())
    for seq, text in ((0, "a"), (1, "b"), (2, "c")):
        store.replies.journal(OWNER, [Entry(reply_id, seq, [Content(1.0, text)])])
    with closing_connection(sqlite3.connect(path)) as somebody:
        for stored in (
            "",
            "no JSON",
            "5",
            "null",
            '{"a": 1}',
            '[["?", 1]]',
            "[[]]",
            '[["u", 1, {}]]',
            '["c"]',
        ):
            somebody.execute("UPDATE journal SET events = ? WHERE seq = 1", (stored,))
            somebody.commit()
            assert store.replies.tape(reply_id) == [Content(1.0, "a"), Content(1.0, "c")]
            assert store.replies.next_seq(reply_id) == 3
