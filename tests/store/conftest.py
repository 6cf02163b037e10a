"""Stores in a fresh folder, and builders of what goes into them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.people.people import LOCAL
from lib.domain.reply.fold import fold
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import Reply
from lib.domain.reply.tape import Content, Event, Finished, Sent, UsageReported
from lib.domain.reply.usage import Source, Usage
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.replies import Begun, Closing, Entry

OWNER = "0f"
"""The process that runs the replies of these tests."""
USAGE = Usage(10, 20, 30, 5, 2, Source.REPORTED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "chat.sqlite3"


@pytest.fixture
def store(database: Path | str) -> Iterator[Store]:
    opened = Store(database)
    yield opened
    opened.close()


def draft(title: str = "New chat") -> Conversation:
    """A conversation that is not in the store yet."""
    now = datetime.now(UTC)
    return Conversation(
        new_id(), title, now, now, "model-a", "Be kind.", Params(temperature=0.5, stop=("END",))
    )


def question_and_answer(conversation: Conversation, text: str = "Hello") -> list[Message]:
    """A person's message after the shown one, and the reply that is about to run."""
    now = datetime.now(UTC)
    question = Message(new_id(), conversation.leaf_id, "user", text, now)
    answer = Message(new_id(), question.id, "assistant", "", now, Reply(model_requested=conversation.model))
    return [question, answer]


def begin(
    store: Store,
    conversation: Conversation,
    text: str = "Hello",
    *,
    owner: str = OWNER,
    session_id: str = "s1",
    person_id: str = LOCAL,
    send_id: str | None = None,
) -> str:
    """Store a question and its running reply; returns the reply's id."""
    added = question_and_answer(conversation, text)
    begun = Begun(added[-1].id, person_id, send_id or new_id(), session_id, owner)
    stored_at = store.replies.begin(conversation, added, begun)
    assert stored_at is not None
    conversation.add(added)
    conversation.updated_at = stored_at
    return added[-1].id


def events(*texts: str, model: str = "model-a") -> list[Event]:
    """A whole tape with these pieces of text."""
    tape: list[Event] = [Sent(0.0, {"model": model, "stream": True})]
    tape += [Content(100.0 * (at + 1), text) for at, text in enumerate(texts)]
    end = 100.0 * (len(texts) + 1)
    return [*tape, UsageReported(end, USAGE), Finished(end, "stop")]


def closing(conversation: Conversation, reply_id: str, tape: list[Event], session_id: str = "s1") -> Closing:
    """What closes a reply with this tape."""
    reply = fold(tape)
    created_at = conversation.messages[reply_id].created_at
    row = LedgerRow.of(
        reply,
        reply_id=reply_id,
        session_id=session_id,
        conversation_id=conversation.id,
        created_at=created_at,
    )
    return Closing(reply, LOCAL, row)


def answer(store: Store, conversation: Conversation, *texts: str, session_id: str = "s1") -> str:
    """Store a question with its whole reply; returns the reply's id."""
    reply_id = begin(store, conversation, session_id=session_id)
    tape = events(*texts, model=conversation.model or "model-a")
    end = closing(conversation, reply_id, tape, session_id)
    store.replies.journal(OWNER, [Entry(reply_id, 0, tape)], [end])
    return reply_id
