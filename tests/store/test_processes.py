"""Processes that share a database: who is alive, and who takes over what the dead have left."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from lib.domain.people.people import LOCAL
from lib.store import Store
from lib.store.database import clock
from lib.store.database.schema import processes
from lib.store.series import Kind, Series
from tests.postgres import Server
from tests.store.conftest import begin, draft
from tests.store.fresh import made_in
from tests.store.leases import expire, settle, take_over
from tests.store.test_races import race


def test_every_beat_is_another_text(store: Store) -> None:
    beats = []
    for _ in range(3):
        store.processes.beat("a")
        beats.append(store.processes.beats()["a"])
    assert len(set(beats)) == 3


def test_a_beat_tells_whether_the_others_knew_of_it(store: Store) -> None:
    assert not store.processes.beat("a")
    assert store.processes.beat("a")
    assert take_over(store, "a", by="b") == []
    assert not store.processes.beat("a")


def test_who_runs_a_reply_without_a_lease_gets_one_first(store: Store) -> None:
    reply_id = begin(store, draft(), owner="silent")
    settle(store, "b")
    assert store.processes.take_over("b") == []
    assert set(store.processes.beats()) == {"silent", "b"}
    assert take_over(store, "silent", by="b") == [reply_id]


def test_only_what_has_no_lease_any_more_is_taken_over_and_once(store: Store) -> None:
    reply_id = begin(store, draft(), owner="a")
    store.processes.beat("a")
    settle(store, "b")
    assert store.processes.take_over("b") == []
    assert store.processes.owned("a") == {reply_id}
    assert take_over(store, "a", by="b") == [reply_id]
    assert (store.processes.owned("a"), store.processes.owned("b")) == (set(), {reply_id})
    settle(store, "c")
    assert store.processes.take_over("c") == []


def test_who_has_not_beaten_for_a_whole_lease_takes_nobody_over(store: Store) -> None:
    begin(store, draft(), owner="a")
    expire(store, "a")
    store.processes.beat("b")
    assert store.processes.take_over("b") == [], "it is new: the database may have been away for all"
    expire(store, "b")
    assert store.processes.take_over("b") == [], "it cannot beat itself"
    store.processes.beat("b")
    assert store.processes.take_over("b") == [], "it could not beat for a while"


def test_of_two_that_look_at_the_same_time_one_takes_over(store: Store, database: Path | str) -> None:
    with closing(Store(database)) as other:
        for number in range(8):
            reply_id = begin(store, draft(), owner=f"dead-{number}")
            for each in ("b", "c"):
                settle(store, each)
            expire(store, f"dead-{number}")
            ended = race((store, other), lambda at: at.processes.take_over("b" if at is store else "c"))
            assert sorted(ended, key=len) == [[], [reply_id]]


def test_a_clock_that_was_put_back_keeps_nobody_alive(store: Store) -> None:
    begin(store, draft(), owner="a")
    store.processes.beat("a")
    with store._database.write() as connection:
        ahead = clock.now(connection) + timedelta(hours=1)
        connection.execute(update(processes).where(processes.c.id == "a").values(heartbeat_at=ahead))
    settle(store, "b")
    assert len(store.processes.take_over("b")) == 1


def test_nobody_is_alone_on_a_server(postgres: Server) -> None:
    url = made_in(postgres)
    with closing(Store(url)) as first, closing(Store(url)) as second:
        assert first.processes.join("a") == []
        reply_id = begin(first, draft(), owner="a")
        assert second.processes.join("b") == []
        assert first.processes.owned("a") == {reply_id}


def test_a_series_is_gone_on_with_by_one_of_the_others(store: Store) -> None:
    for id_, owner in (("left", "dead"), ("given back", "leaving"), ("own", "b")):
        new = Series(LOCAL, id_, Kind.REPEATS, owner, "s", has_own_key=False, content={"count": 3})
        assert store.series.begin(new)
        assert not store.series.begin(replace(new, owner="late"))
        assert store.series.begin(new)  # as after an end that could not be stored
    store.processes.beat("leaving")
    store.processes.leave("leaving")
    take_over(store, "dead", by="b")
    assert {each.id for each in store.series.claim("b")} == {"left", "given back", "own"}
    assert store.series.claim("c") == []
    store.series.end(LOCAL, "left", "dead")
    assert len(store.series.all()) == 3
    store.series.end(LOCAL, "left", "b")
    assert {each.id for each in store.series.all()} == {"given back", "own"}


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
    assert first.processes.beats() == {}
    first.close()
    second.close()


def test_a_heartbeat_that_holds_no_date_is_a_beat_like_any_other(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path)) as somebody, somebody:
        somebody.execute("INSERT INTO processes VALUES ('abc', 'yesterday', NULL)")
    settle(store, "b")
    assert store.processes.take_over("b") == []
    assert set(store.processes.beats()) == {"b"}


def test_a_store_in_memory_has_one_process(tmp_path: Path) -> None:
    store = Store(None)
    reply_id = begin(store, draft(), owner="before")
    assert store.processes.join("a") == [reply_id]
    store.processes.leave("a")
    store.close()
    assert list(tmp_path.iterdir()) == []
