"""What people show to others here: to whom, until when, how often it was opened; and nothing after that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lib.domain.comparison.decks import Deck
from lib.domain.comparison.recordings import Recording
from lib.domain.conversation.conversations import Conversation
from lib.domain.people.audit import Action, Actor
from lib.domain.people.grants import EVERYBODY, GrantKind
from lib.domain.people.people import Person, Role
from lib.store import Store
from lib.store.database.errors import StoreError
from lib.store.sharing.grants import Copy
from lib.store.sharing.shared import Shared
from tests.store.test_owners import deck, recording

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ADA, BEN, EVE = "a" * 32, "b" * 32, "e" * 32
BY = Actor(ADA)


@pytest.fixture(autouse=True)
def people(store: Store) -> None:
    for id_, name in ((ADA, "Ada"), (BEN, "Ben"), (EVE, "Eve")):
        email = f"{name.lower()}@example.com"
        store.people.add(Person(id_, "password", email, email, name, Role.MEMBER, NOW))


@pytest.fixture
def made(store: Store) -> Deck:
    """A deck of Ada's."""
    own = deck()
    store.of(ADA).decks.add(own)
    return own


def give(store: Store, to: str, source_id: str, **more: object) -> str:
    """Show a deck of Ada's; gives the grant's id."""
    store.of(ADA).grants.add(GrantKind.DECK, source_id, to, NOW, **more)  # type: ignore[arg-type]
    return store.of(ADA).grants.of(GrantKind.DECK, source_id, NOW)[0].id


def seen(store: Store, who: str, deck_id: str, at: datetime = NOW) -> list[bool]:
    """Whether somebody sees a deck, in each of the ways in which one could."""
    shared = store.of(who).shared
    return [
        shared.deck(deck_id, at) is not None,
        shared.get(GrantKind.DECK, deck_id, at) is not None,
        bool(shared.all(at)),
    ]


def test_a_person_sees_what_is_shown_to_them_and_nobody_else_does(store: Store, made: Deck) -> None:
    give(store, " BEN@example.com ", made.id)
    assert seen(store, BEN, made.id) == [True] * 3
    assert seen(store, EVE, made.id) == [False] * 3
    [found] = store.of(BEN).shared.all(NOW)
    assert (found.kind, found.source_id, found.title, found.owner) == (
        GrantKind.DECK,
        made.id,
        made.title,
        "ada@example.com",
    )
    assert store.of(BEN).decks.get(made.id) is None
    assert store.of(BEN).decks.latest(10) == []


def test_everybody_sees_what_is_shown_to_all_but_its_owner_has_it_already(store: Store, made: Deck) -> None:
    give(store, EVERYBODY, made.id)
    assert seen(store, BEN, made.id) == seen(store, EVE, made.id) == [True] * 3
    assert seen(store, ADA, made.id) == [False] * 3


def test_it_is_gone_when_it_expires(store: Store, made: Deck) -> None:
    give(store, EVERYBODY, made.id, until=NOW + DAY)
    assert seen(store, BEN, made.id, NOW + DAY - timedelta(seconds=1)) == [True] * 3
    assert seen(store, BEN, made.id, NOW + DAY) == [False] * 3
    assert store.of(ADA).grants.of(GrantKind.DECK, made.id, NOW + DAY) == []


def by_revoking(store: Store, grant_id: str, _: str) -> None:
    store.of(ADA).grants.revoke(grant_id, NOW)


def by_deleting(store: Store, _: str, deck_id: str) -> None:
    store.of(ADA).decks.delete(deck_id)


def by_disabling(store: Store, _: str, __: str) -> None:
    store.people.set_disabled(ADA, NOW, BY)


@pytest.mark.parametrize("end", [by_revoking, by_deleting, by_disabling])
def test_it_is_gone_when_its_owner_takes_it_back_or_leaves(
    end: Callable[[Store, str, str], None], store: Store, made: Deck
) -> None:
    grant_id = give(store, EVERYBODY, made.id, may_edit=True)
    end(store, grant_id, made.id)
    assert seen(store, BEN, made.id) == [False] * 3
    assert store.of(BEN).shared.change_deck(made.id, lambda old: replace(old, title="Mine"), NOW) is None
    store.of(BEN).shared.count_view(grant_id, NOW)
    assert store.audit.latest(10, action=Action.SHARE_OPENED) == []


def test_only_named_people_may_edit_and_only_if_their_grant_says_so(store: Store, made: Deck) -> None:
    def rename(who: str) -> Deck | None:
        return store.of(who).shared.change_deck(made.id, lambda old: replace(old, title=f"By {who[0]}"), NOW)

    give(store, EVERYBODY, made.id, may_edit=True)
    give(store, "eve@example.com", made.id)
    assert rename(BEN) is rename(EVE) is None
    give(store, "ben@example.com", made.id, may_edit=True)
    changed = rename(BEN)
    assert changed
    assert changed.title == "By b"
    kept = store.of(ADA).decks.get(made.id)
    assert kept
    assert kept.title == "By b"
    store.of(BEN).decks.delete(made.id)
    assert store.of(ADA).decks.get(made.id)


def test_whoever_is_not_known_for_certain_gets_nothing(store: Store, made: Deck) -> None:
    store.people.add(Person("f" * 32, "https://idp", "9", "Ben@Example.com", "", Role.MEMBER, NOW))
    store.people.set_disabled(EVE, NOW, BY)
    for email, said in (
        ("ben@example.com", "Several"),
        ("eve@example.com", "Nobody"),
        ("", "Nobody"),
        ("ada@example.com", "your own"),
    ):
        with pytest.raises(StoreError, match=said):
            give(store, email, made.id)
    with pytest.raises(StoreError, match="not stored"):
        store.of(BEN).grants.add(GrantKind.DECK, made.id, EVERYBODY, NOW)


def test_granting_it_again_replaces_what_was_granted(store: Store, made: Deck) -> None:
    give(store, "ben@example.com", made.id, may_edit=True)
    give(store, "ben@example.com", made.id, until=NOW + DAY)
    [grant] = store.of(ADA).grants.of(GrantKind.DECK, made.id, NOW)
    assert (grant.name, grant.may_edit, grant.expires_at) == ("ben@example.com", False, NOW + DAY)


def test_views_are_counted_and_all_is_written_down(store: Store, made: Deck) -> None:
    grant_id = give(store, "ben@example.com", made.id)
    store.of(BEN).shared.count_view(grant_id, NOW)
    store.of(EVE).shared.count_view(grant_id, NOW)
    [grant] = store.of(ADA).grants.of(GrantKind.DECK, made.id, NOW)
    assert grant.views == 1
    store.of(ADA).grants.revoke(grant_id, NOW)
    told = [(row.actor.person_id, row.action, row.about) for row in store.audit.latest(3)]
    what = f"deck {made.id}"
    assert told == [
        (ADA, Action.SHARE_REVOKED, what),
        (BEN, Action.SHARE_OPENED, what),
        (ADA, Action.SHARED, what),
    ]


def test_a_chat_is_shown_as_a_copy_until_it_is_deleted(store: Store) -> None:
    chat = Conversation("c" * 32, "Plans", NOW, NOW)
    store.of(ADA).conversations.take([chat])
    store.of(ADA).grants.add(GrantKind.CONVERSATION, chat.id, EVERYBODY, NOW, copy=Copy("Plans", "<p>ü</p>"))
    [found] = store.of(BEN).shared.all(NOW)
    assert found.title == "Plans"
    assert store.of(BEN).shared.report(found.id, NOW, is_counted=False) == "<p>ü</p>"
    assert store.of(BEN).shared.report(found.id, NOW) == "<p>ü</p>"
    [grant] = store.of(ADA).grants.of(GrantKind.CONVERSATION, chat.id, NOW)
    assert grant.views == 1
    store.of(ADA).conversations.delete(chat.id)
    assert store.of(BEN).shared.report(found.id, NOW) is None
    store.of(ADA).conversations.restore(chat.id)
    assert store.of(BEN).shared.all(NOW) == []
    store.of(ADA).grants.add(GrantKind.CONVERSATION, chat.id, EVERYBODY, NOW, copy=Copy("Plans", "<p>"))
    store.of(ADA).conversations.purge(chat.id)
    assert store.of(BEN).shared.all(NOW) == []


def test_a_recording_is_the_one_of_whoever_shows_it(store: Store) -> None:
    kept: Recording = recording()
    store.of(ADA).recordings.add(replace(kept, title="Ada's"))
    store.of(EVE).recordings.add(replace(kept, title="Eve's"))
    store.of(ADA).grants.add(GrantKind.RECORDING, kept.id, "ben@example.com", NOW)
    shared: Shared = store.of(BEN).shared
    found = shared.recording(kept.id, NOW)
    assert found
    assert found.title == "Ada's"
    store.of(ADA).recordings.delete(kept.id)
    assert shared.recording(kept.id, NOW) is None
    assert shared.all(NOW) == []
