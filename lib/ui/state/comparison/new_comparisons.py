"""Comparisons without a question, and their cells."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from lib.domain.comparison.comparisons import FEWEST_CELLS, MOST_CELLS, SWEEP_TEMPERATURES, Comparison
from lib.domain.conversation.conversations import Conversation
from lib.engine.sending import new_id
from lib.ui.state import session


def new(models: Sequence[str] = (), like: Comparison | None = None) -> Comparison:
    """Return a comparison without a question: with these models, or with cells like those of `like`.

    It has no title: its first question will be that, unless somebody gives it one for the room before.
    """
    comparison = Comparison(new_id(), "", datetime.now(UTC))
    if like:
        for cell in like.cells:
            add(comparison, cell)
        return comparison
    for model in models:
        add(comparison).model = model
    return filled(comparison)


def filled(comparison: Comparison) -> Comparison:
    """Return the comparison, filled up to the least number of cells."""
    while len(comparison.cells) < FEWEST_CELLS:
        add(comparison).model = None
    return comparison


def add(comparison: Comparison, like: Conversation | None = None) -> Conversation:
    """Add a cell at the end."""
    position = max((cell.position for cell in comparison.cells), default=-1) + 1
    cell = replace(session.new_conversation(like), comparison_id=comparison.id, position=position)
    comparison.cells.append(cell)
    return cell


def take_models(comparison: Comparison, models: Sequence[str]) -> None:
    """Let the cells ask these models, in this order; a cell whose model stays keeps its settings."""
    before = list(comparison.cells)
    like = before[-1] if before else None
    comparison.cells.clear()
    for model in models[:MOST_CELLS]:
        kept = next((cell for cell in before if cell.model == model), None)
        if kept:
            before.remove(kept)
            comparison.cells.append(kept)
        else:
            add(comparison, like).model = model
    arrange(filled(comparison), comparison.cells)


def swept(comparison: Comparison, *, is_chosen: bool) -> list[Conversation]:
    """Return cells that ask the first one's model at three temperatures, and those of other chosen models."""
    first, *others = comparison.cells
    sweep = replace(comparison, cells=[])
    for temperature in SWEEP_TEMPERATURES:
        add(sweep, first).params = replace(first.params, temperature=temperature)
    return [*sweep.cells, *(cell for cell in others if is_chosen and cell.model != first.model)]


def arrange(comparison: Comparison, cells: Sequence[Conversation]) -> None:
    """Let these be the cells, in this order."""
    comparison.cells = list(cells)
    for position, cell in enumerate(comparison.cells):
        cell.position = position


def choose_models(comparison: Comparison, models: Sequence[str]) -> None:
    """Give each cell without a model one from the list, a different one for each while there are enough."""
    taken = {cell.model for cell in comparison.cells}
    for cell in comparison.cells:
        if cell.model is None and models:
            cell.model = next((model for model in models if model not in taken), models[0])
            taken.add(cell.model)
