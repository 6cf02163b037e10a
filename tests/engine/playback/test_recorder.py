"""What a recording takes along besides tapes: the prices of what was asked, and votes that are closed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.domain.comparison.comparisons import Comparison, labels
from lib.domain.comparison.recordings import RecordingKind
from lib.domain.comparison.votes import TIE, Tally
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Price
from lib.domain.people.people import LOCAL
from lib.domain.reply.citations import Citation
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State, ToolUse
from lib.engine.playback.recorder import as_comparison, record
from lib.store import Store
from tests.store.conftest import answer, draft

NOW = datetime.now(UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "chat.sqlite3")
    yield opened
    opened.close()


def compared(store: Store) -> Comparison:
    """A comparison of two cells that have answered."""
    comparison = Comparison("c", "Why?", NOW)
    store.of(LOCAL).comparisons.add(comparison)
    for position in (0, 1):
        cell = draft()
        cell.comparison_id, cell.position = comparison.id, position
        answer(store, cell, "Be", "cause")
        comparison.cells.append(cell)
    found = store.of(LOCAL).comparisons.get("c")
    assert found
    return found


def tallies(store: Store, comparison: Comparison) -> dict[str, Tally]:
    return dict(
        record(store.of(LOCAL), [comparison], title="t", kind=RecordingKind.COMPARISON, prices={}).tallies
    )


def test_votes_are_in_it_once_they_are_closed(store: Store) -> None:
    comparison = compared(store)
    first = comparison.cells[0].id
    assert tallies(store, comparison) == {}
    models = {cell.id: "model-a" for cell in comparison.cells}
    store.of(LOCAL).votes.open("r", "c", models, NOW, is_blind=True)
    store.of(LOCAL).votes.vote("r", "ann", first, NOW)
    store.of(LOCAL).votes.vote("r", "ben", TIE, NOW)
    store.of(LOCAL).votes.thumb("r", "ann", first, True)
    assert tallies(store, comparison) == {}
    store.of(LOCAL).votes.reveal("r", NOW)
    assert tallies(store, comparison) == {"c": Tally({first: 1, TIE: 1}, {first: 1}, {})}
    store.of(LOCAL).votes.open("r2", "c", models, NOW, is_blind=False)
    store.of(LOCAL).votes.reveal("r2", NOW)
    assert tallies(store, comparison) == {}


def test_the_prices_of_the_models_that_were_asked_and_that_answered_are_in_it(store: Store) -> None:
    comparison = compared(store)
    first = comparison.cells[0]
    first.model = "another"
    answer = first.path()[-1]
    served = replace(answer.reply or Reply(), model_served="served")
    first.messages[answer.id] = replace(answer, reply=served)
    prices = {name: Price(1.0, 2.0) for name in ("model-a", "another", "served", "unused")}
    kept = record(store.of(LOCAL), [comparison], title="t", kind=RecordingKind.COMPARISON, prices=prices)
    assert set(kept.prices) == {"model-a", "another", "served"}


def test_a_reply_of_another_programs_export_keeps_its_model_and_all_that_it_holds(store: Store) -> None:
    """It has no tape of its own, and the model of its conversation is only what would be asked next."""
    picture = Attachment("a" * 64, AttachmentKind.IMAGE, "image-1.png", "image/png", 3, width=1, height=1)
    reply = Reply(
        State.COMPLETED,
        text="From China.",
        reasoning="Tea?",
        model_served="gpt-4o",
        images=(picture,),
        citations=(Citation("https://example.org/tea", "Tea"),),
        tool_calls=(ToolUse("c", "look", "{}"),),
        notices=("A file was left out.",),
        finish_reason="stop",
    )
    chat = Conversation("i" * 32, "Tea", NOW, NOW, "model-b")
    chat.add([Message("q", None, "user", "Where from?", NOW), Message("r", "q", "assistant", "", NOW, reply)])
    store.of(LOCAL).conversations.take([chat])
    shown = as_comparison(chat, "r")
    kept = record(store.of(LOCAL), [shown], title="t", kind=RecordingKind.REPLY, prices={})
    assert labels(kept.cells) == ["gpt-4o"]
    [tape] = kept.tapes.values()
    played = fold(tape)
    assert replace(played, timing=reply.timing, usage=reply.usage) == reply
    unnamed = replace(
        chat,
        messages={
            **chat.messages,
            "r": replace(chat.messages["r"], reply=Reply(State.COMPLETED, text="Yes.")),
        },
    )
    assert labels(as_comparison(unnamed, "r").cells) == ["Unknown model"]
