"""A live tape: appended to by one, followed by many."""

import threading

from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import State
from lib.domain.reply.tape import Content, Event, Finished, Interrupted, Stopped, text_of
from lib.engine.live import LiveTape


def tape() -> LiveTape:
    return LiveTape("reply", "conversation", LOCAL)


def test_a_new_tape_is_open_and_empty() -> None:
    live = tape()
    assert (live.events, live.is_closed, live.reply()) == ([], False, live.reply())
    assert live.reply().state is State.RUNNING
    assert not live.wait(0, timeout=0)
    assert not live.wait_closed(0)


def test_events_are_kept_in_the_order_they_came() -> None:
    live = tape()
    assert not live.append([Content(1, "a"), Content(2, "b")])
    assert not live.append([])
    assert not live.append([Content(3, "c")])
    assert live.reply().text == "abc"


def test_the_closing_event_closes_the_tape_and_is_told_once() -> None:
    live = tape()
    assert live.append([Content(1, "a"), Finished(2, "stop")])
    assert live.is_closed
    assert live.wait_closed()
    assert not live.append([Stopped(3)])
    assert live.reply().state is State.COMPLETED


def test_nothing_is_added_to_a_closed_tape() -> None:
    live = tape()
    live.append([Stopped(1)])
    assert not live.append([Content(2, "too late")])
    assert live.events == [Stopped(1)]


def test_waiting_ends_at_once_where_there_is_more_already() -> None:
    live = tape()
    live.append([Content(1, "a")])
    assert live.wait(0, timeout=0)
    assert not live.wait(1, timeout=0)


def test_a_waiting_follower_wakes_when_something_comes() -> None:
    live = tape()
    woken: list[bool] = []
    follower = threading.Thread(target=lambda: woken.append(live.wait(0, timeout=10)))
    follower.start()
    live.append([Content(1, "a")])
    follower.join(10)
    assert woken == [True]


def test_one_who_waits_for_the_end_wakes_at_the_end() -> None:
    live = tape()
    woken: list[bool] = []
    follower = threading.Thread(target=lambda: woken.append(live.wait_closed(10)))
    follower.start()
    live.append([Content(1, "a")])
    live.append([Interrupted(2)])
    follower.join(10)
    assert woken == [True]


def test_every_follower_sees_the_whole_tape_whenever_it_came() -> None:
    live = tape()
    events: list[Event] = [Content(float(at), f"{at} ") for at in range(2000)]
    seen: list[str] = []

    def follow() -> None:
        text, count, is_over = "", 0, False
        while not is_over:
            live.wait(count, timeout=10)
            is_over = live.is_closed
            news = live.events[count:]
            count += len(news)
            text += text_of(news)
        seen.append(text)

    followers = [threading.Thread(target=follow) for _ in range(8)]
    for number, follower in enumerate(followers):
        follower.start()
        for event in events[number * 250 : (number + 1) * 250]:
            live.append([event])
    live.append([Finished(9999, "stop")])
    for follower in followers:
        follower.join(10)
    assert seen == [text_of(events)] * 8


def test_of_several_who_close_a_tape_one_wins() -> None:
    live = tape()
    closed: list[bool] = []
    barrier = threading.Barrier(8)

    def close() -> None:
        barrier.wait(10)
        closed.append(live.append([Stopped(1)]))

    threads = [threading.Thread(target=close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(closed) == [False] * 7 + [True]
    assert live.events == [Stopped(1)]


def test_a_listener_is_called_at_each_addition_until_it_stops() -> None:
    live = tape()
    heard: list[int] = []
    stop = live.listen(lambda: heard.append(len(live.events)))
    live.append([Content(1, "a"), Content(2, "b")])
    live.append([Content(3, "c")])
    stop()
    stop()
    live.append([Finished(4, "stop")])
    assert heard == [2, 3]
