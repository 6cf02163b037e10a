"""What the app has stored, against what the upstream says it sent."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text

from benchmarks.prompts import Prompt
from benchmarks.soak_upstream import Ending
from lib.domain.reply.reply import State
from tests.app_server import ROOT

KILLED = "killed"
"""How requests ended that the upstream could not write down any more."""
EXCERPT = 60
"""Characters shown of a difference."""
COMPLETE = {State.COMPLETED: (Ending.WHOLE,), State.FAILED: tuple(set(Ending) - {Ending.WHOLE, Ending.LEFT})}
"""The states that tell how the upstream must have ended; a reply may be stopped at any time."""


@dataclass(slots=True)
class Sent:
    """One request, as the upstream wrote it down."""

    mark: str
    text: str = ""
    ended: str | None = None
    """`None` when the upstream was killed before."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One reply, as the database has it."""

    id: str
    state: str
    text: str
    question: str | None
    """The person's message that it answers, or whose answer it continues."""
    mark: str
    request_id: str | None
    journaled: str
    """The text of its tape."""
    retries: int
    """How often its request was asked again, as its tape says."""
    booked: Sequence[str]
    """The states of its rows in the ledger."""


def read_sent(record: Path) -> dict[str, Sent]:
    """All requests that the upstream has seen, by their ids."""
    sent: dict[str, Sent] = {}
    for line in record.read_text("utf-8").splitlines():
        request_id, what, value = json.loads(line)
        match what:
            case "asked":
                sent[request_id] = Sent(value)
            case "sent":
                sent[request_id].text += value
            case "ended":
                sent[request_id].ended = value
    return sent


@contextmanager
def reading(database: str) -> Iterator[Connection]:
    """A connection to the database at this address, as SQLAlchemy has it."""
    engine = create_engine(database)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def running(database: str) -> int:
    """How many replies have no end yet."""
    with reading(database) as connection:
        found = connection.execute(text("SELECT count(*) FROM replies WHERE state = 'running'"))
        return int(found.scalar_one())


def read_stored(database: str) -> list[Stored]:
    """All replies of the database."""
    with reading(database) as connection:
        messages = {
            id_: (parent_id, role, content)
            for id_, parent_id, role, content in connection.execute(
                text("SELECT id, parent_id, role, content FROM messages")
            )
        }
        tapes, ledger = _tapes(connection), _ledger(connection)
        # As text: PostgreSQL's driver would read the JSON.
        rows = connection.execute(text("SELECT id, state, CAST(folded AS text) FROM replies")).all()
    stored = []
    for id_, state, folded in rows:
        question = _question(id_, messages)
        prompt = Prompt.parse(messages[question][2]) if question else None
        request_id = json.loads(folded)["request_id"] if folded else None
        mark = prompt.mark if prompt else ""
        content = messages[id_][2]
        journaled, retries = tapes.get(id_, ("", 0))
        booked = ledger.get(id_, [])
        stored.append(Stored(id_, state, content, question, mark, request_id, journaled, retries, booked))
    return stored


def _question(id_: str, messages: Mapping[str, tuple[str | None, str, str]]) -> str | None:
    at: str | None = id_
    while at is not None and messages[at][1] != "user":
        at = messages[at][0]
    return at


def _tapes(connection: Connection) -> dict[str, tuple[str, int]]:
    """The text of each reply's tape, and how often it was asked again."""
    tapes: dict[str, tuple[str, int]] = {}
    query = text("SELECT reply_id, CAST(events AS text) FROM journal ORDER BY reply_id, seq")
    for reply_id, written in connection.execute(query):
        events, (said, retries) = json.loads(written), tapes.get(reply_id, ("", 0))
        said += "".join(event[2] for event in events if event[0] == "c")
        tapes[reply_id] = said, retries + sum(event[0] == "a" for event in events)
    return tapes


def _ledger(connection: Connection) -> dict[str, list[str]]:
    booked: dict[str, list[str]] = {}
    for reply_id, state in connection.execute(text("SELECT reply_id, state FROM ledger")):
        booked.setdefault(reply_id, []).append(state)
    return booked


def export(variables: Mapping[str, str]) -> dict[str, str]:
    """The text of each reply, as the command line exports it with these variables."""
    command = [sys.executable, "-m", "lib", "export"]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, timeout=120)
    conversations: list[dict[str, Any]] = json.loads(done.stdout)["conversations"]
    return {m["id"]: m["content"] for c in conversations for m in c["messages"] if m["role"] == "assistant"}


def mismatches(
    stored: Sequence[Stored],
    sent: Mapping[str, Sent],
    exported: Mapping[str, str],
    *,
    may_break_off: bool = False,
) -> Iterator[str]:
    """Each thing that is not as it should be, as a sentence.

    Where processes were killed, replies `may_break_off`.
    """
    for reply in stored:
        if reply.state == State.RUNNING or (reply.state == State.INTERRUPTED and not may_break_off):
            yield f"{_named(reply)} is {reply.state}."
        yield from _wrong_with(reply, sent, exported)
    yield from _requests_too_many(stored, sent)
    asked = Counter(mark for _, mark in {(reply.question, reply.mark) for reply in stored})
    yield from (
        f"The prompt {mark} was sent once and stored {n} times." for mark, n in asked.items() if n > 1
    )
    if set(exported) != {reply.id for reply in stored}:
        yield f"{len(exported)} replies were exported, {len(stored)} are stored."


def _named(reply: Stored) -> str:
    return f"Reply {reply.id} ({reply.state}, prompt {reply.mark})"


def _wrong_with(reply: Stored, sent: Mapping[str, Sent], exported: Mapping[str, str]) -> Iterator[str]:
    name = _named(reply)
    if reply.state != State.RUNNING and list(reply.booked) != [reply.state]:
        yield f"{name} has the rows {list(reply.booked)} in the ledger."
    for what, said in (("tape", reply.journaled), ("export", exported.get(reply.id, ""))):
        if said != reply.text:
            yield f"{name}: its {what} has another text. {difference(reply.text, said)}"
    if not reply.request_id:
        if reply.text or reply.state == State.COMPLETED:
            yield f"{name} has a text of {len(reply.text)} characters that no request brought."
    elif reply.request_id not in sent:
        yield f"{name}: the upstream does not know its request {reply.request_id}."
    else:
        yield from _wrong_against(name, reply, sent[reply.request_id])


def _wrong_against(name: str, reply: Stored, sent: Sent) -> Iterator[str]:
    if reply.mark != sent.mark:
        yield f"{name} has the answer to prompt {sent.mark}."
    is_whole = reply.state == State.COMPLETED
    if reply.text != sent.text if is_whole else not sent.text.startswith(reply.text):
        yield f"{name}: not what was sent. {difference(sent.text, reply.text)}"
    if sent.ended is not None and sent.ended not in COMPLETE.get(State(reply.state), tuple(Ending)):
        yield f"{name}: the upstream ended it as {sent.ended!r}."


def _requests_too_many(stored: Sequence[Stored], sent: Mapping[str, Sent]) -> Iterator[str]:
    """Each request has its reply, or was its first try. One without headers is known by its prompt alone."""
    claims = Counter(reply.request_id for reply in stored if reply.request_id)
    yield from (f"Request {id_} was taken by {n} replies." for id_, n in claims.items() if n > 1)
    unclaimed = Counter(request.mark for id_, request in sent.items() if id_ not in claims)
    known: Counter[str] = Counter()
    for reply in stored:
        known[reply.mark] += reply.retries + (not reply.request_id)
    for mark, count in (unclaimed - known).items():
        yield f"Prompt {mark}: {count} requests more than replies."


def lost_tails(stored: Sequence[Stored], sent: Mapping[str, Sent]) -> dict[str, list[int]]:
    """By how many characters failed and interrupted replies are shorter than what was sent, by the end."""
    tails: dict[str, list[int]] = {}
    for reply in stored:
        if reply.state in (State.FAILED, State.INTERRUPTED) and (request := sent.get(reply.request_id or "")):
            ended = reply.state if reply.state == State.INTERRUPTED else request.ended or KILLED
            tails.setdefault(ended, []).append(len(request.text) - len(reply.text))
    return tails


def difference(expected: str, actual: str) -> str:
    """The first place where two texts differ."""
    pairs = enumerate(zip(expected, actual, strict=False))
    at = next((at for at, (one, other) in pairs if one != other), min(len(expected), len(actual)))
    ours, theirs = actual[at : at + EXCERPT], expected[at : at + EXCERPT]
    return f"At character {at} of {len(expected)} stands {ours!r}, expected {theirs!r}."
