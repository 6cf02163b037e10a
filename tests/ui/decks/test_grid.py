"""What the grid of a deck's run is told to show."""

import json
from datetime import UTC, datetime
from typing import Any

from lib.domain.comparison import deck_runs, decks
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import Column, DeckRun
from lib.domain.comparison.decks import Prompt
from lib.domain.comparison.statistics import of_replies
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Price
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.fold import Fold
from lib.domain.reply.reply import Reply, State, Timing
from lib.domain.reply.tape import Content
from lib.domain.reply.usage import Source, Usage
from lib.ui.decks import grid as deck_grid

NOW = datetime(2026, 1, 2, tzinfo=UTC)
RUN = DeckRun("r", decks.new("d", [Prompt("p", "Why?\n" * 400, notes="Wait")]), NOW, (Column("model-a"),))
PRICES = {"model-a": Price(prompt=1.0, completion=2.0)}
TIMING = Timing(420.0, None, 1420.0, 1500.0)


def shown(*replies: Reply) -> dict[str, Any]:
    """The grid of one field with these tries."""
    cell = Conversation("c", "", NOW, NOW, "model-a", comparison_id="row")
    cell.add([Message("q", None, "user", RUN.deck.prompts[0].text, NOW)])
    for at, reply in enumerate(replies):
        cell.add([Message(f"a{at}", "q", "assistant", reply.text, NOW, reply)])
    row = Comparison("row", "Why?", NOW, [cell] if replies else [], "r", 0)
    fields = deck_runs.grid_cells(RUN, row)
    figures = [of_replies([field.reply for field in fields], PRICES, "model-a")]
    table = deck_grid.table(RUN, [(row, fields)], figures, PRICES)
    assert json.loads(json.dumps(table)) == table
    return table


def field(*replies: Reply) -> dict[str, Any]:
    found: dict[str, Any] = shown(*replies)["rows"][0]["fields"][0]
    return found


def test_an_answer_shows_its_first_words_and_its_figures() -> None:
    usage = Usage(1000, 85, 1085, source=Source.REPORTED)
    reply = Reply(State.COMPLETED, "# The\n\n**moon**\n\n" * 100, usage=usage, timing=TIMING)
    one = field(reply)
    assert one["figures"] == "first token 0.42 s · 85 tokens/s · 85 tokens · $0.0012"
    assert one["text"].startswith("The moon The moon")
    assert len(one["text"]) <= deck_grid.EXCERPT_CHARACTERS
    assert "retry" not in one
    assert shown(reply)["medians"] == [
        {"First token": "0.42 s", "Tokens/s": "85", "Tokens": "85", "Cost": "$0.0012", "Answers": "1 of 1"}
    ]


def test_an_estimate_says_so_and_a_running_answer_counts_what_has_come() -> None:
    usage = Usage(10, 85, 95, source=Source.ESTIMATED)
    assert field(Reply(State.COMPLETED, "A word. " * 20, usage=usage, timing=TIMING))["figures"].startswith(
        "first token 0.42 s · ≈ 85 tokens/s · ≈ 85 tokens"
    )
    one = field(Fold([Content(420.0, "Four letters here")]).so_far())
    assert (one["state"], one["figures"]) == ("running", "first token 0.42 s · ≈ 5 tokens")


def test_a_field_without_a_whole_answer_says_why_and_can_be_asked_again() -> None:
    assert field() == {"state": "waiting", "text": "", "figures": ""}
    error = ChatError(Category.BAD_REQUEST, "No.", retryable=False)
    one = field(Reply(State.FAILED), Reply(State.FAILED, error=error))
    assert (one["state"], one["text"], one["retry"]) == ("failed", f"No. {error.hint}", "row/0/2")
    assert field(Reply(State.STOPPED, "Half"))["text"] == "Half"


def test_a_prompt_is_shortened_and_its_notes_stand_beside_it() -> None:
    [row] = shown()["rows"]
    assert len(row["prompt"]) == deck_grid.PROMPT_CHARACTERS
    assert row["notes"] == "Wait"
