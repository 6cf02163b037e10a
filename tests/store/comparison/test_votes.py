"""Votes are counted exactly: one a voter a round, changeable until the reveal, whoever votes meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.votes import ALL_BAD, TIE, Ballot, Poll, Round, Tally
from lib.domain.people.people import LOCAL
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.comparison import votes as store_votes

NOW = datetime(2026, 1, 2, tzinfo=UTC)
MODELS = {"y": "model-b", "x": "model-a"}


def open_round(store: Store, comparison_id: str = "", models: dict[str, str] = MODELS) -> Round:
    """A fresh round; of a comparison of its own unless one is given."""
    if not comparison_id:
        comparison_id = new_id()
        store.of(LOCAL).comparisons.add(Comparison(comparison_id, "Tea", NOW))
    return store.of(LOCAL).votes.open(new_id(), comparison_id, models, NOW, is_blind=True)


def test_a_round_comes_back_with_its_shuffled_order_after_a_restart(
    store: Store, database: Path | str
) -> None:
    opened = open_round(store)
    store.of(LOCAL).votes.vote(opened.id, "me", "x", NOW)
    store.of(LOCAL).votes.thumb(opened.id, "me", "y", False)
    store.close()
    again = Store(database)
    found = again.of(LOCAL).votes.latest(opened.comparison_id)
    assert found == opened
    assert found.cell_ids == ["y", "x"]
    assert again.of(LOCAL).votes.ballot(opened.id, "me") == Ballot("x", {"y": False})
    again.close()


def test_a_vote_and_a_thumb_can_be_changed_and_count_once(store: Store) -> None:
    opened = open_round(store)
    for choice in ("x", TIE, "y"):
        assert store.of(LOCAL).votes.vote(opened.id, "me", choice, NOW)
    for is_up in (True, False, True):
        assert store.of(LOCAL).votes.thumb(opened.id, "me", "x", is_up)
    assert store.of(LOCAL).votes.vote(opened.id, "other", ALL_BAD, NOW)
    assert store.of(LOCAL).votes.thumb(opened.id, "other", "x", False)
    assert store.of(LOCAL).votes.thumb(opened.id, "third", "x", False)
    assert store.of(LOCAL).votes.thumb(opened.id, "third", "x", None)
    assert store.of(LOCAL).votes.tally(opened.id) == Tally({"y": 1, ALL_BAD: 1}, {"x": 1}, {"x": 1})
    assert store.of(LOCAL).votes.voters(opened.id) == 2


@pytest.mark.parametrize("choice", ["", "z", "model-a", "TIE", "x" * 1000])
def test_a_choice_that_the_round_does_not_have_is_not_taken(store: Store, choice: str) -> None:
    opened = open_round(store)
    assert not store.of(LOCAL).votes.vote(opened.id, "me", choice, NOW)
    assert not store.of(LOCAL).votes.thumb(opened.id, "me", choice, True)
    assert not store.of(LOCAL).votes.vote("gone", "me", TIE, NOW)
    assert store.of(LOCAL).votes.tally(opened.id) == Tally()


def test_after_the_reveal_nothing_changes_any_more(store: Store) -> None:
    opened = open_round(store)
    store.of(LOCAL).votes.vote(opened.id, "me", "x", NOW)
    store.of(LOCAL).votes.reveal(opened.id, NOW)
    store.of(LOCAL).votes.reveal(opened.id, datetime.now(UTC))
    assert not store.of(LOCAL).votes.vote(opened.id, "me", "y", NOW)
    assert not store.of(LOCAL).votes.vote(opened.id, "late", "y", NOW)
    assert not store.of(LOCAL).votes.thumb(opened.id, "me", "x", True)
    assert store.of(LOCAL).votes.tally(opened.id) == Tally({"x": 1})
    found = store.of(LOCAL).votes.latest(opened.comparison_id)
    assert found is not None
    assert found.revealed_at == NOW


def test_a_new_round_closes_the_one_before(store: Store) -> None:
    first = open_round(store)
    second = open_round(store, first.comparison_id, {"x": "model-a", "y": "model-b"})
    assert (first.number, second.number) == (1, 2)
    assert not store.of(LOCAL).votes.vote(first.id, "me", "x", NOW)
    assert store.of(LOCAL).votes.vote(second.id, "me", "x", NOW)
    latest = store.of(LOCAL).votes.latest(first.comparison_id)
    assert latest == second
    assert latest.cell_ids == ["x", "y"]


def test_polls_are_the_revealed_rounds_with_votes_of_the_comparisons_that_are_kept(store: Store) -> None:
    counted, running, empty, gone = (open_round(store) for _ in range(4))
    for one in (counted, running, gone):
        store.of(LOCAL).votes.vote(one.id, "me", "x", NOW)
    for one in (counted, empty, gone):
        store.of(LOCAL).votes.reveal(one.id, NOW)
    store.of(LOCAL).comparisons.delete(gone.comparison_id)
    assert store.of(LOCAL).votes.polls() == [Poll(MODELS, Tally({"x": 1}))]
    assert store.of(LOCAL).votes.latest(gone.comparison_id) is None


def test_many_voters_at_once_are_counted_exactly(store: Store) -> None:
    """Each of fifty changes between three choices; the reveal falls in the midst of it."""
    opened = open_round(store)

    def vote(voter: int) -> bool:
        return all(store.of(LOCAL).votes.vote(opened.id, f"voter-{voter}", c, NOW) for c in (TIE, "x", "y"))

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(vote, range(50)))
    assert store.of(LOCAL).votes.tally(opened.id).choices == {"y": 50}
    second = open_round(store, opened.comparison_id)

    def vote_late(voter: int) -> bool:
        if voter == 25:
            store.of(LOCAL).votes.reveal(second.id, NOW)
        return store.of(LOCAL).votes.vote(second.id, f"voter-{voter}", "x", NOW)

    with ThreadPoolExecutor(16) as pool:
        taken = sum(pool.map(vote_late, range(50)))
    assert store.of(LOCAL).votes.tally(second.id).votes == taken < 50


def test_a_round_takes_so_many_voters_and_no_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_votes, "MOST_VOTERS", 2)
    opened = open_round(store)
    assert store.of(LOCAL).votes.vote(opened.id, "first", "x", NOW)
    assert store.of(LOCAL).votes.thumb(opened.id, "second", "x", True)
    assert not store.of(LOCAL).votes.vote(opened.id, "third", "x", NOW)
    assert not store.of(LOCAL).votes.thumb(opened.id, "third", "x", True)
    assert store.of(LOCAL).votes.vote(opened.id, "second", "y", NOW)
    assert store.of(LOCAL).votes.tally(opened.id) == Tally({"x": 1, "y": 1}, {"x": 1})


def test_what_is_withdrawn_is_counted_no_more_while_the_round_is_open(store: Store) -> None:
    opened = open_round(store)
    for voter in ("stays", "leaves"):
        store.of(LOCAL).votes.vote(opened.id, voter, "x", NOW)
        store.of(LOCAL).votes.thumb(opened.id, voter, "y", True)
    store.of(LOCAL).votes.withdraw(opened.id, "leaves")
    assert store.of(LOCAL).votes.tally(opened.id) == Tally({"x": 1}, {"y": 1})
    store.of(LOCAL).votes.reveal(opened.id, NOW)
    store.of(LOCAL).votes.withdraw(opened.id, "stays")
    assert store.of(LOCAL).votes.tally(opened.id) == Tally({"x": 1}, {"y": 1})
