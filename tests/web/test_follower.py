"""A follower takes messages at its own speed: a slow one is sent the whole state, and holds up nobody."""

import asyncio

from lib.web.room.follower import MOST_WAITING, Follower
from lib.web.room.live import message


def state() -> bytes:
    return b"the whole state"


def test_a_new_follower_is_sent_the_whole_state_then_what_changes() -> None:
    async def follow() -> list[bytes]:
        follower = Follower()
        follower.give(b"before it was let in")
        follower.wake()
        seen = [await follower.take(state)]
        follower.give(b"one ")
        follower.give(b"two")
        return [*seen, await follower.take(state)]

    assert asyncio.run(follow()) == [b"the whole state", b"one two"]


def test_a_slow_follower_is_sent_the_whole_state_instead_of_all_it_missed() -> None:
    async def follow() -> tuple[list[bytes], bytes]:
        slow, quick = Follower(), Follower()
        for follower in (slow, quick):
            follower.wake()
            await follower.take(state)
        quick_saw = b""
        for number in range(MOST_WAITING + 5):
            for follower in (slow, quick):
                follower.give(b"%d " % number)
            quick_saw += await quick.take(state)
        seen = [await slow.take(state)]
        slow.give(b"next")
        return [*seen, await slow.take(state)], quick_saw

    slow_saw, quick_saw = asyncio.run(follow())
    assert slow_saw == [b"the whole state", b"next"]
    assert quick_saw == b"".join(b"%d " % number for number in range(MOST_WAITING + 5))


def test_a_message_is_one_event_whatever_is_in_it() -> None:
    sent = message("frame", ["two\nlines", "half a character \ud83d", "é"])
    assert sent.startswith(b"event: frame\ndata: ")
    assert sent.endswith(b"\n\n")
    assert sent.count(b"\n") == 3
    assert "é".encode() in sent
