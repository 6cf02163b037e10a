"""Rooms: one a comparison, found by their token until they close."""

import re
from datetime import UTC, datetime, timedelta

from lib.domain.comparison.comparisons import Comparison
from lib.domain.people.audit import COMMAND_LINE
from lib.domain.people.people import LOCAL, Person, Role
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.comparison.rooms import OPEN_FOR

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
LATER = NOW + OPEN_FOR - timedelta(seconds=1)


def compared(store: Store) -> str:
    """The id of a stored comparison."""
    own = new_id()
    store.of(LOCAL).comparisons.add(Comparison(own, "Tea", NOW))
    return own


def test_a_room_is_found_by_its_token_and_by_its_comparison(store: Store) -> None:
    comparison_id = compared(store)
    room = store.of(LOCAL).rooms.open(comparison_id, NOW)
    assert re.fullmatch(r"[\w-]{22}", room.token)
    assert store.open_rooms.get(room.token, LATER) == room
    assert store.of(LOCAL).rooms.of(comparison_id, LATER) == room
    assert store.open_rooms.get(room.token + "x", NOW) is None
    assert store.of(LOCAL).rooms.of(compared(store), NOW) is None


def test_opening_twice_gives_the_same_room(store: Store) -> None:
    comparison_id = compared(store)
    assert store.of(LOCAL).rooms.open(comparison_id, NOW) == store.of(LOCAL).rooms.open(comparison_id, LATER)
    assert (
        store.of(LOCAL).rooms.open(compared(store), NOW).token
        != store.of(LOCAL).rooms.open(comparison_id, NOW).token
    )


def test_a_room_closes_by_a_click_or_after_four_hours_and_stays_closed(store: Store) -> None:
    comparison_id = compared(store)
    clicked = store.of(LOCAL).rooms.open(comparison_id, NOW)
    store.of(LOCAL).rooms.close(clicked.token, NOW)
    assert store.open_rooms.get(clicked.token, NOW) is None
    timed = store.of(LOCAL).rooms.open(comparison_id, NOW)
    assert timed.token != clicked.token
    assert store.open_rooms.get(timed.token, NOW + OPEN_FOR) is None
    assert store.of(LOCAL).rooms.of(comparison_id, NOW + OPEN_FOR) is None
    assert store.of(LOCAL).rooms.open(comparison_id, NOW + OPEN_FOR).token != timed.token


def test_a_room_goes_with_its_comparison(store: Store) -> None:
    comparison_id = compared(store)
    room = store.of(LOCAL).rooms.open(comparison_id, NOW)
    store.of(LOCAL).comparisons.delete(comparison_id)
    assert store.open_rooms.get(room.token, NOW) is None


def test_a_room_answers_only_while_its_owner_may_open_rooms(store: Store) -> None:
    one, comparison_id = new_id(), new_id()
    store.people.add(Person(one, "password", "one", "", "", Role.PRESENTER, NOW))
    store.of(one).comparisons.add(Comparison(comparison_id, "Tea", NOW))
    room = store.of(one).rooms.open(comparison_id, NOW)
    for role, disabled_at in (
        (Role.MEMBER, None),
        (Role.PRESENTER, None),
        (Role.PRESENTER, NOW),
        (Role.ADMIN, None),
    ):
        store.people.set_role(one, role, COMMAND_LINE)
        store.people.set_disabled(one, disabled_at, COMMAND_LINE)
        may = role is not Role.MEMBER and disabled_at is None
        assert store.open_rooms.get(room.token, NOW) == (room if may else None)
