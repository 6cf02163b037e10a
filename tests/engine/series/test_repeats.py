"""The same question again and again, and a stop at any moment."""

import threading

from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.engine.live import LiveTape
from tests.engine.conftest import Chat
from tests.patience import PATIENCE, eventually
from tests.scripted_gateway import ScriptedGateway, error, silence, stream


def test_each_reply_begins_when_the_one_before_it_has_ended(chat: Chat, gateway: ScriptedGateway) -> None:
    repeats, begun = chat.engine.repeats, list[LiveTape]()

    def send(_number: int) -> LiveTape:
        assert all(tape.is_closed for tape in begun)
        begun.append(chat.send(f"Number {len(begun)}"))
        return begun[-1]

    gateway.answer_chats(stream("One", delay=0.01))
    repeats.start(LOCAL, "a series", 3, send)
    assert eventually(lambda: not repeats.is_running(LOCAL, "a series"))
    assert [tape.reply().text for tape in begun] == ["One"] * 3


def test_a_stop_at_the_moment_a_reply_begins_stops_that_reply_too(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    repeats, begun = chat.engine.repeats, list[LiveTape]()
    is_sending, goes_on = threading.Event(), threading.Event()

    def send(_number: int) -> LiveTape:
        is_sending.set()
        assert goes_on.wait(PATIENCE)
        begun.append(chat.send())
        return begun[-1]

    gateway.enqueue(silence())
    repeats.start(LOCAL, "a series", 3, send)
    assert is_sending.wait(PATIENCE)
    repeats.stop(LOCAL, "a series")
    goes_on.set()
    assert eventually(lambda: bool(begun))
    assert begun[0].wait_closed(PATIENCE)
    assert begun[0].reply().state is State.STOPPED
    assert eventually(lambda: not repeats.is_running(LOCAL, "a series"))
    assert len(begun) == 1


def test_a_series_that_was_stopped_can_begin_anew(chat: Chat) -> None:
    repeats, tapes, goes_on = chat.engine.repeats, list[LiveTape](), threading.Event()

    def wait(_number: int) -> None:
        assert goes_on.wait(PATIENCE)

    def send(_number: int) -> LiveTape:
        tapes.append(chat.ask())
        return tapes[-1]

    repeats.start(LOCAL, "a series", 1, wait)
    repeats.stop(LOCAL, "a series")
    assert eventually(lambda: not repeats.is_running(LOCAL, "a series"))
    repeats.start(LOCAL, "a series", 1, send)
    assert eventually(lambda: bool(tapes))
    goes_on.set()


def test_a_series_ends_where_the_gateway_asks_for_a_long_wait(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.answer_chats(error(429, {"error": {"message": "Slow down"}}, {"Retry-After": "90"}))
    chat.engine.repeats.start(LOCAL, "a series", 3, lambda number: chat.send(f"Number {number}"))
    assert eventually(lambda: not chat.engine.repeats.is_running(LOCAL, "a series"))
    assert [request.prompt for request in gateway.requests] == ["Number 1"]
