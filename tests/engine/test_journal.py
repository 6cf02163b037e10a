"""The journal: whatever happens to the database, a tape is written whole and once."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.domain.conversation.messages import Message
from lib.domain.people.people import LOCAL
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import Content, Event, Finished, Sent
from lib.engine import journal as journal_module
from lib.engine.journal import Journal
from lib.engine.live import LiveTape
from lib.engine.recovery.storage_problems import StorageProblems
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.database import sqlite
from lib.store.replies import Begun
from tests.engine.conftest import draft
from tests.patience import PATIENCE, eventually

OWNER = "0f"


class Stored:
    """What the journal says it has stored."""

    def __init__(self) -> None:
        self.tapes: list[LiveTape] = []
        self.happened = threading.Event()

    def __call__(self, tape: LiveTape) -> None:
        self.tapes.append(tape)
        self.happened.set()


@pytest.fixture
def stored() -> Stored:
    return Stored()


@pytest.fixture
def problems() -> StorageProblems:
    return StorageProblems(lambda: None)


@pytest.fixture
def journal(store: Store, problems: StorageProblems, stored: Stored) -> Iterator[Journal]:
    running = Journal(store, OWNER, problems, stored)
    yield running
    running.stop(PATIENCE)


def begin(store: Store) -> LiveTape:
    """A tape whose reply is in the store."""
    conversation = draft()
    message = Message(new_id(), None, "assistant", "", datetime.now(UTC), Reply())
    store.replies.begin(conversation, [message], Begun(message.id, LOCAL, new_id(), "s", OWNER))
    return LiveTape(message.id, conversation.id, LOCAL)


def append(journal: Journal, tape: LiveTape, *events: Event) -> None:
    """Put events on a tape as the engine does."""
    if tape.append(events):
        row = LedgerRow.of(
            tape.reply(),
            reply_id=tape.reply_id,
            session_id="s",
            conversation_id=tape.conversation_id,
            created_at=datetime.now(UTC),
        )
        journal.close(tape, row)
    else:
        journal.touch(tape)


def test_nothing_to_write_is_written_at_once(journal: Journal) -> None:
    assert journal.flush(timeout=PATIENCE)


def test_an_open_tape_is_written_in_batches_without_being_asked(journal: Journal, store: Store) -> None:
    tape = begin(store)
    append(journal, tape, Content(1, "a"))
    assert eventually(lambda: store.replies.tape(tape.reply_id) == [Content(1, "a")])
    append(journal, tape, Content(2, "b"))
    assert eventually(lambda: len(store.replies.tape(tape.reply_id)) == 2)


def test_flushing_writes_now(journal: Journal, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "BATCH_SECONDS", 3600.0)
    tape = begin(store)
    append(journal, tape, Sent(0, {}), Content(1, "a"))
    assert journal.flush(PATIENCE)
    assert store.replies.tape(tape.reply_id) == [Sent(0, {}), Content(1, "a")]


def test_a_closed_tape_is_written_now_and_then_told(
    journal: Journal, store: Store, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "BATCH_SECONDS", 3600.0)
    tape = begin(store)
    append(journal, tape, Content(1, "a"))
    append(journal, tape, Content(2, "b"), Finished(3, "stop"))
    assert stored.happened.wait(PATIENCE)
    assert stored.tapes == [tape]
    assert store.replies.tape(tape.reply_id) == tape.events
    assert [row.state for row in store.of(LOCAL).ledger.of_conversation(tape.conversation_id)] == [
        State.COMPLETED
    ]


def test_news_of_a_tape_that_is_stored_already_harm_nobody(
    journal: Journal, store: Store, stored: Stored, problems: StorageProblems
) -> None:
    """A burst of the stream may arrive just after somebody stopped the reply."""
    late, next_one = begin(store), begin(store)
    append(journal, late, Content(1, "a"), Finished(2, "stop"))
    assert stored.happened.wait(PATIENCE)
    append(journal, late, Content(3, "too late"))
    append(journal, next_one, Content(1, "b"), Finished(2, "stop"))
    assert journal.flush(PATIENCE)
    assert problems.sentence is None
    assert store.replies.tape(late.reply_id) == late.events
    assert store.replies.tape(next_one.reply_id) == next_one.events


def test_a_database_that_is_locked_for_a_while_costs_nothing(
    path: Path, problems: StorageProblems, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 20)
    monkeypatch.setattr(journal_module, "RETRY_SECONDS", 0.01)
    store = Store(path)
    tape, stored = begin(store), Stored()
    journal = Journal(store, OWNER, problems, stored)
    with closing(sqlite3.connect(path, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        append(journal, tape, Content(1, "a"))
        assert not journal.flush(0.2)
        assert eventually(lambda: "locked" in str(problems.sentence))
        append(journal, tape, Content(2, "b"), Finished(3, "stop"))
        somebody.execute("ROLLBACK")
    assert stored.happened.wait(PATIENCE)
    assert eventually(lambda: problems.sentence is None)
    assert store.replies.tape(tape.reply_id) == tape.events
    journal.stop(PATIENCE)
    store.close()


def test_stopping_writes_what_is_left(store: Store, problems: StorageProblems, stored: Stored) -> None:
    journal, tapes = Journal(store, OWNER, problems, stored), [begin(store) for _ in range(5)]
    for tape in tapes:
        append(journal, tape, Content(1, "a"))
    append(journal, tapes[0], Finished(2, "stop"))
    journal.stop(PATIENCE)
    assert [store.replies.tape(tape.reply_id) for tape in tapes] == [tape.events for tape in tapes]
    assert stored.tapes == tapes[:1]


def test_tapes_that_grow_while_they_are_written_are_written_whole(
    journal: Journal, store: Store, stored: Stored
) -> None:
    tapes = [begin(store) for _ in range(4)]

    def grow(tape: LiveTape) -> None:
        for at in range(300):
            append(journal, tape, Content(float(at), f"{at} "))
            if at % 100 == 0:
                assert journal.flush(PATIENCE)
        append(journal, tape, Finished(999, "stop"))

    threads = [threading.Thread(target=grow, args=(tape,)) for tape in tapes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert journal.flush(PATIENCE)
    assert eventually(lambda: len(stored.tapes) == 4)
    assert [store.replies.tape(tape.reply_id) for tape in tapes] == [tape.events for tape in tapes]
