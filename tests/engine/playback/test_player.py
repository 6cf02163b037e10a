"""Recorded tapes played by a clock: at their own pace, at another, from anywhere, while somebody watches."""

import statistics
import threading
import time
from collections.abc import Sequence
from itertools import pairwise

import pytest

from lib.domain.comparison.playback import AT_ONCE
from lib.domain.reply.fold import fold
from lib.domain.reply.tape import Content, Event, Finished, Sent, text_of
from lib.engine.live import LiveTape
from lib.engine.loop import Loop
from lib.engine.playback.player import Player
from tests.patience import PATIENCE, eventually

PIECES = 60


def tape(*, step_ms: float, start_ms: float = 100.0, pieces: int = PIECES) -> list[Event]:
    """A reply whose pieces come in even steps."""
    said: list[Event] = [Content(start_ms + number * step_ms, f" {number}") for number in range(pieces)]
    return [Sent(0.0, {"model": "model-a"}), *said, Finished(said[-1].at_ms + 5, "stop")]


SLOW = tape(step_ms=1000.0)
"""Plays for a minute."""


class Follower(threading.Thread):
    """Notes when each event of a tape arrives."""

    def __init__(self, live: LiveTape) -> None:
        super().__init__(daemon=True)
        self._live, self.arrivals = live, list[tuple[float, Event]]()
        self.start()

    def run(self) -> None:
        while not self._live.is_closed or len(self.arrivals) < len(self._live.events):
            if self._live.wait(len(self.arrivals), PATIENCE):
                now = time.monotonic()
                new = self._live.events[len(self.arrivals) :]
                self.arrivals.extend((now, event) for event in new)


def late_ms(follower: Follower, began: float) -> list[float]:
    """How far each event came from its recorded time."""
    return [abs((at - began) * 1000 - event.at_ms) for at, event in follower.arrivals]


def test_each_token_comes_within_50_ms_of_its_recorded_time(loop: Loop) -> None:
    recorded = {"a": tape(step_ms=20), "b": tape(step_ms=13, start_ms=400), "c": tape(step_ms=7)}
    player = Player(loop, recorded)
    followers = {own: Follower(live) for own, live in player.tapes.items()}
    began = time.monotonic()
    with player.watched():
        player.play()
        for follower in followers.values():
            follower.join(PATIENCE)
    for own, follower in followers.items():
        assert [event for _, event in follower.arrivals] == recorded[own]
        assert statistics.median(late_ms(follower, began)) <= 50
    assert player.is_over
    assert not player.is_playing


def test_what_was_played_says_what_was_recorded(loop: Loop) -> None:
    recorded = {"a": tape(step_ms=5), "b": tape(step_ms=3)}
    player = Player(loop, recorded)
    with player.watched():
        player.play()
        assert all(live.wait_closed(PATIENCE) for live in player.tapes.values())
    assert {own: live.reply() for own, live in player.tapes.items()} == {
        own: fold(events) for own, events in recorded.items()
    }


def test_at_once_all_is_there_without_waiting(loop: Loop) -> None:
    player = Player(loop, {"a": SLOW})
    player.set_pace(AT_ONCE)
    player.play()
    assert player.tapes["a"].is_closed
    assert player.is_over
    assert not player.is_playing


def test_a_fixed_pace_spreads_the_tokens_evenly(loop: Loop) -> None:
    player = Player(loop, {"a": SLOW})
    player.set_pace(100.0)
    follower = Follower(player.tapes["a"])
    with player.watched():
        player.play()
        follower.join(PATIENCE)
    came = [at for at, event in follower.arrivals if isinstance(event, Content)]
    gaps = [after - before for before, after in pairwise(came)]
    expected = player.seconds / PIECES
    assert came[-1] - came[0] == pytest.approx(expected * (PIECES - 1), abs=0.15)
    assert statistics.median(gaps) == pytest.approx(expected, abs=0.05)


def texts(player: Player) -> str:
    return text_of(player.tapes["a"].events)


def said(recorded: Sequence[Event], seconds: float) -> str:
    return text_of(event for event in recorded if event.at_ms <= seconds * 1000)


def test_one_can_go_to_any_time_forward_and_back(loop: Loop) -> None:
    player = Player(loop, {"a": SLOW})
    for seconds in (30.2, 3.2, 59.0, 0.0):
        player.seek(seconds)
        assert player.position == pytest.approx(seconds)
        assert texts(player) == said(SLOW, seconds)
    player.seek(1e9)
    assert player.is_over
    player.seek(-5)
    assert player.position == 0.0
    assert texts(player) == ""


def test_a_tape_that_is_followed_is_never_cut_back(loop: Loop) -> None:
    player = Player(loop, {"a": SLOW})
    player.seek(30.2)
    before = player.tapes["a"]
    player.seek(1.2)
    assert text_of(before.events) == said(SLOW, 30.2)
    assert player.tapes["a"] is not before


def test_it_stands_still_where_it_was_paused_and_goes_on_from_there(loop: Loop) -> None:
    recorded = tape(step_ms=20)
    player = Player(loop, {"a": recorded})
    with player.watched():
        player.play()
        assert player.tapes["a"].wait(10, PATIENCE)
        player.pause()
        held, position = len(player.tapes["a"].events), player.position
        assert not player.is_playing
        assert not player.tapes["a"].wait(held, 0.1)
        assert player.position == position
        player.play()
        assert player.tapes["a"].wait_closed(PATIENCE)
    assert player.tapes["a"].events == recorded


def test_it_plays_on_from_a_time_that_was_gone_to(loop: Loop) -> None:
    player = Player(loop, {"a": SLOW})
    with player.watched():
        player.play()
        player.seek(player.seconds - 0.1)
        assert player.is_playing
        assert player.tapes["a"].wait_closed(PATIENCE)
    assert texts(player) == text_of(SLOW)


def test_another_pace_keeps_the_share_that_has_been_played(loop: Loop) -> None:
    player = Player(loop, {"a": SLOW})
    player.seek(player.seconds / 2)
    player.set_pace(10.0)
    assert player.position == pytest.approx(player.seconds / 2)
    assert len(texts(player)) == pytest.approx(len(text_of(SLOW)) / 2, abs=4)


def test_played_again_it_begins_at_the_start(loop: Loop) -> None:
    player = Player(loop, {"a": SLOW})
    player.seek(player.seconds)
    with player.watched():
        player.play()
        assert player.is_playing
        assert player.position < 1.0
        assert texts(player) == ""
        player.pause()


def test_what_comes_later_begins_when_the_others_have_ended(loop: Loop) -> None:
    player = Player(loop, {"first": SLOW, "merged": tape(step_ms=10)}, later={"merged"})
    end = SLOW[-1].at_ms / 1000
    player.seek(end - 0.01)
    assert player.tapes["merged"].events == []
    player.seek(end + 0.3)
    assert player.tapes["first"].is_closed
    assert "1" in text_of(player.tapes["merged"].events)


def test_a_player_that_nobody_watches_stands_still_by_itself(loop: Loop) -> None:
    player = Player(loop, {"a": SLOW}, lease_seconds=0.05)
    with player.watched():
        player.play()
        assert not eventually_stands(player, 0.3)
    assert eventually_stands(player, PATIENCE)
    assert not player.is_over


def eventually_stands(player: Player, seconds: float) -> bool:
    """Whether it stands still in so many seconds."""
    deadline = time.monotonic() + seconds
    while player.is_playing and (left := deadline - time.monotonic()) > 0:
        player.wait(left)
    return not player.is_playing


def test_many_players_need_no_thread_of_their_own(loop: Loop) -> None:
    before = threading.active_count()
    players = [Player(loop, {"a": SLOW, "b": SLOW}) for _ in range(20)]
    for player in players:
        player.play()
    assert eventually(lambda: all(player.position > 0 for player in players))
    assert threading.active_count() == before
    for player in players:
        player.pause()


def test_what_was_never_timed_is_there_at_once(loop: Loop) -> None:
    """A reply from another program's export."""
    player = Player(loop, {"a": [Content(0.0, "Whole."), Finished(0.0, "stop")]})
    assert player.is_over
    assert fold(player.tapes["a"].events).text == "Whole."
    player.play()
    player.seek(0.0)
    player.set_pace(AT_ONCE)
    assert player.tapes["a"].is_closed
