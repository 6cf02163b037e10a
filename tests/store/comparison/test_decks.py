"""Decks and their runs in the store: whole, in their order, and gone when they are deleted."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lib.domain.comparison import deck_runs, decks
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import DeckRun
from lib.domain.comparison.decks import Deck, Prompt
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.people.people import LOCAL
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.people.retention import RESTORABLE
from tests.store.conftest import answer, draft

IMAGE = Attachment("a" * 64, AttachmentKind.IMAGE, "a.png", "image/png", 10, 4, 3)
NOTE = Attachment("b" * 64, AttachmentKind.DOCUMENT, "b.md", "text/plain", 5, text="# Tea")


def deck(*texts: str, title: str = "Tea") -> Deck:
    prompts = [Prompt(new_id(), text, (IMAGE, NOTE), "Be brief.", "Wait") for text in texts]
    return replace(decks.new(new_id(), prompts, title=title), system_prompt="Be kind.")


def begun(store: Store, whole: Deck) -> tuple[DeckRun, list[Comparison]]:
    """A stored run of the deck over two columns, which nobody has asked yet."""
    run, rows = deck_runs.of(new_id(), whole, [draft(), draft()], now=whole.created_at, new_id=new_id)
    assert store.of(LOCAL).deck_runs.add(run, rows)
    return run, rows


def answered(store: Store, row: Comparison, column: int) -> None:
    """Store an answer in a cell of the row."""
    cell = draft()
    cell.comparison_id, cell.position = row.id, column
    answer(store, cell, "Said")


def test_a_deck_comes_back_whole(store: Store) -> None:
    whole = deck("Why?", "How?")
    store.of(LOCAL).decks.add(whole)
    store.of(LOCAL).decks.add(replace(whole, title="Another one of this id"))
    assert store.of(LOCAL).decks.get(whole.id) == whole
    assert store.of(LOCAL).decks.get("gone") is None


def test_the_list_has_the_last_changed_first(store: Store) -> None:
    first, second = deck(title="First"), deck(title="Second")
    for each in (first, second):
        store.of(LOCAL).decks.add(each)
    assert store.of(LOCAL).decks.change(first.id, lambda known: replace(known, title="Changed"))
    assert [each.title for each in store.of(LOCAL).decks.latest(10)] == ["Changed", "Second"]
    assert len(store.of(LOCAL).decks.latest(1)) == 1


def test_a_change_is_made_to_what_is_stored_and_not_to_what_somebody_saw_before(store: Store) -> None:
    whole = deck("Why?")
    store.of(LOCAL).decks.add(whole)
    store.of(LOCAL).decks.change(whole.id, lambda known: replace(known, title="One"))
    changed = store.of(LOCAL).decks.change(whole.id, lambda known: replace(known, system_prompt="Two"))
    assert changed == store.of(LOCAL).decks.get(whole.id)
    assert changed and (changed.title, changed.system_prompt) == ("One", "Two")
    assert changed.updated_at > whole.updated_at
    assert store.of(LOCAL).decks.change("gone", lambda known: known) is None


def test_a_run_keeps_the_deck_as_it_was(store: Store) -> None:
    whole = deck("Why?", "How?")
    store.of(LOCAL).decks.add(whole)
    run, rows = begun(store, whole)
    store.of(LOCAL).decks.delete(whole.id)
    found = store.of(LOCAL).deck_runs.get(run.id)
    assert found is not None
    assert (found.deck.prompts, found.deck.system_prompt, found.deck.title) == (
        *(whole.prompts, whole.system_prompt, "Tea"),
    )
    assert found.columns == run.columns
    assert store.of(LOCAL).deck_runs.get("gone") is None
    assert not store.of(LOCAL).deck_runs.add(run, rows)


def test_the_rows_of_a_run_come_in_their_order_with_what_was_answered(store: Store) -> None:
    run, rows = begun(store, deck("Why?", "How?", "Who?"))
    other, _ = begun(store, deck("Other"))
    answered(store, rows[1], 1)
    answered(store, rows[1], 0)
    found = store.of(LOCAL).comparisons.of_run(run.id)
    assert [row.id for row in found] == [row.id for row in rows]
    assert [len(row.cells) for row in found] == [0, 2, 0]
    assert found[1] == store.of(LOCAL).comparisons.get(rows[1].id)
    assert [cell.path()[-1].content for cell in found[1].cells] == ["Said", "Said"]
    stamps = store.of(LOCAL).comparisons.updated_in_run(run.id)
    assert list(stamps) == [row.id for row in rows]
    assert [stamps[row.id] for row in found] == [row.updated_at for row in found]
    assert [row.id for row in store.of(LOCAL).comparisons.of_run(run.id, [rows[2].id])] == [rows[2].id]
    assert len(store.of(LOCAL).comparisons.of_run(other.id)) == 1
    assert store.of(LOCAL).comparisons.latest(10) == []


def test_runs_are_listed_newest_first_for_all_decks_or_one(store: Store) -> None:
    first, second = deck("Why?", title="First"), deck("Why?", title="Second")
    runs = [begun(store, each)[0] for each in (first, second)]
    assert [each.id for each in store.of(LOCAL).deck_runs.latest(10)] == [runs[1].id, runs[0].id]
    assert [each.title for each in store.of(LOCAL).deck_runs.latest(10, first.id)] == ["First"]


def test_a_deleted_run_is_gone_with_its_answers_and_no_other_is(store: Store) -> None:
    (gone, rows), (kept, others) = begun(store, deck("Why?")), begun(store, deck("Why?"))
    for row in (rows[0], others[0]):
        answered(store, row, 0)
    [cell] = store.of(LOCAL).comparisons.of_run(gone.id)[0].cells
    store.of(LOCAL).deck_runs.delete(gone.id)
    assert store.of(LOCAL).deck_runs.get(gone.id) is None
    store.of(LOCAL).deck_runs.restore(gone.id)
    assert store.of(LOCAL).deck_runs.get(gone.id) == gone
    store.of(LOCAL).deck_runs.delete(gone.id)
    store.retention.purge_deleted(datetime.now(UTC) + RESTORABLE)
    store.of(LOCAL).deck_runs.restore(gone.id)
    assert store.of(LOCAL).deck_runs.get(gone.id) is None
    assert store.of(LOCAL).comparisons.of_run(gone.id) == []
    assert store.of(LOCAL).conversations.get(cell.id) is None
    assert len(store.of(LOCAL).comparisons.of_run(kept.id)[0].cells) == 1


@pytest.mark.parametrize("is_run", [False, True])
def test_images_of_decks_and_of_runs_are_in_use_and_documents_are_no_files(
    store: Store, is_run: bool
) -> None:
    assert store.deck_images.ids() == set()
    if is_run:
        begun(store, deck("Why?"))
    else:
        store.of(LOCAL).decks.add(deck("Why?"))
    assert store.deck_images.ids() == {IMAGE.id}
