"""Titles written by the model: off by default, since each is a paid call, with a ledger row."""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

from lib.domain.conversation.conversations import TITLE_CHARACTERS, title_of
from lib.domain.conversation.messages import Message, Params
from lib.domain.reply.fold import Fold
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import Event
from lib.domain.reply.usage import estimate_prompt
from lib.engine.running_reply import RunningReply
from lib.gateway.client import Gateway
from lib.store import Store

INSTRUCTION = (
    "Write a title of at most six words for the conversation that follows, in its language. "
    "Answer with the title alone."
)
PARAMS = Params(max_tokens=32, stream=False)
EXCERPT_CHARACTERS = 2_000
"""Of the question and of the answer each: a title needs no more."""


def is_first_exchange(run: RunningReply) -> bool:
    """Whether `run` answered the first message of its conversation."""
    return len(run.messages) == 1 and not run.is_image_model and run.tape.reply().state is State.COMPLETED


async def write_title(gateway: Gateway, store: Store, run: RunningReply) -> None:
    """Let the model write a title, unless the conversation's title has been changed already.

    Until then, a conversation's title is the first words of the question that `run` answered.
    """
    first_words = title_of(run.messages[0])
    # On a thread: SQLite may block, and all replies stream on this loop.
    library = store.of(run.tape.person_id)
    found = await asyncio.to_thread(library.conversations.get, run.tape.conversation_id)
    if not found or found.comparison_id or found.title != first_words:
        return
    title, row = await _asked(gateway, run)
    await asyncio.to_thread(library.ledger.book, row)
    if title:
        await asyncio.to_thread(library.conversations.retitle, found.id, first_words, title)


async def _asked(gateway: Gateway, run: RunningReply) -> tuple[str | None, LedgerRow]:
    """A title for the exchange that `run` ended (`None` if that failed), and the ledger row of the call."""
    exchange = _exchange(run)
    events: list[Event] = []
    bursts = gateway.answer(
        run.connection, exchange, model=run.model, system_prompt=INSTRUCTION, params=PARAMS
    )
    async with aclosing(bursts):
        async for burst in bursts:
            events += burst
    folded, prompt_tokens = Fold(events), estimate_prompt([INSTRUCTION, exchange[0].content])
    reply = replace(folded.reply(), usage=folded.usage(prompt_tokens))
    return _title(reply), _row(run, reply)


def _exchange(run: RunningReply) -> Sequence[Message]:
    question, answer = run.messages[-1].content, run.tape.reply().text
    text = f"Question: {question[:EXCERPT_CHARACTERS]}\n\nAnswer: {answer[:EXCERPT_CHARACTERS]}"
    return [replace(run.messages[-1], content=text, attachments=())]


def _title(reply: Reply) -> str | None:
    lines = [line.strip(" \t#*\"'“”「」.。") for line in reply.text.splitlines()]
    title = next((line for line in lines if line), None)
    return title[:TITLE_CHARACTERS] if title and not reply.error else None


def _row(run: RunningReply, reply: Reply) -> LedgerRow:
    row = LedgerRow.of(
        reply,
        reply_id=secrets.token_hex(16),
        session_id=run.session_id,
        conversation_id=run.tape.conversation_id,
        created_at=datetime.now(UTC),
    )
    return replace(row, purpose="title")
