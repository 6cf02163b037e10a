"""What is too old is deleted for good, and only that."""

import os
import sqlite3
from contextlib import closing as closed
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import Column, DeckRun
from lib.domain.comparison.decks import Deck, Prompt
from lib.domain.people.audit import COMMAND_LINE, SYSTEM, Action
from lib.domain.people.people import LOCAL, Lifetime, Person, Role
from lib.engine.keeping.retention import Retention
from lib.engine.sending import new_id
from lib.files.folder import UNUSED, Files
from lib.store import Store
from tests.store.conftest import answer, draft

NOW = datetime.now(UTC)
KEPT = timedelta(days=90)
OLD, YOUNG = NOW - KEPT - timedelta(minutes=1), NOW - KEPT + timedelta(minutes=1)
LIFETIME = Lifetime(timedelta(hours=12), timedelta(days=7))


def retention(store: Store, files: Files | None = None, **kept: timedelta) -> Retention:
    periods = {"keep": None, "keep_after_leaving": None, **kept}
    return Retention(store, files, lifetime=LIFETIME, **periods)


def changed(path: Path, conversation_id: str, at: datetime) -> None:
    """Let a conversation have changed last at this time."""
    stamp = at.replace(tzinfo=None).isoformat(" ")
    with closed(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (stamp, conversation_id))


def chat(store: Store, path: Path, at: datetime, *, is_pinned: bool = False) -> str:
    conversation = draft("Periwinkle")
    answer(store, conversation, "Periwinkle")
    store.of(LOCAL).conversations.pin(conversation.id, is_pinned)
    changed(path, conversation.id, at)
    return conversation.id


def comparison(store: Store, path: Path, *changes: datetime, run: DeckRun | None = None) -> str:
    """A comparison that began long ago, whose cells changed last at these times."""
    made = Comparison(new_id(), "Periwinkle", OLD, deck_run_id=run.id if run else None)
    if run:
        store.of(LOCAL).deck_runs.add(run, [made])
    else:
        store.of(LOCAL).comparisons.add(made)
    for position, at in enumerate(changes):
        cell = replace(draft("Periwinkle"), comparison_id=made.id, position=position)
        answer(store, cell, "Periwinkle")
        changed(path, cell.id, at)
    return made.id


def run() -> DeckRun:
    return DeckRun(
        new_id(), Deck(new_id(), "Deck", OLD, OLD, prompts=(Prompt(new_id(), "?"),)), OLD, (Column("a"),)
    )


def share(store: Store, source_id: str) -> str:
    token = new_id()
    until = NOW + timedelta(days=1)
    store.of(LOCAL).shares.add(token, "<p>", source_id=source_id, title="", created_at=NOW, expires_at=until)
    return token


def test_nothing_is_too_old_by_default(store: Store, path: Path) -> None:
    id_ = chat(store, path, NOW - timedelta(days=9999))
    retention(store).run(NOW)
    assert store.of(LOCAL).conversations.get(id_)
    assert store.audit.latest(5, action=Action.DELETED) == []


def test_a_chat_ages_by_its_last_change_and_a_pinned_one_does_not(store: Store, path: Path) -> None:
    old, young, pinned = (
        chat(store, path, OLD),
        chat(store, path, YOUNG),
        chat(store, path, OLD, is_pinned=True),
    )
    retention(store, keep=KEPT).run(NOW)
    own = store.of(LOCAL)
    assert [bool(own.conversations.get(id_)) for id_ in (old, young, pinned)] == [False, True, True]
    assert {hit.conversation_id for hit in own.search.find("Periwinkle")} == {young, pinned}
    assert len(own.ledger.all()) == 3


def test_a_comparison_ages_by_its_youngest_cell(store: Store, path: Path) -> None:
    old, young, empty = (comparison(store, path, *at) for at in ((OLD, OLD), (OLD, YOUNG), ()))
    links = [share(store, id_) for id_ in (old, young)]
    retention(store, keep=KEPT).run(NOW)
    own = store.of(LOCAL)
    assert [bool(own.comparisons.get(id_)) for id_ in (old, young, empty)] == [False, True, False]
    assert [bool(store.links.view(token, NOW, SYSTEM)) for token in links] == [False, True]
    with closed(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM conversations").fetchone() == (2,)


def test_a_deck_run_ages_by_its_youngest_answer(store: Store, path: Path) -> None:
    old, young = run(), run()
    rows = [comparison(store, path, OLD, run=old), comparison(store, path, OLD, YOUNG, run=young)]
    link = share(store, old.id)
    retention(store, keep=KEPT).run(NOW)
    own = store.of(LOCAL)
    assert (own.deck_runs.get(old.id), own.comparisons.get(rows[0])) == (None, None)
    assert own.deck_runs.get(young.id)
    assert own.comparisons.get(rows[1])
    assert store.links.view(link, NOW, SYSTEM) is None


def test_a_run_of_it_is_one_row_of_the_audit_log(store: Store, path: Path) -> None:
    chat(store, path, OLD)
    chat(store, path, OLD)
    comparison(store, path, OLD)
    comparison(store, path, OLD, run=run())
    for _ in range(2):
        retention(store, keep=KEPT).run(NOW)
    [done] = store.audit.latest(5, action=Action.DELETED)
    assert (done.actor, done.detail["count"]) == (SYSTEM, "4")


def test_whoever_left_long_ago_is_removed(store: Store) -> None:
    away = timedelta(days=30)
    for id_, at in (("1" * 32, NOW - away), ("2" * 32, NOW - away + timedelta(seconds=1)), ("3" * 32, None)):
        store.people.add(Person(id_, "password", id_, "", "", Role.MEMBER, OLD))
        store.people.set_disabled(id_, at, COMMAND_LINE)
    now = NOW + timedelta(milliseconds=1)
    retention(store).run(now)
    assert len(store.people.all()) == 3
    retention(store, keep_after_leaving=away).run(now)
    assert {person.id[0] for person in store.people.all()} == {"2", "3"}
    [done] = store.audit.latest(1)
    assert (done.actor, done.action, done.about) == (SYSTEM, Action.DELETED, f"person {'1' * 32}")


def test_a_time_before_all_times_is_no_error(store: Store) -> None:
    retention(store, keep=timedelta.max, keep_after_leaving=timedelta.max).run(NOW)


def test_files_go_with_what_held_them(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    unused, recent = (folder / "aa" / (letter * 64) for letter in "ab")
    unused.parent.mkdir(parents=True)
    for path in (unused, recent):
        path.write_bytes(b"")
    long_ago = NOW.timestamp() - UNUSED.total_seconds() - 60
    os.utime(unused, (long_ago, long_ago))
    retention(store, Files(folder)).run(NOW)
    assert (unused.exists(), recent.exists()) == (False, True)
