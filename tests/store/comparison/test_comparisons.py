"""Comparisons come back from the store with their cells, which are no chats."""

from datetime import UTC, datetime

from lib.domain.comparison.comparisons import Comparison
from lib.domain.people.people import LOCAL
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.people.retention import RESTORABLE
from tests.store.conftest import answer, draft


def stored(store: Store, *models: str, title: str = "Tea") -> Comparison:
    """A comparison whose cells have all answered."""
    comparison = Comparison(new_id(), title, datetime.now(UTC))
    store.of(LOCAL).comparisons.add(comparison)
    for position, model in enumerate(models):
        cell = draft(title)
        cell.model, cell.comparison_id, cell.position = model, comparison.id, position
        answer(store, cell, "Said by ", model)
        comparison.cells.append(cell)
    return comparison


def test_a_comparison_comes_back_with_its_cells_in_their_order(store: Store) -> None:
    comparison = stored(store, "model-b", "model-a")
    found = store.of(LOCAL).comparisons.get(comparison.id)
    assert found is not None
    assert (found.id, found.title, found.created_at) == (comparison.id, "Tea", comparison.created_at)
    assert [cell.model for cell in found.cells] == ["model-b", "model-a"]
    assert [cell.path()[-1].content for cell in found.cells] == ["Said by model-b", "Said by model-a"]
    assert store.of(LOCAL).comparisons.updated_at(comparison.id) == found.updated_at


def test_adding_a_comparison_twice_adds_it_once(store: Store) -> None:
    comparison = stored(store, "model-a")
    store.of(LOCAL).comparisons.add(comparison)
    assert len(store.of(LOCAL).comparisons.latest(10)) == 1


def test_the_list_has_the_newest_first_and_none_without_a_cell(store: Store) -> None:
    first, second = stored(store, "model-a", "model-b"), stored(store, "model-a", title="Coffee")
    store.of(LOCAL).comparisons.add(Comparison(new_id(), "Never asked", datetime.now(UTC)))
    assert [(one.id, one.title, one.cells) for one in store.of(LOCAL).comparisons.latest(10)] == [
        (second.id, "Coffee", 1),
        (first.id, "Tea", 2),
    ]
    assert [one.id for one in store.of(LOCAL).comparisons.latest(1)] == [second.id]


def test_cells_are_not_among_the_chats(store: Store) -> None:
    comparison = stored(store, "model-a")
    assert store.of(LOCAL).conversations.latest(10) == []
    assert list(store.of(LOCAL).conversations.all()) == []
    assert store.of(LOCAL).search.find("Said") == []
    store.of(LOCAL).conversations.delete(comparison.cells[0].id)
    assert store.of(LOCAL).conversations.bin() == []


def test_a_deleted_comparison_is_gone_with_its_cells_and_no_other_is(store: Store) -> None:
    gone, kept = stored(store, "model-a"), stored(store, "model-a")
    store.of(LOCAL).comparisons.delete(gone.id)
    assert store.of(LOCAL).comparisons.get(gone.id) is None
    assert [each.id for each in store.of(LOCAL).comparisons.latest(5)] == [kept.id]
    store.retention.purge_deleted(datetime.now(UTC) + RESTORABLE)
    assert store.of(LOCAL).conversations.get(gone.cells[0].id) is None
    assert store.of(LOCAL).comparisons.get(kept.id) is not None
    store.of(LOCAL).comparisons.restore(gone.id)
    assert store.of(LOCAL).comparisons.get(gone.id) is None


def test_a_deleted_comparison_can_be_restored_with_its_cells_by_its_owner(store: Store) -> None:
    comparison = stored(store, "model-a", "model-b")
    store.of(LOCAL).comparisons.delete(comparison.id)
    store.of("somebody else").comparisons.restore(comparison.id)
    assert store.of(LOCAL).comparisons.get(comparison.id) is None
    store.retention.purge_deleted(datetime.now(UTC))
    store.of(LOCAL).comparisons.restore(comparison.id)
    found = store.of(LOCAL).comparisons.get(comparison.id)
    assert found
    assert [cell.id for cell in found.cells] == [cell.id for cell in comparison.cells]


def test_only_its_owner_renames_a_comparison(store: Store) -> None:
    comparison = stored(store, "model-a")
    store.of("somebody else").comparisons.rename(comparison.id, "Theirs")
    store.of(LOCAL).comparisons.rename(comparison.id, "Mine")
    assert [each.title for each in store.of(LOCAL).comparisons.latest(5)] == ["Mine"]


def test_an_unknown_comparison_is_none(store: Store) -> None:
    assert store.of(LOCAL).comparisons.get("gone") is None
    assert store.of(LOCAL).comparisons.updated_at("gone") == {}
