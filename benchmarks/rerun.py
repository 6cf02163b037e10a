"""What drawing a conversation again takes, and what one send takes besides its reply."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.processes import cpu_seconds
from benchmarks.prompts import Prompt
from benchmarks.report import Figure
from benchmarks.stage import Stage, Upstream
from benchmarks.tab import Tab
from lib.app import DATABASE
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.people.people import LOCAL
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import Reply, State, Timing
from lib.domain.reply.usage import Source, Usage
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.replies import Begun, Closing

CONVERSATIONS = 30
LONG, SHORT, OTHERS = 300, 20, 2
"""Messages of the long conversation, of the one that is written in, and of all others."""
ANSWER = Prompt(tokens=150)
RERUNS, SENDS = 20, 3
MODEL = "bench-a"


def measure(stage: Stage) -> list[Figure]:
    """The goals that are about a page with a past."""
    folder = stage.new_folder()
    long, short = _seed(folder / DATABASE)
    with stage.ours(folder) as app:
        return asyncio.run(_reruns(app.url, app.pid, long)) + asyncio.run(
            _sends(app.url, stage.upstream, short)
        )


async def _reruns(url: str, pid: int, conversation_id: str) -> list[Figure]:
    times, sizes = [], []
    async with Tab(url, f"c={conversation_id}") as tab:
        await tab.rerun()
        cpu = cpu_seconds(pid)
        for _ in range(RERUNS):
            started = time.perf_counter()
            sizes.append(await tab.rerun())
            times.append((time.perf_counter() - started) * 1000)
        cpu = cpu_seconds(pid) - cpu
    what = f"{LONG} messages:"
    return [
        Figure(f"{what} a rerun", "kB", median(sizes) / 1000, goal=120),
        Figure(f"{what} a rerun, from the request to its end", "ms", median(times), goal=60),
        Figure(f"{what} a rerun, server CPU", "ms", cpu / RERUNS * 1000),
        Figure(f"{what} opening the page", "kB", tab.opened_with / 1000),
    ]


async def _sends(url: str, upstream: Upstream, conversation_id: str) -> list[Figure]:
    """A reply of two words: nearly all that comes is what a send takes whatever is answered."""
    sizes = []
    async with Tab(url, f"c={conversation_id}") as tab:
        for _ in range(SENDS):
            await tab.ask(upstream.prompt(tokens=2))
            sizes.append(await tab.settle())
    what = f"one send, {CONVERSATIONS} conversations, {SHORT} messages"
    return [Figure(what, "kB", median(sizes) / 1000, goal=40)]


def _seed(database: Path) -> tuple[str, str]:
    """Write conversations into a new database; returns the ids of the long one and of the short one."""
    store = Store(database)
    sizes = [LONG, SHORT, *[OTHERS] * (CONVERSATIONS - 2)]
    ids = [_converse(store, f"Question {at} about gateways", size) for at, size in enumerate(sizes)]
    store.close()
    return ids[0], ids[1]


def _converse(store: Store, title: str, messages: int) -> str:
    now = datetime.now(UTC)
    conversation = Conversation(new_id(), title, now, now, model=MODEL)
    for turn in range(messages // 2):
        text = f"{title}, part {turn}: how do we compare cost and latency before we choose a model?"
        question = Message(new_id(), conversation.leaf_id, "user", text, now)
        answer = Message(new_id(), question.id, "assistant", "", now, Reply())
        begun = Begun(answer.id, LOCAL, new_id(), new_id(), "benchmark")
        store.replies.begin(conversation, [question, answer], begun)
        store.replies.journal("benchmark", [], [_ended(begun, conversation.id, now)])
        conversation.add([question, answer])
    return conversation.id


def _ended(begun: Begun, conversation_id: str, now: datetime) -> Closing:
    reply = Reply(
        state=State.COMPLETED,
        text="".join(ANSWER.reply()),
        model_requested=MODEL,
        model_served=MODEL,
        usage=Usage(10, ANSWER.tokens, 10 + ANSWER.tokens, source=Source.REPORTED),
        finish_reason="stop",
        timing=Timing(ttft_ms=210.0, last_token_ms=1700.0, total_ms=1710.0),
    )
    row = LedgerRow.of(
        reply,
        reply_id=begun.reply_id,
        session_id=begun.session_id,
        conversation_id=conversation_id,
        created_at=now,
    )
    return Closing(reply, LOCAL, row)
