"""Shared reports: under their token until they expire or are taken back, each view counted."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing as closed
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lib.domain.comparison.comparisons import Comparison
from lib.domain.people.audit import COMMAND_LINE, NOBODY, Action, Actor
from lib.domain.people.people import LOCAL, Person, Role
from lib.store import Store

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
READER = Actor(NOBODY, "192.0.2.7", "r1")
ONE = "1" * 32


def share(
    store: Store, token: str, report: str = "<p>wörds</p>", *, source_id: str = "s", days: int = 7
) -> None:
    store.of(LOCAL).shares.add(
        token, report, source_id=source_id, title=f"On {token}", created_at=NOW, expires_at=NOW + days * DAY
    )


def views(store: Store, source_id: str = "s", at: datetime = NOW) -> dict[str, int]:
    return {one.token: one.views for one in store.of(LOCAL).shares.of(source_id, at)}


def disabled(store: Store, has_left: bool) -> None:
    store.people.set_disabled(ONE, NOW if has_left else None, COMMAND_LINE)


def demoted(store: Store, has_left: bool) -> None:
    store.people.set_role(ONE, Role.MEMBER if has_left else Role.PRESENTER, COMMAND_LINE)


def test_a_report_is_given_to_who_knows_its_token_and_counted(store: Store) -> None:
    share(store, "a")
    share(store, "b", "<p>other</p>")
    assert store.links.view("a", NOW, READER) == "<p>wörds</p>"
    assert store.links.view("a", NOW + 6 * DAY, READER) == "<p>wörds</p>"
    assert store.links.view("a", NOW, READER, is_counted=False) == "<p>wörds</p>"
    for unknown in ("", "A", "c", "a' OR 1=1", "a" * 5000, "\x00"):
        assert store.links.view(unknown, NOW, READER) is None
    assert views(store) == {"a": 2, "b": 0}
    assert views(store, "another") == {}
    opened = store.audit.latest(10, action=Action.SHARE_OPENED)
    assert [(row.actor, row.about) for row in opened] == [(READER, "report s")] * 2


def test_it_is_gone_when_it_expires(store: Store) -> None:
    share(store, "a", days=1)
    assert store.links.view("a", NOW + DAY - timedelta(seconds=1), READER) is not None
    assert store.links.view("a", NOW + DAY, READER) is None
    assert views(store, at=NOW + DAY) == {}


def test_it_is_gone_when_it_is_taken_back(store: Store) -> None:
    share(store, "a")
    share(store, "b")
    store.of(LOCAL).shares.revoke("a", NOW)
    store.of(LOCAL).shares.revoke("unknown", NOW)
    assert store.links.view("a", NOW, READER) is None
    assert views(store) == {"b": 0}


def test_the_newest_link_is_listed_first(store: Store) -> None:
    for number, token in enumerate(("old", "new")):
        at = NOW + number * DAY
        store.of(LOCAL).shares.add(
            token, "r", source_id="s", title="t", created_at=at, expires_at=at + DAY * 7
        )
    assert list(views(store)) == ["new", "old"]
    [_, old] = store.of(LOCAL).shares.of("s", NOW)
    assert (old.title, old.created_at, old.expires_at) == ("t", NOW, NOW + 7 * DAY)


def test_views_at_the_same_time_are_all_counted(store: Store) -> None:
    share(store, "a")
    with ThreadPoolExecutor(16) as readers:
        seen = list(readers.map(lambda _: store.links.view("a", NOW, READER), range(200)))
    assert set(seen) == {"<p>wörds</p>"}
    assert views(store) == {"a": 200}


def test_reports_are_kept_small_and_do_not_outlive_their_links(store: Store, path: Path) -> None:
    long = "<p>the same words again</p>" * 40_000
    for number in range(4):
        share(store, f"t{number}", long, days=1)
    assert store.links.view("t0", NOW, READER) == long
    store.of(LOCAL).shares.add(
        "later", "r", source_id="s", title="t", created_at=NOW + 2 * DAY, expires_at=NOW + 9 * DAY
    )
    assert views(store) == {"later": 0}
    store.close()
    assert sum(file.stat().st_size for file in path.parent.iterdir()) < len(long)


def test_the_links_of_what_is_deleted_are_gone(store: Store) -> None:
    store.of(LOCAL).comparisons.add(Comparison("row", "Why?", NOW, deck_run_id="run"))
    store.of(LOCAL).comparisons.add(Comparison("compared", "Why?", NOW))
    for source_id in ("row", "run", "compared", "recorded", "other"):
        share(store, f"t-{source_id}", source_id=source_id)
    store.of(LOCAL).deck_runs.delete("run")
    store.of(LOCAL).comparisons.delete("compared")
    store.of(LOCAL).recordings.delete("recorded")
    left = [name for name in ("row", "run", "compared", "recorded", "other") if views(store, name)]
    assert left == ["other"]


@pytest.mark.parametrize("leave", [disabled, demoted])
def test_a_link_answers_only_while_its_owner_may_share_links(
    store: Store, leave: Callable[[Store, bool], None]
) -> None:
    store.people.add(Person(ONE, "password", "one", "", "", Role.PRESENTER, NOW))
    ends = NOW + DAY
    store.of(ONE).shares.add("a", "r", source_id="s", title="t", created_at=NOW, expires_at=ends)
    for has_left in (False, True, False):
        leave(store, has_left)
        assert store.links.view("a", NOW, READER) == (None if has_left else "r")
    store.ownership.remove(ONE, COMMAND_LINE)
    assert store.links.view("a", NOW, READER) is None


def test_who_does_not_know_a_token_does_not_wait_for_writers(store: Store, path: Path) -> None:
    share(store, "a")
    with closed(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert store.links.view("unknown", NOW, READER) is None
        assert store.of(ONE).shared.report("unknown", NOW) is None
        assert store.links.view("a", NOW, READER, is_counted=False) == "<p>wörds</p>"
