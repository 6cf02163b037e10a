"""Whatever belongs to one person is for another as if it were not there: every method of the store."""

import inspect
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing as closed
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import Column, DeckRun
from lib.domain.comparison.decks import Deck, Prompt
from lib.domain.comparison.recordings import RecordingKind
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.models import Preference
from lib.domain.people.grants import EVERYBODY, GrantKind
from lib.domain.people.people import Person, Role
from lib.domain.people.preferences import Preferences, TextSize
from lib.engine.playback import recorder
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.comparison.comparisons import Comparisons
from lib.store.comparison.decks import DeckRuns
from lib.store.database.errors import StoreError
from lib.store.library import Library
from lib.store.replies import Begun, Closing, Entry
from lib.store.series import Kind, Series
from lib.store.sharing.grants import Copy
from tests.store.conftest import OWNER, closing, draft, events, question_and_answer
from tests.store.fresh import fresh

ONE, OTHER, THIRD = "1" * 32, "2" * 32, "3" * 32
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
URL = "https://gateway.example/v1"
WORD = "Periwinkle"


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of what one person has; by default of nothing."""

    conversation: str = "0" * 32
    deleted: str = "0" * 32
    reply: str = "0" * 32
    leaf: str = "0" * 32
    session: str = "0" * 32
    comparison: str = "0" * 32
    cell: str = "0" * 32
    round: str = "0" * 32
    room: str = "nowhere"
    deck: str = "0" * 32
    run: str = "0" * 32
    recording: str = "0" * 32
    share: str = "nowhere"
    grant: str = "0" * 32
    received: str = "0" * 32
    """A grant of somebody else's chat; the three below are of somebody else too."""
    received_deck: str = "0" * 32
    received_comparison: str = "0" * 32
    received_recording: str = "0" * 32


def brought_back(kept: Comparisons | DeckRuns, id_: str) -> None:
    """Delete something, then restore it."""
    kept.delete(id_)
    kept.restore(id_)


Call = Callable[[Library, Ids], Any]
CALLS: dict[str, Call] = {
    "conversations.latest": lambda own, _: own.conversations.latest(10),
    "conversations.bin": lambda own, _: own.conversations.bin(),
    "conversations.get": lambda own, of: own.conversations.get(of.conversation),
    "conversations.all": lambda own, _: list(own.conversations.all()),
    "conversations.updated_at": lambda own, of: own.conversations.updated_at(of.conversation),
    "conversations.summary": lambda own, of: own.conversations.summary(of.conversation),
    "conversations.rename": lambda own, of: own.conversations.rename(of.conversation, "Mine"),
    "conversations.retitle": lambda own, of: own.conversations.retitle(of.conversation, WORD, "Mine"),
    "conversations.show": lambda own, of: own.conversations.show(of.conversation, of.leaf),
    "conversations.pin": lambda own, of: own.conversations.pin(of.conversation, True),
    "conversations.delete": lambda own, of: own.conversations.delete(of.conversation),
    "conversations.restore": lambda own, of: own.conversations.restore(of.deleted),
    "conversations.purge": lambda own, of: own.conversations.purge(of.conversation),
    "comparisons.latest": lambda own, _: own.comparisons.latest(10),
    "comparisons.get": lambda own, of: own.comparisons.get(of.comparison),
    "comparisons.of_run": lambda own, of: own.comparisons.of_run(of.run),
    "comparisons.updated_in_run": lambda own, of: own.comparisons.updated_in_run(of.run),
    "comparisons.updated_at": lambda own, of: own.comparisons.updated_at(of.comparison),
    "comparisons.rename": lambda own, of: own.comparisons.rename(of.comparison, "Theirs"),
    "comparisons.restore": lambda own, of: brought_back(own.comparisons, of.comparison),
    "comparisons.delete": lambda own, of: own.comparisons.delete(of.comparison),
    "tapes.get": lambda own, of: own.tapes.get(of.reply),
    "ledger.all": lambda own, _: own.ledger.all(),
    "ledger.of_session": lambda own, of: own.ledger.of_session(of.session),
    "ledger.of_conversation": lambda own, of: own.ledger.of_conversation(of.conversation),
    "search.find": lambda own, _: own.search.find(WORD),
    "models.preferences": lambda own, _: own.models.preferences(URL),
    "models.traffic": lambda own, _: own.models.traffic(),
    "settings.preferences": lambda own, _: own.settings.preferences(),
    "recordings.latest": lambda own, _: own.recordings.latest(10),
    "recordings.get": lambda own, of: own.recordings.get(of.recording),
    "recordings.title": lambda own, of: own.recordings.title(of.recording),
    "recordings.unknown": lambda own, of: len(own.recordings.unknown([of.recording])),
    "recordings.rename": lambda own, of: own.recordings.rename(of.recording, "Mine"),
    "recordings.delete": lambda own, of: own.recordings.delete(of.recording),
    "shares.of": lambda own, of: own.shares.of(of.recording, NOW),
    "shares.revoke": lambda own, of: own.shares.revoke(of.share, NOW),
    "grants.add": lambda own, of: own.grants.add(GrantKind.DECK, of.deck, EVERYBODY, NOW),
    "grants.of": lambda own, of: own.grants.of(GrantKind.DECK, of.deck, NOW),
    "grants.revoke": lambda own, of: own.grants.revoke(of.grant, NOW),
    "shared.all": lambda own, _: own.shared.all(NOW),
    "shared.get": lambda own, of: own.shared.get(GrantKind.DECK, of.received_deck, NOW),
    "shared.count_view": lambda own, of: own.shared.count_view(of.received, NOW),
    "shared.report": lambda own, of: own.shared.report(of.received, NOW),
    "shared.deck": lambda own, of: own.shared.deck(of.received_deck, NOW),
    "shared.change_deck": lambda own, of: own.shared.change_deck(
        of.received_deck, lambda deck: replace(deck, title="Mine"), NOW
    ),
    "shared.comparison": lambda own, of: own.shared.comparison(of.received_comparison, NOW),
    "shared.round": lambda own, of: own.shared.round(of.received_comparison, NOW),
    "shared.tally": lambda own, of: own.shared.tally(of.received_comparison, NOW),
    "shared.recording": lambda own, of: own.shared.recording(of.received_recording, NOW),
    "votes.open": lambda own, of: own.votes.open(new_id(), of.comparison, {}, NOW, is_blind=True),
    "votes.latest": lambda own, of: own.votes.latest(of.comparison),
    "votes.reveal": lambda own, of: own.votes.reveal(of.round, NOW),
    "votes.vote": lambda own, of: own.votes.vote(of.round, "me", "tie", NOW),
    "votes.thumb": lambda own, of: own.votes.thumb(of.round, "me", of.cell, True),
    "votes.withdraw": lambda own, of: own.votes.withdraw(of.round, "voter"),
    "votes.ballot": lambda own, of: own.votes.ballot(of.round, "voter"),
    "votes.voters": lambda own, of: own.votes.voters(of.round),
    "votes.tally": lambda own, of: own.votes.tally(of.round),
    "votes.polls": lambda own, _: own.votes.polls(),
    "rooms.open": lambda own, of: own.rooms.open(of.comparison, NOW),
    "rooms.of": lambda own, of: own.rooms.of(of.comparison, NOW),
    "rooms.close": lambda own, of: own.rooms.close(of.room, NOW),
    "decks.latest": lambda own, _: own.decks.latest(10),
    "decks.get": lambda own, of: own.decks.get(of.deck),
    "decks.change": lambda own, of: own.decks.change(of.deck, lambda deck: replace(deck, title="Mine")),
    "decks.delete": lambda own, of: own.decks.delete(of.deck),
    "deck_runs.get": lambda own, of: own.deck_runs.get(of.run),
    "deck_runs.latest": lambda own, of: own.deck_runs.latest(10, of.deck),
    "deck_runs.restore": lambda own, of: brought_back(own.deck_runs, of.run),
    "deck_runs.delete": lambda own, of: own.deck_runs.delete(of.run),
}
"""Each method that names or lists something."""
ADDS: dict[str, Call] = {
    "conversations.take": lambda own, of: own.conversations.take(
        [Conversation(of.conversation, "", NOW, NOW)]
    ),
    "comparisons.add": lambda own, of: own.comparisons.add(Comparison(of.comparison, "Mine", NOW)),
    "ledger.book": lambda own, of: own.ledger.book(row(of.conversation)),
    "models.choose": lambda own, _: own.models.choose(URL, "model-a", Preference(is_default=True)),
    "settings.choose": lambda own, _: own.settings.choose(Preferences("zh_Hans", TextSize.LARGEST)),
    "recordings.add": lambda own, of: own.recordings.add(replace(recording(), id=of.recording)),
    "shares.add": lambda own, of: own.shares.add(new_id(), "", source_id=of.recording, title="", **period()),
    "decks.add": lambda own, of: own.decks.add(replace(deck(), id=of.deck, title="Mine")),
    "deck_runs.add": lambda own, of: own.deck_runs.add(run(of.run), []),
}
"""Each method that adds something of one's own."""


def row(conversation_id: str) -> Any:
    conversation = replace(draft(), id=conversation_id)
    conversation.add(question_and_answer(conversation))
    return closing(conversation, conversation.leaf_id or "", events("Mine")).row


def deck() -> Deck:
    return Deck(new_id(), "Deck", NOW, NOW, prompts=(Prompt(new_id(), "Why?"),))


def run(run_id: str) -> DeckRun:
    return DeckRun(run_id, deck(), NOW, (Column("model-a"),))


def period() -> dict[str, datetime]:
    return {"created_at": NOW, "expires_at": NOW + timedelta(days=1)}


def recording() -> Any:
    with_answer = draft(WORD)
    with_answer.add(question_and_answer(with_answer, WORD))
    store = Store(None)
    shown = Comparison(new_id(), WORD, NOW)
    shown.cells.append(replace(with_answer, comparison_id=shown.id))
    made = recorder.record(store.of(ONE), [shown], title=WORD, kind=RecordingKind.REPLY, prices={})
    store.close()
    return made


def said(store: Store, conversation: Conversation, session_id: str = "s1", *, person_id: str = ONE) -> str:
    added = question_and_answer(conversation, WORD)
    store.replies.begin(conversation, added, Begun(added[-1].id, person_id, new_id(), session_id, OWNER))
    conversation.add(added)
    tape = events(WORD)
    end = closing(conversation, added[-1].id, tape, session_id)
    store.replies.journal(OWNER, [Entry(added[-1].id, 0, tape)], [Closing(end.reply, person_id, end.row)])
    return added[-1].id


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Ids]:
    """A database with something of each kind, made once, and the ids in it."""
    path = tmp_path_factory.mktemp("world") / "data" / "chat.sqlite3"
    with closed(fresh(path)) as store:
        ids = something_of_everything(store)
    return path.read_bytes(), ids


@pytest.fixture
def ids(world: tuple[bytes, Ids]) -> Ids:
    return world[1]


@pytest.fixture
def store(path: Path, world: tuple[bytes, Ids]) -> Iterator[Store]:
    """Opened on a copy of the world."""
    path.parent.mkdir()
    path.write_bytes(world[0])
    with closed(Store(path)) as opened:
        yield opened


def something_of_everything(store: Store) -> Ids:
    """Store something of each kind for one person: what there is then."""
    own, session = store.of(ONE), new_id()
    for id_ in (ONE, OTHER, THIRD):
        store.people.add(Person(id_, "password", id_, f"{id_}@here.example", "", Role.PRESENTER, NOW))
    conversation, deleted = draft(WORD), draft(WORD)
    reply = said(store, conversation, session)
    said(store, deleted)
    own.conversations.delete(deleted.id)
    comparison, cell = Comparison(new_id(), WORD, NOW), draft(WORD)
    own.comparisons.add(comparison)
    said(store, replace(cell, comparison_id=comparison.id))
    round_id = new_id()
    own.votes.open(round_id, comparison.id, {cell.id: "model-a"}, NOW, is_blind=True)
    own.votes.vote(round_id, "voter", "tie", NOW)
    round_id = new_id()
    own.votes.open(round_id, comparison.id, {cell.id: "model-a"}, NOW, is_blind=True)  # reveals the first
    own.votes.vote(round_id, "voter", "tie", NOW)
    kept, made, ran = recording(), deck(), run(new_id())
    own.recordings.add(kept)
    own.shares.add("token", "<p>", source_id=kept.id, title=WORD, **period())
    own.decks.add(made)
    own.deck_runs.add(replace(ran, deck=made), [Comparison(new_id(), WORD, NOW, deck_run_id=ran.id)])
    own.models.choose(URL, "model-a", Preference(is_favourite=True))
    own.settings.choose(Preferences("zh_Hans"))
    own.grants.add(GrantKind.DECK, made.id, f"{THIRD}@here.example", NOW)
    [grant] = own.grants.of(GrantKind.DECK, made.id, NOW)
    store.series.begin(Series(ONE, ran.id, Kind.DECK_RUN, OWNER, session, has_own_key=False))
    return Ids(
        conversation=conversation.id,
        deleted=deleted.id,
        reply=reply,
        leaf=reply,
        session=session,
        comparison=comparison.id,
        cell=cell.id,
        round=round_id,
        room=own.rooms.open(comparison.id, NOW).token,
        deck=made.id,
        run=ran.id,
        recording=kept.id,
        share="token",
        grant=grant.id,
        **received(store),
    )


def received(store: Store) -> dict[str, str]:
    """The ids of what a third person shows to the first one: something of each kind."""
    theirs, chat, comparison, cell = store.of(THIRD), draft(WORD), Comparison(new_id(), WORD, NOW), draft()
    said(store, chat, person_id=THIRD)
    theirs.comparisons.add(comparison)
    said(store, replace(cell, comparison_id=comparison.id), person_id=THIRD)
    shown_round = new_id()
    theirs.votes.open(shown_round, comparison.id, {cell.id: "model-a"}, NOW, is_blind=True)
    theirs.votes.reveal(shown_round, NOW)
    kept, made = recording(), deck()
    theirs.recordings.add(kept)
    theirs.decks.add(made)
    to = f"{ONE}@here.example"
    theirs.grants.add(GrantKind.CONVERSATION, chat.id, to, NOW, copy=Copy(WORD, "<p>"))
    theirs.grants.add(GrantKind.COMPARISON, comparison.id, to, NOW)
    theirs.grants.add(GrantKind.DECK, made.id, to, NOW, may_edit=True)
    theirs.grants.add(GrantKind.RECORDING, kept.id, to, NOW)
    [grant] = theirs.grants.of(GrantKind.CONVERSATION, chat.id, NOW)
    return {
        "received": grant.id,
        "received_deck": made.id,
        "received_comparison": comparison.id,
        "received_recording": kept.id,
    }


def rows(path: Path) -> set[tuple[object, ...]]:
    """All rows of all tables, but for the end of the audit log, which moves with whatever anybody does."""
    with closed(sqlite3.connect(path)) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        apart = ("sqlite_", "message_search_", "audit_end")
        tables = [name for (name,) in names if not name.startswith(apart)]
        return {(name, *row) for name in tables for row in database.execute(f"SELECT * FROM {name}")}  # noqa: S608


def outcome(call: Call, own: Library, ids: Ids) -> Any:
    try:
        return call(own, ids)
    except StoreError as error:
        return str(error)


def test_every_method_of_a_library_is_tried_here(store: Store) -> None:
    library = store.of(ONE)
    nouns = {name: noun for name, noun in vars(library).items() if name != "person_id"}
    methods = {
        f"{name}.{method}"
        for name, noun in nouns.items()
        for method, _ in inspect.getmembers(noun, inspect.ismethod)
        if not method.startswith("_")
    }
    assert methods == {*CALLS, *ADDS}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_somebody_elses_is_as_if_it_were_not_there(
    name: str, store: Store, path: Path, ids: Ids
) -> None:
    before, call = rows(path), CALLS[name]
    assert outcome(call, store.of(OTHER), ids) == outcome(call, store.of(OTHER), Ids())
    assert rows(path) == before


@pytest.mark.parametrize("name", [name for name in CALLS if name != "votes.open"])
def test_its_owner_finds_it(name: str, store: Store, path: Path, ids: Ids) -> None:
    before, call = rows(path), CALLS[name]
    found = outcome(call, store.of(ONE), ids)
    assert found != outcome(call, store.of(OTHER), ids) or rows(path) != before


@pytest.mark.parametrize("name", ADDS)
def test_what_somebody_adds_changes_nothing_of_others(name: str, store: Store, path: Path, ids: Ids) -> None:
    before = rows(path)
    outcome(ADDS[name], store.of(OTHER), ids)
    assert before <= rows(path)


def test_a_send_into_somebody_elses_conversation_is_refused(store: Store, path: Path, ids: Ids) -> None:
    before, theirs = rows(path), store.of(ONE).conversations.get(ids.conversation)
    assert theirs
    added = question_and_answer(theirs, "Mine")
    with pytest.raises(StoreError):
        store.replies.begin(theirs, added, Begun(added[-1].id, OTHER, new_id(), "s", OWNER))
    assert rows(path) == before


def test_the_same_file_comes_in_for_each_person(store: Store, ids: Ids) -> None:
    theirs = store.of(ONE).conversations.get(ids.conversation)
    assert theirs
    assert store.of(OTHER).conversations.take([theirs]) == 1
    assert store.of(OTHER).conversations.take([theirs]) == 0
    [summary] = store.of(OTHER).conversations.latest(10)
    copy = store.of(OTHER).conversations.get(summary.id)
    assert copy
    assert [message.content for message in copy.path()] == [message.content for message in theirs.path()]
