"""Limits of rooms: who takes too much is slowed or gives a place up, and nobody else is."""

import pytest
from starlette.requests import Request

from lib.web.limits import FairPlaces, Rate, Refused, address_of
from lib.web.room import turnout
from lib.web.room.turnout import Turnout


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:db8:1:3::9", "2001:db8:1::/48"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::1", "::/48"),
        ("no address", "no address"),
    ],
)
def test_an_address_is_a_household(host: str, address: str) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1)})) == address


def test_a_request_from_nowhere_has_an_address_too() -> None:
    assert address_of(Request({"type": "http", "client": None})) == ""


def test_a_rate_lets_so_much_through_at_once_and_says_how_long_to_wait() -> None:
    rate = Rate(3, 0.01)
    assert [rate.take("a") for _ in range(3)] == [0.0] * 3
    assert 99 < rate.take("a") <= 100
    assert rate.take("b") == 0.0


def test_a_rate_knows_a_bounded_number_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.web.limits.MOST_KNOWN", 2)
    rate = Rate(1, 0.01)
    assert [rate.take(key) for key in "abc"] == [0.0] * 3
    assert rate.take("c") > 0
    assert rate.take("a") == 0.0  # forgotten, and so as free as one that never came


def test_a_full_room_takes_a_place_from_the_address_that_has_most() -> None:
    places = FairPlaces[str](4)
    assert [places.take("greedy", who) for who in ("g1", "g2", "g3")] == [None] * 3
    assert places.take("other", "o1") is None
    assert not places.has_room("greedy")
    with pytest.raises(Refused, match="full"):
        places.take("greedy", "g4")
    assert places.take("new", "n1") == "g3"
    assert set(places) == {"g1", "g2", "o1", "n1"}
    assert places.take("other", "o2") == "g2"
    with pytest.raises(Refused):
        places.take("other", "o3")


def test_a_place_that_is_given_up_is_free() -> None:
    places = FairPlaces[str](1)
    places.take("a", "a1")
    places.leave("a1")
    places.leave("a1")
    assert (len(places), places.take("a", "a2")) == (0, None)


def test_a_voter_keeps_a_place_and_a_full_vote_lets_newcomers_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnout, "MOST_VOTERS", 3)
    voters = Turnout()
    assert [voters.admit("room", f"v{number}", "greedy") for number in range(3)] == [None] * 3
    assert voters.admit("room", "v2", "greedy") is None
    assert voters.admit("room", "new", "elsewhere") == "v2"
    with pytest.raises(Refused, match="full"):
        voters.admit("room", "v2", "greedy")
    assert voters.admit("another room", "v9", "greedy") is None


def test_a_hall_behind_one_address_gets_in_and_a_script_does_not_go_on() -> None:
    voters = Turnout()
    for number in range(300):
        for _ in range(4):  # a vote, and thumbs
            voters.admit("room", f"v{number}", "hall")
    with pytest.raises(Refused, match="on your network are voting for the first time") as refused:
        for number in range(300, 400):
            voters.admit("room", f"v{number}", "hall")
    assert refused.value.retry_after == 1
    assert voters.admit("room", "honest", "elsewhere") is None


def test_one_device_that_votes_without_end_uses_up_its_own_votes_only() -> None:
    voters = Turnout()
    with pytest.raises(Refused, match="Too many votes from this device"):
        for _ in range(200):
            voters.admit("room", "script", "office")
    for number in range(50):
        assert voters.admit("room", f"colleague{number}", "office") is None
