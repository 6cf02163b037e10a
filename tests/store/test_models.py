"""What is kept about models: choices, capabilities, and what the ledger tells."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from lib.domain.models.capabilities import Capabilities, Capability
from lib.domain.models.models import Preference
from lib.domain.people.people import LOCAL
from lib.domain.reply.ledger import LedgerRow, Traffic
from lib.domain.reply.reply import Reply, State
from lib.engine.sending import new_id
from lib.store import Store, models, remembered, traffic
from lib.store.database.database import Database

URL, OTHER = "https://one.test/v1", "https://other.test/v1"
NOW = datetime.now(UTC)


def row(state: State = State.COMPLETED, **fields: object) -> LedgerRow:
    """A row of model-a's, one minute old."""
    booked = LedgerRow.of(
        Reply(state, model_requested="model-a"),
        reply_id=new_id(),
        session_id="s",
        conversation_id="c",
        created_at=NOW - timedelta(minutes=1),
    )
    return replace(booked, **fields)  # type: ignore[arg-type]


def book(store: Store, *rows: LedgerRow) -> dict[str, Traffic]:
    for each in rows:
        store.of(LOCAL).ledger.book(each)
    return dict(store.of(LOCAL).models.traffic())


def test_a_choice_is_kept_for_its_server_and_model(store: Store) -> None:
    store.of(LOCAL).models.choose(URL, "a", Preference(is_favourite=True))
    store.of(LOCAL).models.choose(URL, "b", Preference(is_hidden=True))
    assert store.of(LOCAL).models.preferences(URL) == {
        "a": Preference(is_favourite=True),
        "b": Preference(is_hidden=True),
    }
    assert store.of(LOCAL).models.preferences(OTHER) == {}
    store.of(LOCAL).models.choose(URL, "a", Preference())
    assert store.of(LOCAL).models.preferences(URL)["a"] == Preference()


def test_a_new_default_takes_the_place_of_the_old_one(store: Store) -> None:
    store.of(LOCAL).models.choose(OTHER, "c", Preference(is_default=True))
    store.of(LOCAL).models.choose(URL, "a", Preference(is_favourite=True, is_default=True))
    store.of(LOCAL).models.choose(URL, "b", Preference(is_default=True))
    assert store.of(LOCAL).models.preferences(URL) == {
        "a": Preference(is_favourite=True),
        "b": Preference(is_default=True),
    }
    assert store.of(LOCAL).models.preferences(OTHER) == {"c": Preference(is_default=True)}


def test_what_another_process_chose_is_seen_after_a_while(
    store: Store, database: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "FRESH_SECONDS", 0.0)
    forgetful = Store(database)
    assert store.of(LOCAL).models.preferences(URL) == forgetful.of(LOCAL).models.preferences(URL) == {}
    other = Store(database)
    other.of(LOCAL).models.choose(URL, "a", Preference(is_hidden=True))
    assert store.of(LOCAL).models.preferences(URL) == {}
    assert forgetful.of(LOCAL).models.preferences(URL) == {"a": Preference(is_hidden=True)}
    for each in (other, forgetful):
        each.close()


def test_what_was_read_while_it_changed_is_not_remembered(database: Path | str) -> None:
    """Another page may write while this one reads: what it then holds is the old answer."""

    class Interrupted(Database):
        @contextmanager
        def read(self, *, is_snapshot: bool = False) -> Iterator[Connection]:
            with super().read(is_snapshot=is_snapshot) as connection:
                yield connection
            if waiting:
                waiting.pop()()

    waiting: list[Callable[[], None]] = []
    opened = Interrupted(database)
    known = models.Models(opened, LOCAL, remembered.Remembered())
    waiting.append(lambda: known.choose(URL, "a", Preference(is_hidden=True)))
    assert known.preferences(URL) == {}
    assert known.preferences(URL) == {"a": Preference(is_hidden=True)}
    opened.close()


def test_what_was_learnt_is_kept_until_something_else_is_learnt(store: Store) -> None:
    earlier, later = NOW - timedelta(days=1), NOW
    store.capabilities.learn(URL, "a", {Capability.VISION: True, Capability.TOOLS: False}, earlier)
    store.capabilities.learn(URL, "a", {Capability.TOOLS: True, Capability.STOP: False}, later)
    store.capabilities.learn(URL, "a", {}, later)
    known = store.capabilities.of(URL)
    both = frozenset({Capability.VISION, Capability.TOOLS})
    assert known == {"a": Capabilities(both, frozenset({Capability.STOP}), later)}
    assert store.capabilities.of(OTHER) == {}


def test_traffic_is_counted_by_model(store: Store) -> None:
    traffic = book(
        store,
        *(row(ttft_ms=float(ms), tokens_per_second=float(ms)) for ms in range(1, 101)),
        row(State.FAILED, error_category="timeout", created_at=NOW - timedelta(hours=2)),
        row(State.FAILED, error_category="rate_limited"),
        row(State.STOPPED),
        row(State.INTERRUPTED),
        row(model_requested="model-b"),
        row(model_requested=None),
    )
    one = traffic["model-a"]
    assert (one.replies, one.completed, one.failed) == (104, 100, 2)
    assert one.success_rate == 100 / 102
    assert (one.ttft_median_ms, one.ttft_p95_ms, one.tokens_per_second) == (50.0, 95.0, 50.0)
    assert (one.last_error, one.last_error_at) == ("rate_limited", NOW - timedelta(minutes=1))
    assert traffic["model-b"] == Traffic("model-b", 1, 1, 0, last_used_at=NOW - timedelta(minutes=1))
    assert set(traffic) == {"model-a", "model-b"}


def test_a_model_that_was_only_stopped_has_no_rate_of_success(store: Store) -> None:
    assert book(store, row(State.STOPPED))["model-a"].success_rate is None


def test_old_traffic_tells_nothing(store: Store) -> None:
    assert book(store, row(created_at=NOW - timedelta(days=traffic.TRAFFIC_DAYS + 1))) == {}
