"""Cells that were asked once, and what they answered."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.reply.reply import Reply, State, Timing
from lib.domain.reply.usage import Source, Usage
from lib.engine.sending import new_id

WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SAID = "said " * 50


def reply(
    ttft_ms: float, total_ms: float, tokens: int, *, state: State = State.COMPLETED, is_guessed: bool = False
) -> Reply:
    source = Source.ESTIMATED if is_guessed else Source.REPORTED
    return Reply(
        state,
        text=SAID,
        usage=Usage(5, tokens, 5 + tokens, source=source),
        timing=Timing(ttft_ms=ttft_ms, last_token_ms=total_ms, total_ms=total_ms),
    )


def cell(model: str, replies: Sequence[Reply] = (), **params: Any) -> Conversation:
    """A cell that was asked once and answered with these versions."""
    made = Conversation(
        new_id(), "Tea", WHEN, WHEN, model, params=Params(**params), comparison_id="c", position=3
    )
    question = Message(new_id(), None, "user", "Tea?", WHEN)
    made.add([question] if replies else [])
    made.add(Message(new_id(), question.id, "assistant", one.text, WHEN, one) for one in replies)
    return made
