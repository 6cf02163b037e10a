"""People, where they are signed in, and their invitations: real SQLite, and a time that tests choose."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lib.domain.people.audit import COMMAND_LINE, Actor
from lib.domain.people.people import Lifetime, Person, Role
from lib.store import Store
from lib.store.database.errors import StoreError

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LIFETIME = Lifetime(idle=timedelta(hours=12), most=timedelta(days=7))
ONE = Person("1" * 32, "password", "one@example.com", "one@example.com", "one", Role.MEMBER, NOW)


@pytest.fixture
def token(store: Store) -> str:
    """The token of somebody who is signed in."""
    store.people.add(ONE)
    return store.sign_ins.begin(Actor(ONE.id, "10.0.0.1"), NOW, browser="Browser")


def is_signed_in(store: Store, token: str, after: timedelta) -> bool:
    return store.sign_ins.find(token, NOW + after, LIFETIME) is not None


def test_whoever_does_nothing_is_signed_out_after_twelve_hours(store: Store, token: str) -> None:
    assert is_signed_in(store, token, timedelta(hours=11, minutes=59))
    assert is_signed_in(store, token, timedelta(hours=23, minutes=58))  # counted from the time before
    assert not is_signed_in(store, token, timedelta(hours=35, minutes=58))


def test_nobody_stays_longer_than_a_week_whatever_they_do(store: Store, token: str) -> None:
    for hours in range(0, 7 * 24, 6):
        assert is_signed_in(store, token, timedelta(hours=hours))
    assert not is_signed_in(store, token, timedelta(days=7))
    [other] = [store.sign_ins.begin(Actor(ONE.id), NOW + timedelta(days=7), browser="")]
    store.sign_ins.purge_old(NOW + timedelta(days=7), LIFETIME)
    assert [each.browser for each in store.sign_ins.of(ONE.id, NOW + timedelta(days=7), LIFETIME)] == [""]
    assert is_signed_in(store, other, timedelta(days=7))


def test_what_changes_what_somebody_may_do_signs_them_out(store: Store, token: str) -> None:
    store.people.set_role(ONE.id, Role.PRESENTER, COMMAND_LINE)
    assert not is_signed_in(store, token, timedelta(0))
    token = store.sign_ins.begin(Actor(ONE.id), NOW, browser="")
    store.people.set_disabled(ONE.id, NOW, COMMAND_LINE)
    assert not is_signed_in(store, token, timedelta(0))
    assert store.people.enabled({ONE.id}) == set()
    store.people.set_disabled(ONE.id, None, COMMAND_LINE)
    assert store.people.enabled({ONE.id}) == {ONE.id}
    assert not is_signed_in(store, token, timedelta(0))


def test_nobody_ends_the_sign_in_of_somebody_else(store: Store, token: str) -> None:
    [place] = store.sign_ins.of(ONE.id, NOW, LIFETIME)
    store.sign_ins.end(Actor("2" * 32), place.token_hash)
    assert is_signed_in(store, token, timedelta(0))
    store.sign_ins.end(Actor(ONE.id), place.token_hash)
    assert not is_signed_in(store, token, timedelta(0))


def test_an_invitation_is_used_once_and_for_three_days(store: Store) -> None:
    late = store.invitations.add("one@example.com", Role.MEMBER, NOW, COMMAND_LINE)
    assert store.invitations.get(late, NOW + timedelta(days=3)) is None
    token = store.invitations.add("one@example.com", Role.PRESENTER, NOW, COMMAND_LINE)
    found = store.invitations.get(token, NOW)
    assert found
    assert (found.email, found.role) == ("one@example.com", Role.PRESENTER)
    assert store.invitations.use(token, ONE, "hash", NOW, Actor(ONE.id)) == ONE
    assert store.invitations.use(token, ONE, "other", NOW, Actor(ONE.id)) is None
    assert store.invitations.get(token, NOW) is None
    assert store.people.password_hash(ONE.id) == "hash"


def test_whoever_comes_first_decides_who_a_name_is(store: Store, path: Path) -> None:
    second = Store(path)
    again = Person("2" * 32, ONE.issuer, ONE.subject, "", "", Role.ADMIN, NOW)
    assert store.people.add(ONE).id == second.people.add(again).id == ONE.id
    assert second.people.of_subject("elsewhere", ONE.subject) is None
    second.close()


def test_whoever_does_not_exist_cannot_be_changed(store: Store) -> None:
    with pytest.raises(StoreError, match="There is no such person"):
        store.people.set_role("0" * 32, Role.ADMIN, COMMAND_LINE)


def test_each_deed_is_written_down_and_no_secret_is(store: Store, path: Path, token: str) -> None:
    invited = store.invitations.add("two@example.com", Role.ADMIN, NOW, Actor(ONE.id, "10.0.0.1", "r1"))
    store.people.set_password(ONE.id, "a-hash", Actor(ONE.id))
    store.people.set_role(ONE.id, Role.ADMIN, COMMAND_LINE)
    store.sign_ins.end_all(ONE.id, COMMAND_LINE)
    rows = list(store.audit.all())
    assert [(row.actor.person_id, row.action, row.about) for row in rows] == [
        (ONE.id, "person added", f"person {ONE.id}"),
        (ONE.id, "signed in", f"person {ONE.id}"),
        (ONE.id, "invited", "two@example.com"),
        (ONE.id, "password changed", f"person {ONE.id}"),
        ("command line", "role changed", f"person {ONE.id}"),
    ]
    assert (rows[2].actor.address, rows[2].actor.request_id, dict(rows[2].detail)) == (
        "10.0.0.1",
        "r1",
        {"role": "admin"},
    )
    stored = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert invited.encode() not in stored
    assert token.encode() not in stored
