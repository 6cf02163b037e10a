"""An admin reads a chat of somebody else: only where it is allowed, with a reason, and its owner is told."""

from datetime import UTC, datetime

import pytest

from lib.domain.people.audit import Action, Actor
from lib.domain.people.people import LOCAL, Person, Role
from lib.store import Store
from lib.store.database.errors import StoreError
from tests.store.conftest import draft
from tests.store.test_owners import said

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ADA, BEN = "a" * 32, "b" * 32
ADMIN = Actor(BEN, "192.0.2.7", "r1")
REASON = "Asked by the owner"


@pytest.fixture
def chat(store: Store) -> str:
    """The id of a chat of Ada's; Ben is an admin."""
    for id_, name, role in ((ADA, "Ada", Role.MEMBER), (BEN, "Ben", Role.ADMIN)):
        email = f"{name.lower()}@example.com"
        store.people.add(Person(id_, "password", email, email, name, role, NOW))
    conversation = draft("Private")
    said(store, conversation, person_id=ADA)
    return conversation.id


def test_an_admin_reads_it_and_its_owner_sees_who_and_why(store: Store, chat: str) -> None:
    assert list(store.reading.chats(ADMIN, "ADA@example.com", is_allowed=True)) == [chat]
    assert store.reading.of(ADA) == []
    found = store.reading.read(ADMIN, chat, f"  {REASON} ", is_allowed=True)
    assert found
    assert found.title == "Private"
    [look] = store.reading.of(ADA)
    assert (look.admin, look.reason) == ("ben@example.com", REASON)
    [row] = store.audit.latest(1)
    assert (row.actor, row.action, row.about) == (ADMIN, Action.READ_BY_ADMIN, f"person {ADA}")
    assert row.detail == {"conversation": chat, "reason": REASON}
    assert store.reading.of(BEN) == []


@pytest.mark.parametrize(
    ("who", "is_allowed", "reason"),
    [(BEN, False, REASON), (BEN, True, "  too   few "), (ADA, True, REASON), ("c" * 32, True, REASON)],
)
def test_nobody_else_reads_anything(store: Store, chat: str, who: str, is_allowed: bool, reason: str) -> None:
    with pytest.raises(StoreError):
        store.reading.read(Actor(who), chat, reason, is_allowed=is_allowed)
    assert store.reading.of(ADA) == []


def test_what_is_deleted_or_never_was_is_not_there(store: Store, chat: str) -> None:
    store.of(ADA).conversations.delete(chat)
    assert store.reading.chats(ADMIN, "ada@example.com", is_allowed=True) == {}
    assert store.reading.read(ADMIN, chat, REASON, is_allowed=True) is None
    assert store.reading.of(ADA) == store.reading.of(LOCAL) == []
