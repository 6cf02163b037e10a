"""The ledger keeps what was used, whatever becomes of the words."""

from lib.domain.people.people import LOCAL
from lib.domain.reply.ledger import totals
from lib.domain.reply.reply import State
from lib.domain.reply.tape import Event, Reasoning, Sent, Served, Stopped
from lib.domain.reply.usage import Usage
from lib.store import Store
from lib.store.replies import Entry
from tests.store.conftest import OWNER, USAGE, answer, begin, closing, draft, events


def test_a_row_comes_back_as_it_was_booked(store: Store) -> None:
    conversation = draft("Tea")
    reply_id = begin(store, conversation, session_id="mine")
    sent, *rest = events("Hello", " to you", " and all of you")
    tape = [sent, Reasoning(100.0, "Hm…"), *rest]
    end = closing(conversation, reply_id, tape, "mine")
    store.replies.journal(OWNER, [Entry(reply_id, 0, tape)], [end])
    [row], booked = store.of(LOCAL).ledger.of_conversation(conversation.id), end.row
    assert row.conversation == "Tea"
    assert row.usage == USAGE
    assert (row.ttft_ms, row.total_ms, row.tokens_per_second) == (100.0, 400.0, 100.0)
    assert (row.state, row.finish_reason) == (State.COMPLETED, "stop")
    assert (row.reply_id, row.session_id, row.created_at) == (reply_id, "mine", booked.created_at)
    assert (row.model_requested, row.model_served) == ("model-a", None)


def test_a_stopped_reply_of_unknown_cost_is_booked_too(store: Store) -> None:
    conversation = draft()
    reply_id = begin(store, conversation)
    tape: list[Event] = [Sent(0.0, {"model": "model-a"}), Served(5.0, "model-b"), Stopped(9.0)]
    store.replies.journal(OWNER, [Entry(reply_id, 0, tape)], [closing(conversation, reply_id, tape)])
    [row] = store.of(LOCAL).ledger.of_conversation(conversation.id)
    assert row.usage == Usage()
    assert (row.state, row.ttft_ms, row.total_ms) == (State.STOPPED, None, 9.0)
    assert (row.model_served, row.tokens_per_second) == ("model-b", None)


def test_a_session_sees_its_own_rows_of_all_conversations(store: Store) -> None:
    one, other = draft("One"), draft("Other")
    mine = [answer(store, one, "a", session_id="mine"), answer(store, other, "b", session_id="mine")]
    answer(store, one, "c", session_id="theirs")
    rows = store.of(LOCAL).ledger.of_session("mine")
    assert [row.reply_id for row in rows] == mine
    assert [row.conversation for row in rows] == ["One", "Other"]
    assert totals(rows).total_tokens == 60
    assert store.of(LOCAL).ledger.of_session("nobody") == []


def test_rows_come_oldest_first(store: Store) -> None:
    conversation = draft()
    ids = [answer(store, conversation, "a") for _ in range(5)]
    assert [row.reply_id for row in store.of(LOCAL).ledger.of_conversation(conversation.id)] == ids


def test_the_rows_of_a_purged_conversation_stay_without_its_title(store: Store) -> None:
    conversation = draft("Very private")
    answer(store, conversation, "Secret words", session_id="mine")
    store.of(LOCAL).conversations.purge(conversation.id)
    [row] = store.of(LOCAL).ledger.of_session("mine")
    assert row.conversation is None
    assert row.usage == USAGE


def test_a_row_has_the_title_of_today(store: Store) -> None:
    conversation = draft("Old")
    answer(store, conversation, "a")
    store.of(LOCAL).conversations.rename(conversation.id, "New")
    assert [row.conversation for row in store.of(LOCAL).ledger.of_conversation(conversation.id)] == ["New"]
