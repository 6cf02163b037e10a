"""Replies that another process runs, on both databases: followed word for word, and stopped from anywhere."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from lib.domain.comparison.comparisons import Comparison
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.domain.reply.tape import text_of
from lib.engine.engine import Engine
from lib.engine.sending import new_id
from tests.engine.conftest import Chat, wait_for_text
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, ScriptedGateway, stream


def test_many_are_followed_at_once(here: Chat, elsewhere: Engine, gateway: ScriptedGateway) -> None:
    words = [f"word{number} " for number in range(20)]
    with ExitStack() as gates:
        chats = [here.beside() for _ in range(5)]
        gate = gates.enter_context(closing_gate())
        for _ in chats:
            gateway.enqueue(stream(*words, hold=gate, hold_after=1))
        tapes = [chat.send() for chat in chats]
        for tape in tapes:
            wait_for_text(tape, words[0])
        watched = [elsewhere.follow(LOCAL, tape.reply_id) for tape in tapes]
        gate.open()
    for followed in watched:
        assert followed is not None
        assert followed.wait_closed(PATIENCE)
        assert followed.reply().text == "".join(words)
        assert followed.reply().state is State.COMPLETED


@contextmanager
def closing_gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


def test_a_reply_is_stopped_from_another_process(
    here: Chat, elsewhere: Engine, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("one ", then_silence=True))
    tape = here.send()
    wait_for_text(tape, "one ")
    watched = elsewhere.follow(LOCAL, tape.reply_id)
    assert watched is not None
    elsewhere.cancel(LOCAL, tape.reply_id)
    assert watched.wait_closed(PATIENCE)
    assert tape.reply().state is watched.reply().state is State.STOPPED
    assert tape.reply().text == "one "


def test_nobody_else_stops_it(here: Chat, elsewhere: Engine, gateway: ScriptedGateway) -> None:
    gate = Gate()
    gateway.enqueue(stream("one ", "two", hold=gate, hold_after=1))
    tape = here.send()
    wait_for_text(tape, "one ")
    elsewhere.cancel("somebody else", tape.reply_id)
    assert here.store.replies.wanted_stops(here.store.replies.running()[0].owner) == []
    gate.open()
    assert tape.wait_closed(PATIENCE)
    assert tape.reply().state is State.COMPLETED


def test_a_blind_round_is_written_in_step_for_who_follows_it_elsewhere(
    here: Chat, elsewhere: Engine, gateway: ScriptedGateway
) -> None:
    now, gate, quick, slow = datetime.now(UTC), Gate(), "quick " * 50, "slow"
    own, comparison = here.store.of(LOCAL), Comparison(new_id(), "Which?", datetime.now(UTC))
    own.comparisons.add(comparison)
    cells = [here.beside() for _ in range(2)]
    for at, cell in enumerate(cells):
        cell.conversation = replace(cell.conversation, comparison_id=comparison.id, position=at)
    models = {cell.conversation.id: f"model-{at}" for at, cell in enumerate(cells)}
    own.votes.open(new_id(), comparison.id, models, now, is_blind=True)
    gateway.enqueue(stream(quick), stream(slow, " end", hold=gate, hold_after=1))
    with here.engine.synchronized.together(LOCAL, list(models)):
        tapes = [cell.send() for cell in cells]
    assert tapes[0].wait_closed(PATIENCE)
    wait_for_text(tapes[1], slow)
    here.flush()
    watched = [elsewhere.follow(LOCAL, tape.reply_id) for tape in tapes]
    assert all(tape is not None and tape.is_remote and not tape.tells_thinking for tape in watched)
    assert eventually(lambda: text_of(watched[1].events) == slow)  # type: ignore[union-attr]
    assert text_of(watched[0].events) == quick[: len(slow)]  # type: ignore[union-attr]
    gate.open()
    for tape, text in zip(watched, (quick, f"{slow} end"), strict=True):
        assert tape is not None
        assert tape.wait_closed(PATIENCE)
        assert text_of(tape.events) == text
