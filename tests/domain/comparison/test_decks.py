"""Decks as values: what is changed in them, and nothing else; what is stored comes back."""

from dataclasses import replace
from itertools import count

import pytest

from lib.domain.comparison import decks
from lib.domain.comparison.decks import MOST_PROMPTS, Deck, Prompt
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.conversation.conversations import LONGEST_TITLE, clean_title

IMAGE = Attachment("a" * 64, AttachmentKind.IMAGE, "a.png", "image/png", 10, 4, 3)


def deck(*texts: str) -> Deck:
    """A deck whose prompts have their texts as ids."""
    return decks.new("d", [Prompt(text, text) for text in texts], title="Tea")


def order(changed: Deck) -> str:
    return "".join(prompt.text for prompt in changed.prompts)


@pytest.mark.parametrize(
    ("own", "to", "after"),
    [("a", 1, "bac"), ("a", 2, "bca"), ("c", 0, "cab"), ("b", 1, "abc"), ("a", -1, "abc"), ("c", 9, "abc")],
)
def test_a_prompt_moves_to_the_place_that_was_told_however_often(own: str, to: int, after: str) -> None:
    moved = decks.moved(deck("a", "b", "c"), own, to)
    assert order(moved) == after
    assert order(decks.moved(moved, own, to)) == after


def test_what_is_not_there_changes_nothing() -> None:
    whole = deck("a", "b")
    assert decks.moved(whole, "x", 0) == whole
    assert decks.without(whole, "x") == whole
    assert decks.changed(whole, "x", lambda _: Prompt("y")) == whole


def test_a_prompt_is_added_once_and_never_beyond_the_bound() -> None:
    whole = decks.added(decks.added(deck("a"), Prompt("b", "b")), Prompt("b", "b"))
    assert order(whole) == "ab"
    assert order(decks.added(whole, Prompt("c", "c"), 1)) == "acb"
    full = decks.new("d", [Prompt(str(number)) for number in range(MOST_PROMPTS)])
    assert decks.added(full, Prompt("more")) == full


def test_a_copy_has_ids_of_its_own_and_says_so_in_its_title() -> None:
    ids = map(str, count())
    copy = decks.duplicated(
        decks.new("d", [Prompt("p", "a", (IMAGE,))], title="T" * 200), new_id=lambda: next(ids)
    )
    assert len(copy.title) == LONGEST_TITLE
    assert copy.title.endswith("T (copy)")
    assert {copy.id, copy.prompts[0].id}.isdisjoint({"d", "p"})
    assert copy.prompts[0].attachments == (IMAGE,)


def test_a_title_is_one_line_and_never_empty() -> None:
    assert clean_title("  Tea\n and  cake ") == "Tea and cake"
    assert clean_title(" \n") == ""
    assert decks.shown_title("") == "New prompt set"


def test_the_deck_speaks_for_prompts_that_have_no_system_prompt_of_their_own() -> None:
    own, other = Prompt("a", system_prompt="Be brief."), Prompt("b")
    whole = replace(decks.new("d", [own, other]), system_prompt="Be kind.")
    assert [whole.system_prompt_of(prompt) for prompt in whole.prompts] == ["Be brief.", "Be kind."]


def test_what_is_stored_comes_back() -> None:
    prompts = (Prompt("p", "Hello", (IMAGE,), "Be brief.", "Wait for it"), Prompt("q"))
    stored = decks.to_json(decks.new("d", prompts))
    assert decks.prompts_from_json(stored) == prompts


@pytest.mark.parametrize(
    ("prompt", "is_blank"),
    [(Prompt("a", " \n"), True), (Prompt("a", "b"), False), (Prompt("a", "", (IMAGE,)), False)],
)
def test_a_prompt_without_text_and_files_is_blank(prompt: Prompt, is_blank: bool) -> None:
    assert prompt.is_blank is is_blank
