"""Votes: what a round takes, who won it, and what may be said of two models after many rounds."""

from datetime import UTC, datetime

import pytest

from lib.domain.comparison.votes import (
    ALL_BAD,
    FEWEST_VOTES,
    TIE,
    Pair,
    Poll,
    Round,
    Tally,
    in_order,
    pairs,
    shuffled,
    wilson,
)
from lib.domain.conversation.conversations import Conversation

NOW = datetime(2026, 1, 2, tzinfo=UTC)
MODELS = {"y": "model-b", "x": "model-a", "z": "model-c"}


def cells(*ids: str) -> list[Conversation]:
    return [Conversation(own, "", NOW, NOW, f"m {own}") for own in ids]


def test_a_round_names_its_cells_in_its_own_order_and_takes_its_own_choices() -> None:
    opened = Round("r", "c", 1, MODELS, NOW)
    assert opened.letters == {"y": "A", "x": "B", "z": "C"}
    assert opened.is_hidden
    assert [opened.takes(choice) for choice in ("x", TIE, ALL_BAD, "w", "", "model-a")] == [
        *[True] * 3,
        *[False] * 3,
    ]
    assert not Round("r", "c", 1, MODELS, NOW, is_blind=False).is_hidden
    assert not Round("r", "c", 1, MODELS, NOW, revealed_at=NOW).is_hidden


def test_cells_stand_in_the_rounds_order_and_later_ones_behind_them() -> None:
    opened = Round("r", "c", 1, MODELS, NOW)
    assert [cell.id for cell in in_order(cells("x", "new", "y", "z"), opened)] == ["y", "x", "z", "new"]
    assert [cell.id for cell in in_order(cells("x", "y"), None)] == ["x", "y"]


def test_an_audience_knows_cells_by_their_letters_and_nothing_else() -> None:
    opened = Round("r", "c", 1, MODELS, NOW)
    assert opened.keys == {"y": "A", "x": "B", "z": "C", TIE: TIE, ALL_BAD: ALL_BAD}
    assert [opened.choice(key) for key in ("B", TIE, ALL_BAD, "x", "D", "")] == [
        "x",
        TIE,
        ALL_BAD,
        "",
        "",
        "",
    ]


def test_only_a_blind_round_draws_lots() -> None:
    asked = cells("x", "y", "z")
    assert list(shuffled(asked, is_blind=False).items()) == [("x", "m x"), ("y", "m y"), ("z", "m z")]
    orders = {tuple(shuffled(asked, is_blind=True)) for _ in range(200)}
    assert len(orders) > 1
    assert all(sorted(order) == ["x", "y", "z"] for order in orders)
    assert [cell.id for cell in asked] == ["x", "y", "z"]


def test_the_winner_is_the_cell_that_was_chosen_most_often() -> None:
    assert Tally({"x": 2, "y": 1, TIE: 5}).winners == ["x"]
    assert Tally({"x": 2, "y": 2}).winners == ["x", "y"]
    assert Tally({TIE: 3, ALL_BAD: 1}).winners == []
    assert Tally({"x": 1, ALL_BAD: 2}).votes == 3


def test_a_choice_beats_every_other_model_of_its_round() -> None:
    polls = [
        Poll(MODELS, Tally({"x": 3, "y": 1, TIE: 2, ALL_BAD: 4})),
        Poll({"p": "model-a", "q": "model-b"}, Tally({"q": 2})),
    ]
    assert pairs(polls) == [
        Pair("model-a", "model-b", 3, 3, 2, 4),
        Pair("model-a", "model-c", 3, 0, 2, 4),
        Pair("model-b", "model-c", 1, 0, 2, 4),
    ]


def test_a_model_does_not_beat_itself_and_another_only_once_a_vote() -> None:
    sweep = {"x": "model-a", "y": "model-a", "z": "model-b"}
    assert pairs([Poll(sweep, Tally({"x": 1, "y": 1, "z": 1}))]) == [Pair("model-a", "model-b", 2, 1)]
    assert pairs([Poll({"x": "model-a", "y": "model-a"}, Tally({"x": 9}))]) == []


def test_models_that_nobody_voted_on_are_no_pair() -> None:
    assert pairs([Poll(MODELS, Tally())]) == []


@pytest.mark.parametrize(
    ("wins", "losses", "ahead"),
    [
        (FEWEST_VOTES - 1, 0, None),  # too few, though all agree
        (FEWEST_VOTES, 0, "a"),
        (0, FEWEST_VOTES, "b"),
        (9, 1, "a"),
        (8, 2, None),  # 49 % to 94 %
        (59, 41, None),  # 49 % to 68 %
        (60, 40, "a"),
    ],
)
def test_a_model_is_ahead_only_where_enough_votes_say_so(wins: int, losses: int, ahead: str | None) -> None:
    assert Pair("a", "b", wins, losses, ties=50, all_bad=50).ahead == ahead


@pytest.mark.parametrize(
    ("wins", "of", "low", "high"),
    [(8, 10, 0.490, 0.943), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596), (0, 0, 0, 1)],
)
def test_the_interval_is_wilsons(wins: int, of: int, low: float, high: float) -> None:
    """To three places, worked out by hand."""
    assert list(wilson(wins, of)) == pytest.approx([low, high], abs=6e-4)
