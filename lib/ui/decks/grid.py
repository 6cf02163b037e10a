"""The grid of a deck's run: prompts down, models across, drawn by a few lines of JavaScript.

Two hundred cells of native elements would be a thousand messages a second; this is one. Model text is put
into the page as text, never as HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import DeckRun, GridCell, labels
from lib.domain.comparison.statistics import Figures
from lib.domain.models.prices import Prices, cost_of
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.wording import about, money, seconds

EXCERPT_CHARACTERS = 160
PROMPT_CHARACTERS = 400
NOTES_CHARACTERS = 2000
STATES = {None: "waiting", State.RUNNING: "running", State.COMPLETED: "done"}
"""The label of a grid cell's state; any other state is shown by its own name."""

_HERE = Path(__file__)
_grid = st.components.v2.component(
    "deck_grid",
    html='<div class="scroll" tabindex="-1"></div>',
    css=_HERE.with_suffix(".css").read_text("utf-8"),
    js=_HERE.with_suffix(".js").read_text("utf-8"),
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
        "columns": labels(run),
        "rows": [
            {
                "id": row.id,
                "prompt": _short(run.deck.prompts[row.position].text, PROMPT_CHARACTERS) or row.title,
                "files": len(run.deck.prompts[row.position].attachments),
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
    shown |= {"text": _short(said, EXCERPT_CHARACTERS), "figures": _figures(reply)}
    if (cost := cost_of(reply, prices, run.columns[grid_cell.column].model)) is not None:
        shown["figures"] += f" · {money(cost)}"
    if grid_cell.is_missing:
        shown["retry"] = f"{row.id}/{grid_cell.column}/{grid_cell.tries}"
    return shown


def _figures(reply: Reply) -> str:
    """Return time to first token, tokens/s and tokens, as far as they are known."""
    sign = about(reply.usage.source)
    first, rate, tokens = reply.timing.first_token_ms, reply.tokens_per_second, reply.usage.completion_tokens
    parts = [
        seconds(first) if first is not None else "",
        f"{sign}{rate:,.0f} tok/s" if rate is not None else "",
        f"{sign}{tokens:,} tok" if tokens else "",
    ]
    return " · ".join(part for part in parts if part)


def _median(one: Figures, rows: int) -> dict[str, str]:
    sign = about(one.source)
    known = {
        "First token": seconds(one.ttft_ms.median) if one.ttft_ms else "",
        "Tokens/s": f"{sign}{one.tokens_per_second.median:,.0f}" if one.tokens_per_second else "",
        "Tokens": f"{sign}{one.completion_tokens.median:,.0f}" if one.completion_tokens else "",
        "Cost": money(one.cost.median) if one.cost else "",
        "Answers": f"{one.replies} of {rows}",
    }
    return {name: figure for name, figure in known.items() if figure}


def _short(text: str, characters: int) -> str:
    words = " ".join(text[: 4 * characters].split())
    return words if len(words) <= characters else f"{words[: characters - 1]}…"
