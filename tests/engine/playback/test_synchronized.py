"""Blind replies are written in step: what is shown tells nothing of a model's speed."""

from collections.abc import Sequence

from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.domain.reply.tape import Content, Event, Failed, Interrupted, Reasoning, Stopped, text_of
from lib.engine.live import LiveTape
from lib.engine.loop import Loop
from lib.engine.playback.synchronized import SynchronizedTape, SynchronizedTapes
from tests.engine.conftest import Chat, wait_for_text
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, deltas, error, stream

WORDS = [f"w{number:02} " for number in range(20)]


def text(tape: LiveTape) -> str:
    return text_of(list(tape.events))


def ask(chat: Chat, prompt: str, *models: str) -> list[tuple[LiveTape, SynchronizedTape]]:
    """Ask these models together; their tapes, each with its synchronized one."""
    cells = [chat.beside() for _ in models]
    for cell, model in zip(cells, models, strict=True):
        cell.conversation.model = model
    with chat.engine.synchronized.together(LOCAL, [cell.conversation.id for cell in cells]):
        tapes = [cell.send(prompt) for cell in cells]
    synchronized = [chat.engine.synchronized.tape(tape.reply_id) for tape in tapes]
    return [(tape, one) for tape, one in zip(tapes, synchronized, strict=True) if one]


def wait_for_end(tapes: Sequence[LiveTape]) -> None:
    assert all(tape.wait_closed(PATIENCE) for tape in tapes)


def test_nothing_is_shown_before_every_model_has_begun(chat: Chat, gateway: ScriptedGateway) -> None:
    first = Gate()
    slow = stream(*WORDS, hold=first, hold_after=0)
    gateway.when("Begin", by_model(fast=stream(*WORDS), slow=slow, failing=error(401, {"error": {}})))
    (fast, synchronized_fast), (_, synchronized_slow), (failing, synchronized_failing) = ask(
        chat, "Begin", "fast", "slow", "failing"
    )
    wait_for_end([fast, failing])
    assert first.reached.wait(PATIENCE)
    assert [one.events for one in (synchronized_fast, synchronized_slow, synchronized_failing)] == [
        [],
        [],
        [],
    ]
    first.open()
    wait_for_end([synchronized_fast, synchronized_slow, synchronized_failing])
    assert text(synchronized_fast) == text(synchronized_slow) == "".join(WORDS)
    assert isinstance(synchronized_failing.events[-1], Failed)
    assert synchronized_fast.reply().state is State.COMPLETED
    assert chat.engine.synchronized.tape(fast.reply_id) is None


def test_a_fast_model_is_never_ahead_of_a_slow_one_that_still_writes(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gate = Gate()
    gateway.when("In step", by_model(fast=stream(*WORDS), slow=stream(*WORDS, hold=gate, hold_after=5)))
    (fast, synchronized_fast), (_, synchronized_slow) = ask(chat, "In step", "fast", "slow")
    wait_for_end([fast])
    wait_for_text(synchronized_slow, "w04")
    assert text(synchronized_fast) == text(synchronized_slow) == "".join(WORDS[:5])
    assert not synchronized_fast.is_closed
    gate.open()
    wait_for_end([synchronized_fast, synchronized_slow])
    assert text(synchronized_fast) == text(synchronized_slow) == "".join(WORDS)


def test_a_synchronized_tape_holds_text_and_an_end_only(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.when("Think", deltas({"reasoning_content": "I am model-x"}, {"content": "Said"}))
    [(tape, synchronized)] = ask(chat, "Think", "model-x")
    wait_for_end([tape, synchronized])
    assert any(isinstance(event, Reasoning) for event in tape.events)
    assert text(synchronized) == "Said"
    kinds: list[type[Event]] = [type(event) for event in synchronized.events[:-1]]
    assert set(kinds) == {Content}
    assert "model-x" not in str(synchronized.events)


def test_what_is_stopped_shows_all_it_has_at_once(chat: Chat, gateway: ScriptedGateway) -> None:
    gates = Gate(), Gate()
    long = ["x" * 5000, " last"]
    gateway.when(
        "Stop",
        by_model(
            one=stream(*long, hold=gates[0], hold_after=1), two=stream(*long, hold=gates[1], hold_after=1)
        ),
    )
    (one, synchronized_one), (two, synchronized_two) = ask(chat, "Stop", "one", "two")
    for tape in (one, two):
        wait_for_text(tape, "x")
        chat.engine.cancel(LOCAL, tape.reply_id)
    wait_for_end([synchronized_one, synchronized_two])
    assert text(synchronized_one) == text(synchronized_two) == "x" * 5000
    assert isinstance(synchronized_one.events[-1], Stopped)


def test_a_reveal_ends_the_pace(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.when("Reveal", stream("y" * 50_000))
    (one, synchronized_one), (two, synchronized_two) = ask(chat, "Reveal", "one", "two")
    wait_for_end([one, two])
    chat.engine.synchronized.hurry(LOCAL, two.conversation_id)
    wait_for_end([synchronized_one, synchronized_two])
    assert len(text(synchronized_one)) == 50_000


def test_replies_outside_a_group_have_no_synchronized_tape(chat: Chat) -> None:
    with chat.engine.synchronized.together(LOCAL, ["another"]):
        tape = chat.send()
    assert chat.engine.synchronized.tape(tape.reply_id) is None
    assert tape.wait_closed(PATIENCE)


def test_the_end_of_the_process_ends_them(loop: Loop) -> None:
    synchronized, source = SynchronizedTapes(loop), LiveTape("reply", "cell", LOCAL)
    with synchronized.together(LOCAL, ["cell"]):
        synchronized.join(source)
    tape = synchronized.tape("reply")
    assert tape is not None
    source.append([Content(1, "a")])
    assert tape.wait(0, PATIENCE)
    loop.stop()
    assert isinstance(tape.events[-1], Interrupted)
    assert eventually(lambda: synchronized.tape("reply") is None)
