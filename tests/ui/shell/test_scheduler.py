"""Turns: one page or one send at a time, and none lost."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from lib.ui.shell import scheduler
from tests.patience import PATIENCE

Turn = Callable[[], AbstractContextManager[None]]


def test_pages_and_sends_take_their_turns_one_at_a_time() -> None:
    inside, most, done = 0, 0, []
    began = threading.Barrier(41)

    def take(turn: Turn) -> None:
        nonlocal inside, most
        began.wait(PATIENCE)
        with turn():
            inside += 1
            most = max(most, inside)
            done.append(turn)
            inside -= 1

    threads = [
        threading.Thread(target=take, args=(turn,))
        for turn in (scheduler.building, scheduler.sending)
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    began.wait(PATIENCE)
    for thread in threads:
        thread.join(PATIENCE)

    assert (len(done), most) == (40, 1)


@pytest.mark.parametrize("turn", [scheduler.building, scheduler.sending])
def test_a_turn_is_given_back_when_its_page_is_ended(turn: Turn) -> None:
    """Streamlit ends a script with a `BaseException`."""
    with pytest.raises(KeyboardInterrupt), turn():
        raise KeyboardInterrupt

    again = threading.Event()

    def take() -> None:
        with turn():
            again.set()

    threading.Thread(target=take, daemon=True).start()
    assert again.wait(PATIENCE)


def test_replies_that_stream_side_by_side_are_drawn_less_often_and_never_slowly() -> None:
    times = [scheduler.frame_seconds(0, beside) for beside in range(8)]
    assert times == sorted(times)
    assert times[0] < times[-1] < 0.25


def test_a_long_block_and_many_followers_are_drawn_less_often() -> None:
    alone = scheduler.frame_seconds(0)
    assert scheduler.frame_seconds(100_000) > scheduler.frame_seconds(10_000) > alone
