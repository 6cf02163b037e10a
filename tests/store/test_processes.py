"""Processes that share a database: who is alive, and who takes over what the dead have left."""

import sqlite3
from contextlib import closing
from pathlib import Path

from lib.store import Store
from tests.store.conftest import begin, draft


def test_every_beat_is_another_text(store: Store) -> None:
    beats = []
    for _ in range(3):
        store.processes.beat("a")
        beats.append(store.processes.beats()["a"])
    assert len(set(beats)) == 3


def test_who_has_not_beaten_but_runs_a_reply_is_told_too(store: Store) -> None:
    begin(store, draft(), owner="silent")
    assert store.processes.beats() == {"silent": None}


def test_a_beat_tells_whether_the_others_knew_of_it(store: Store) -> None:
    assert not store.processes.beat("a")
    assert store.processes.beat("a")
    assert store.processes.take_over("a", store.processes.beats()["a"], "b") == []
    assert not store.processes.beat("a")


def test_a_process_that_has_beaten_meanwhile_is_not_taken_over(store: Store) -> None:
    reply_id = begin(store, draft(), owner="a")
    assert store.processes.join("a") == []
    last = store.processes.beats()["a"]
    store.processes.beat("a")
    assert store.processes.take_over("a", last, "b") == []
    assert store.processes.owned("a") == {reply_id}
    assert store.processes.take_over("a", store.processes.beats()["a"], "b") == [reply_id]
    assert (store.processes.owned("a"), store.processes.owned("b")) == (set(), {reply_id})
    assert store.processes.take_over("a", None, "c") == []


def test_the_only_process_takes_over_whatever_runs_and_a_second_one_nothing(path: Path) -> None:
    first, second = Store(path), Store(path)
    reply_id = begin(first, draft(), owner="dead/1/x")
    first.processes.beat("dead/1/x")
    assert first.processes.join("a") == [reply_id]
    assert list(first.processes.beats()) == ["a"]
    other = begin(first, draft(), owner="a")
    assert second.processes.join("b") == []
    first.processes.leave("a")
    second.processes.leave("b")
    assert set(first.processes.join("c")) == {reply_id, other}
    first.processes.leave("c")
    assert first.processes.beats() == {"c": None}
    first.close()
    second.close()


def test_a_heartbeat_that_holds_no_date_is_a_beat_like_any_other(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path)) as somebody, somebody:
        somebody.execute("INSERT INTO processes VALUES ('abc', 'yesterday')")
    assert store.processes.beats() == {"abc": "yesterday"}
    assert store.processes.take_over("abc", "yesterday", "b") == []
    assert store.processes.beats() == {}


def test_a_store_in_memory_has_one_process(tmp_path: Path) -> None:
    store = Store(None)
    reply_id = begin(store, draft(), owner="before")
    assert store.processes.join("a") == [reply_id]
    store.processes.leave("a")
    store.close()
    assert list(tmp_path.iterdir()) == []
