"""The grid of a deck's run: prompts down, models across, drawn by a few lines of JavaScript.

Two hundred cells of native elements would be a thousand messages a second; this is one. Model text is put
into the page as text, never as HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lib.domain.comparison import figures_table
from lib.domain.comparison.colours import colour
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import DeckRun, GridCell, labels
from lib.domain.comparison.statistics import TITLES, Figures
from lib.domain.models.prices import Prices, cost_of
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.wording import first_token, money, rate, tokens
from lib.domain.text.markdown.unmarked import beginning
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext
from lib.ui.server.components import component

EXCERPT_CHARACTERS = 160
PROMPT_CHARACTERS = 400
NOTES_CHARACTERS = 2000
IN_MEDIANS = ("ttft_ms", "tokens_per_second", "completion_tokens", "cost")
"""The measures in the row of medians."""
STATES = {None: "waiting", State.RUNNING: "running", State.COMPLETED: "done"}
"""The name of a grid cell's state; any other state has its own name."""
WORDS = {
    "prompt": mark("Prompt"),
    "median": mark("Median"),
    "notes": mark("Notes"),
    "retry": mark("Ask again"),
    "waiting": mark("Waiting"),
    "running": mark("Running"),
    "failed": mark("Failed"),
    "stopped": mark("Stopped"),
    "interrupted": mark("Interrupted"),
}
"""The words that the grid's script puts into the page."""

_HERE = Path(__file__)
_grid = component(
    "deck_grid",
    _HERE.with_suffix(".js"),
    html='<div class="scroll" tabindex="-1"></div>',
    css=_HERE.with_suffix(".css").read_text("utf-8"),
)


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click in the grid."""

    opened: str | None
    """The id of the row whose grid cell should be opened."""
    retried: str | None
    """The grid cell to retry."""


def show(data: dict[str, Any], key: str) -> Clicked:
    """Draw the result of `table`; return what was clicked since the last run."""
    drawn = _grid(data=data, key=key, on_opened_change=_nothing, on_retried_change=_nothing)
    return Clicked(drawn.opened, drawn.retried)


def _nothing() -> None:
    """Do nothing: Streamlit reports a click only if there is a callback; `show` returns the click."""


def table(
    run: DeckRun,
    rows: Sequence[tuple[Comparison, Sequence[GridCell]]],
    medians: Sequence[Figures],
    prices: Prices,
) -> dict[str, Any]:
    """Return everything that the grid shows, as plain JSON values."""
    return {
        "columns": [
            {"label": label, "colour": colour(place), "field": _("Open the answers of {}").format(label)}
            for place, label in enumerate(labels(run))
        ],
        "words": {name: _(word) for name, word in WORDS.items()},
        "rows": [
            {
                "id": row.id,
                "prompt": _short(run.deck.prompts[row.position].text, PROMPT_CHARACTERS) or row.title,
                "files": _files(len(run.deck.prompts[row.position].attachments)),
                "notes": run.deck.prompts[row.position].notes[:NOTES_CHARACTERS],
                "fields": [_grid_cell(run, row, each, prices) for each in grid_cells],
            }
            for row, grid_cells in rows
        ],
        "medians": [_median(each, len(rows)) for each in medians],
    }


def _grid_cell(run: DeckRun, row: Comparison, grid_cell: GridCell, prices: Prices) -> dict[str, Any]:
    reply = grid_cell.reply
    shown = {"state": STATES.get(grid_cell.state, str(grid_cell.state)), "text": "", "figures": ""}
    if grid_cell.state is None:
        return shown
    said = reply.text or (str(reply.error) if reply.error else reply.refusal or reply.reasoning)
    shown |= {"text": beginning(said, EXCERPT_CHARACTERS), "figures": _figures(reply)}
    if (cost := cost_of(reply, prices, run.columns[grid_cell.column].model)) is not None:
        shown["figures"] += f" · {money(cost)}"
    if grid_cell.is_missing:
        shown["retry"] = f"{row.id}/{grid_cell.column}/{grid_cell.tries}"
    return shown


def _figures(reply: Reply) -> str:
    """Return time to first token, tokens/s and tokens, as far as they are known."""
    parts = (first_token(reply), rate(reply.tokens_per_second, reply.usage.source), tokens(reply.usage))
    return " · ".join(filter(None, parts))


def _files(count: int) -> str:
    return ngettext("{} file", "{} files", count).format(count) if count else ""


def _median(one: Figures, rows: int) -> dict[str, str]:
    known = {
        _(TITLES[measure]): figures_table.spread(
            measure, replace(found, low=found.median, high=found.median), source=one.source
        )
        for measure in IN_MEDIANS
        if (found := one.measured(measure))
    }
    return {**known, _("Answers"): _("{} of {}").format(one.replies, rows)}


def _short(text: str, characters: int) -> str:
    words = " ".join(text[: 4 * characters].split())
    return words if len(words) <= characters else f"{words[: characters - 1]}…"
