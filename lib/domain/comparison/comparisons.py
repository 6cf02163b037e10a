"""A comparison: one prompt and several cells. A cell is a conversation and can do whatever a chat can."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lib.domain.conversation import parameters
from lib.domain.conversation.conversations import Conversation, with_ids
from lib.domain.conversation.messages import Message
from lib.i18n.translation import gettext as _

FEWEST_CELLS, MOST_CELLS = 2, 8
MOST_REPEATS = 10
SYNTHESIS = (
    "Below are a question and several answers to it. Write the one best answer: take what is right in each, "
    "leave out what is wrong or said twice, and say where the answers contradict each other."
)
"""The first lines of a synthesis prompt."""
SWEEP_TEMPERATURES = (0.0, 0.7, 1.0)
"""Deterministic, usual, and free: the temperatures at which a sweep asks the same model."""


@dataclass(slots=True)
class Comparison:
    """Cells in the order of the page."""

    id: str
    title: str
    created_at: datetime
    cells: list[Conversation] = field(default_factory=list)
    deck_run_id: str | None = None
    """The deck run that it is a row of; `None` for a comparison of its own."""
    position: int = 0
    """Its position in that run."""

    @property
    def question(self) -> Message | None:
        """The question that all cells were asked first; `None` before it.

        It is the first cell's oldest one: if that got no answer, a later question took its place.
        """
        return next(iter(self.cells[0].messages.values()), None) if self.cells else None

    @property
    def prompt(self) -> str | None:
        """The text of that question."""
        return self.question.content if self.question else None

    @property
    def compared(self) -> list[Conversation]:
        """The cells that were asked the same question; a synthesis of them was asked another one."""
        return [cell for cell in self.cells if not is_synthesis(cell)] or self.cells

    @property
    def updated_at(self) -> dict[str, datetime]:
        """When each cell last changed, by cell id."""
        return {cell.id: cell.updated_at for cell in self.cells}


def synthesis(comparison: Comparison) -> str:
    """The prompt for a model that merges the last answers, which have numbers, no names."""
    answers = [cell.path()[-1].content for cell in comparison.compared if cell.path()]
    asked = [m.content for m in comparison.compared[0].path() if m.role == "user"]
    numbered = [f"## Answer {number}\n\n{text}" for number, text in enumerate(filter(None, answers), start=1)]
    return "\n\n".join([SYNTHESIS, "## Question", *asked, *numbered])


def is_synthesis(cell: Conversation) -> bool:
    """Whether a cell merges the other cells' answers."""
    path = cell.path()
    return bool(path) and path[0].content.startswith(SYNTHESIS)


def missing(cell: Conversation, wanted: int) -> int:
    """How many answers a cell's last question lacks."""
    return max(0, wanted - len(attempts(cell)))


def attempts(cell: Conversation) -> list[Message]:
    """The answers to a cell's last question: its versions, oldest first."""
    path = cell.path()
    return cell.versions(path[-1].id) if path and path[-1].role == "assistant" else []


def copied_as_chat(cell: Conversation, *, new_id: Callable[[], str], now: datetime) -> Conversation:
    """A chat that continues from a cell's current state; the comparison keeps the cell."""
    chat = with_ids(cell, lambda _id: new_id())
    return replace(chat, created_at=now, updated_at=now, comparison_id=None, position=0)


def labels(cells: Sequence[Conversation]) -> list[str]:
    """A name for each cell: its model, and what distinguishes it from other cells of the same model."""
    models = Counter(asked_model(cell) for cell in cells)
    named = [
        " · ".join(
            [_name(cell), *(parameters.in_words(cell.params) if models[asked_model(cell)] > 1 else ())]
        )
        for cell in cells
    ]
    seen: Counter[str] = Counter()
    apart = []
    for name in named:
        seen[name] += 1
        apart.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return apart


def asked_model(cell: Conversation) -> str | None:
    """The model that the shown answer was requested from; before the first answer, the chosen one."""
    leaf = cell.messages.get(cell.leaf_id or "")
    reply = leaf.reply if leaf else None
    return (reply and (reply.model_requested or reply.model_served)) or cell.model


def _name(cell: Conversation) -> str:
    model = asked_model(cell) or (_("Unknown model") if cell.leaf_id else _("No model"))
    return _("Synthesis by {model}").format(model=model) if is_synthesis(cell) else model
