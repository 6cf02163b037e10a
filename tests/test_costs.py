"""What a reply cost is the same on every page and in every report."""

import csv
import io
from datetime import UTC, datetime

import pytest

from lib.domain.comparison import decks
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import Column, DeckRun, GridCell
from lib.domain.comparison.recordings import Recording, RecordingKind
from lib.domain.comparison.statistics import of_cells
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Price, cost_of
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source, Usage
from lib.domain.reply.wording import money
from lib.report import table
from lib.report.measures import totals
from lib.ui.decks import grid
from lib.ui.kit import figures

NOW = datetime(2026, 1, 2, tzinfo=UTC)
USAGE = Usage(1_000_000, 1_000_000, 2_000_000, source=Source.REPORTED)
PRICES = {
    "asked": Price(1.0, 2.0, source="a list"),
    "served": Price(4.0, 6.0, source="a list"),
    "chosen": Price(7.0, 9.0, source="a list"),
}


@pytest.mark.parametrize(
    ("requested", "served", "cost"),
    [
        ("asked", "served", 3.0),
        ("alias", "served", 10.0),
        (None, "served", 10.0),
        (None, None, 16.0),
        ("alias", "elsewhere", None),
    ],
)
def test_pages_and_reports_agree_on_what_a_reply_cost(
    requested: str | None, served: str | None, cost: float | None
) -> None:
    reply = Reply(State.COMPLETED, "So.", usage=USAGE, model_requested=requested, model_served=served)
    cell = Conversation("c", "", NOW, NOW, "chosen", comparison_id="row")
    cell.add([Message("q", None, "user", "Why?", NOW), Message("a", "q", "assistant", "So.", NOW, reply)])
    row = Comparison("row", "Why?", NOW, [cell])

    assert cost_of(reply, PRICES, cell.model) == cost
    of_page = figures.cost(reply, PRICES, cell.model)
    assert of_page == ("cost unknown" if cost is None else money(cost))
    assert measured(cell) == cost
    assert of_grid(row, cell) == ("" if cost is None else money(cost))
    recording = Recording("r", "", RecordingKind.COMPARISON, NOW, [row], {}, PRICES)
    [written] = csv.DictReader(io.StringIO(table.to_csv(recording).lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")))
    assert written["cost_usd"] == ("" if cost is None else str(cost))
    assert totals(recording).cost == cost
    if requested or served:  # a reply of this app always names a model
        assert cost_of(ledger_row(reply), PRICES) == cost


def measured(cell: Conversation) -> float | None:
    spread = of_cells([cell], PRICES)[0].cost
    return spread.median if spread else None


def of_grid(row: Comparison, cell: Conversation) -> str:
    run = DeckRun("run", decks.new("d", [decks.Prompt("p", "Why?")]), NOW, (Column("chosen"),))
    field = GridCell(0, 0, cell, cell.path()[-1], 1)
    drawn = grid.table(run, [(row, [field])], [], PRICES)["rows"][0]["fields"][0]["figures"]
    return next((part for part in drawn.split(" · ") if part.startswith("$")), "")


def ledger_row(reply: Reply) -> LedgerRow:
    return LedgerRow.of(reply, reply_id="a", session_id="s", conversation_id="c", created_at=NOW)
