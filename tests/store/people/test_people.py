"""People, where they are signed in, and their invitations: real SQLite, and a time that tests choose."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lib.domain.people.audit import COMMAND_LINE, SYSTEM, Actor
from lib.domain.people.people import Lifetime, Person, Role
from lib.store import Store
from lib.store.database.errors import StoreError
from lib.store.people.permissions import NotPermittedError

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LIFETIME = Lifetime(idle=timedelta(hours=12), most=timedelta(days=7))
BOSS = Person("b" * 32, "password", "boss@example.com", "boss@example.com", "Boss", Role.ADMIN, NOW)
LEAVING: dict[str, Callable[[Store, str], None]] = {
    "removed": lambda store, id_: store.ownership.remove(id_, Actor(id_)),
    "demoted": lambda store, id_: store.people.set_role(id_, Role.MEMBER, COMMAND_LINE),
    "disabled": lambda store, id_: store.people.set_disabled(id_, NOW, COMMAND_LINE),
}
ONE = Person("1" * 32, "password", "one@example.com", "one@example.com", "one", Role.MEMBER, NOW)


def begun(store: Store, at: datetime = NOW) -> str:
    token = store.sign_ins.begin(Actor(ONE.id, "10.0.0.1"), at, browser="Browser")
    assert token
    return token


@pytest.fixture
def token(store: Store) -> str:
    """The token of somebody who is signed in."""
    store.people.add(ONE)
    return begun(store)


def is_signed_in(store: Store, token: str, after: timedelta) -> bool:
    return store.sign_ins.find(token, NOW + after, LIFETIME) is not None


def test_whoever_does_nothing_is_signed_out_after_twelve_hours(store: Store, token: str) -> None:
    assert is_signed_in(store, token, timedelta(hours=11, minutes=59))
    assert is_signed_in(store, token, timedelta(hours=23, minutes=58))  # counted from the time before
    assert not is_signed_in(store, token, timedelta(hours=35, minutes=58))


@pytest.mark.usefixtures("token")
def test_whoever_uses_an_open_page_is_seen_and_once_a_minute(store: Store) -> None:
    [place] = store.sign_ins.of(ONE.id, NOW, LIFETIME)

    def seen_after(seconds: int, used: set[str]) -> float:
        now = NOW + timedelta(seconds=seconds)
        assert store.sign_ins.valid({place.token_hash}, now, LIFETIME, used) == {place.token_hash}
        [found] = store.sign_ins.of(ONE.id, now, LIFETIME)
        return (found.seen_at - NOW).total_seconds()

    assert seen_after(90, set()) == 0
    assert seen_after(90, {place.token_hash}) == 90
    assert seen_after(120, {place.token_hash}) == 90
    assert seen_after(150, {place.token_hash}) == 150
    late = NOW + timedelta(hours=13)
    assert store.sign_ins.valid({place.token_hash}, late, LIFETIME, {place.token_hash}) == set()


def test_nobody_stays_longer_than_a_week_whatever_they_do(store: Store, token: str) -> None:
    for hours in range(0, 7 * 24, 6):
        assert is_signed_in(store, token, timedelta(hours=hours))
    assert not is_signed_in(store, token, timedelta(days=7))
    other = begun(store, NOW + timedelta(days=7))
    store.sign_ins.purge_old(NOW + timedelta(days=7), LIFETIME)
    assert [each.browser for each in store.sign_ins.of(ONE.id, NOW + timedelta(days=7), LIFETIME)] == [
        "Browser"
    ]
    assert is_signed_in(store, other, timedelta(days=7))


def test_what_changes_what_somebody_may_do_signs_them_out(store: Store, token: str) -> None:
    store.people.set_role(ONE.id, Role.PRESENTER, COMMAND_LINE)
    assert not is_signed_in(store, token, timedelta(0))
    token = begun(store)
    store.people.set_disabled(ONE.id, NOW, COMMAND_LINE)
    assert not is_signed_in(store, token, timedelta(0))
    assert store.people.enabled({ONE.id}) == set()
    store.people.set_disabled(ONE.id, None, COMMAND_LINE)
    assert store.people.enabled({ONE.id}) == {ONE.id}
    assert not is_signed_in(store, token, timedelta(0))


def test_everybody_ends_only_sign_ins_of_their_own(store: Store, token: str) -> None:
    [place] = store.sign_ins.of(ONE.id, NOW, LIFETIME)
    store.sign_ins.end(Actor("2" * 32), place.token_hash)
    assert is_signed_in(store, token, timedelta(0))
    other = begun(store)
    store.sign_ins.end_others(Actor("2" * 32), place.token_hash)
    assert is_signed_in(store, other, timedelta(0))
    store.sign_ins.end_others(Actor(ONE.id), place.token_hash)
    assert not is_signed_in(store, other, timedelta(0))
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


@pytest.mark.parametrize("how", LEAVING)
def test_the_last_admin_who_can_sign_in_stays_one(how: str, store: Store) -> None:
    store.people.add(BOSS)
    store.people.add(ONE)
    former = store.people.add(replace(BOSS, id="f" * 32, subject="former"))
    store.people.set_disabled(former.id, NOW, COMMAND_LINE)
    store.people.add(replace(BOSS, id="9" * 32, issuer="guest"))  # nobody comes back as a guest
    with pytest.raises(NotPermittedError, match="the last admin"):
        LEAVING[how](store, BOSS.id)
    assert store.people.get(BOSS.id) == BOSS
    for id_ in (ONE.id, former.id, "9" * 32):
        LEAVING[how](store, id_)
    store.people.add(replace(BOSS, id="2" * 32, issuer="https://idp.example"))
    LEAVING[how](store, BOSS.id)
    assert store.people.get(BOSS.id) != BOSS


@pytest.mark.parametrize("how", LEAVING)
def test_of_two_admins_who_leave_at_the_same_time_one_stays(how: str, store: Store, path: Path) -> None:
    second = Store(path)
    ids = [store.people.add(replace(BOSS, id=digit * 32, subject=digit)).id for digit in "45"]

    def leave(opened: Store, id_: str) -> bool:
        try:
            LEAVING[how](opened, id_)
        except NotPermittedError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, (store, second), ids)) == [False, True]
    second.close()


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


def test_nobody_is_signed_in_who_was_disabled_or_has_another_password_meanwhile(store: Store) -> None:
    store.people.add(ONE, "new hash")
    who = Actor(ONE.id)
    assert store.sign_ins.begin(who, NOW, browser="", password_hash="old hash") is None
    assert store.sign_ins.begin(who, NOW, browser="", password_hash="new hash")
    store.people.set_disabled(ONE.id, NOW, COMMAND_LINE)
    assert store.sign_ins.begin(who, NOW, browser="") is None
    assert [row.action for row in store.audit.latest(2)] == ["disabled", "signed in"]


def test_an_invitation_ends_with_the_right_of_whoever_made_it(store: Store) -> None:
    admin = replace(ONE, id="3" * 32, subject="admin@example.com", role=Role.ADMIN)
    store.people.add(admin, "hash")
    store.people.add(replace(admin, id="4" * 32, subject="who stays one"), "hash")
    token = store.invitations.add("new@example.com", Role.ADMIN, NOW, Actor(admin.id))
    assert store.invitations.get(token, NOW)
    store.people.set_role(admin.id, Role.MEMBER, COMMAND_LINE)
    assert store.invitations.get(token, NOW) is None
    store.people.set_role(admin.id, Role.ADMIN, COMMAND_LINE)
    store.people.set_disabled(admin.id, NOW, COMMAND_LINE)
    assert store.invitations.use(token, ONE, "hash", NOW, Actor(ONE.id)) is None


def test_of_several_invitations_the_last_one_counts_and_a_new_password_ends_it(store: Store) -> None:
    store.people.add(ONE, "hash")
    first, second = (store.invitations.add(ONE.subject, ONE.role, NOW, COMMAND_LINE) for _ in range(2))
    assert store.invitations.get(first, NOW) is None
    store.people.set_password(ONE.id, "another hash", Actor(ONE.id))
    assert store.invitations.get(second, NOW) is None


def test_the_first_admins_links_end_with_the_first_admin(store: Store) -> None:
    first, second = (store.invitations.add("", Role.ADMIN, NOW, SYSTEM) for _ in range(2))
    store.people.add(ONE, "hash")
    assert store.invitations.use(first, ONE, "stolen", NOW, Actor(ONE.id)) is None
    assert store.people.password_hash(ONE.id) == "hash"
    admin = replace(ONE, id="3" * 32, subject="admin@example.com", role=Role.ADMIN)
    assert store.invitations.use(first, admin, "hash", NOW, Actor(admin.id)) == admin
    assert store.invitations.get(second, NOW) is None


def test_of_many_attempts_at_once_only_the_free_ones_are_made(store: Store, path: Path) -> None:
    second, keys = Store(path), {"account one": 10, "address 10.0.0.1": 50}
    with ThreadPoolExecutor(20) as pool:
        waits = list(pool.map(lambda n: (store, second)[n % 2].attempts.take(keys, NOW), range(40)))
    assert sum(not wait for wait in waits) == 10
    second.close()


def test_who_was_right_at_last_starts_afresh(store: Store) -> None:
    keys = {"account one": 2, "address 10.0.0.1": 3}
    assert not store.attempts.take(keys, NOW)
    assert not store.attempts.take(keys, NOW)
    assert store.attempts.take(keys, NOW) == timedelta(seconds=30)
    assert not store.attempts.take(keys, NOW + timedelta(seconds=30))
    store.attempts.succeeded(keys, "account one")
    assert not store.attempts.take({"account one": 1}, NOW)
    # The wrong ones from the address still count.
    assert not store.attempts.take({"address 10.0.0.1": 3}, NOW)
    assert store.attempts.take({"address 10.0.0.1": 3}, NOW)
