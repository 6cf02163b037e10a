"""What admins may see and change, and that nobody else may: every method, refused in the store."""

import inspect
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.domain.comparison.comparisons import Comparison
from lib.domain.models.models import Model, ModelKind
from lib.domain.models.rules import ModelRule
from lib.domain.people.audit import SYSTEM, Action, Actor
from lib.domain.people.grants import EVERYBODY, GrantKind
from lib.domain.people.limits import Limit, LimitKind, Scope
from lib.domain.people.notices import Notice
from lib.domain.people.people import Lifetime, Person, Role
from lib.store import Store
from lib.store import settings as settings_module
from lib.store.administration import Administration
from lib.store.people.permissions import NotPermittedError
from lib.store.settings import Gateway
from tests.store.conftest import answer, draft
from tests.store.test_owners import rows

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ADMIN, OTHER, MEMBER, FORMER = "a" * 32, "b" * 32, "c" * 32, "d" * 32
LIFETIME = Lifetime(timedelta(hours=1), timedelta(days=1))
NOTICE = Notice("n", "Maintenance at noon", NOW, NOW + timedelta(hours=1))
GATEWAY = Gateway("https://one.example/v1", "encrypted")
LIMIT = Limit(Scope.EVERYBODY, "", LimitKind.REPLIES_AT_ONCE, 3)

CALLS: dict[str, Callable[[Administration], Any]] = {
    "audit.latest": lambda all_: all_.audit.latest(10),
    "audit.fault": lambda all_: all_.audit.fault(),
    "invitations.open": lambda all_: all_.invitations.open(NOW),
    "invitations.revoke": lambda all_: all_.invitations.revoke("0" * 64, NOW),
    "limits.all": lambda all_: all_.limits.all(),
    "limits.set": lambda all_: all_.limits.set(LIMIT),
    "limits.set_for": lambda all_: all_.limits.set_for("c@example.com", LimitKind.TOKENS_A_DAY, 5),
    "limits.remove": lambda all_: all_.limits.remove(LIMIT),
    "people.find": lambda all_: all_.people.find(),
    "people.sign_ins": lambda all_: all_.people.sign_ins(MEMBER, NOW, LIFETIME),
    "people.invite": lambda all_: all_.people.invite("new@example.com", Role.ADMIN, NOW),
    "people.set_role": lambda all_: all_.people.set_role(MEMBER, Role.ADMIN),
    "people.set_disabled": lambda all_: all_.people.set_disabled(OTHER, NOW),
    "people.sign_out": lambda all_: all_.people.sign_out(ADMIN),
    "people.end_sign_in": lambda all_: all_.people.end_sign_in(ADMIN, "a hash"),
    "settings.check": lambda all_: all_.settings.check(),
    "settings.set_gateway": lambda all_: all_.settings.set_gateway(GATEWAY),
    "settings.set_rule": lambda all_: all_.settings.set_rule("model-a", ModelRule()),
    "settings.set_default_model": lambda all_: all_.settings.set_default_model("model-a"),
    "settings.add_notice": lambda all_: all_.settings.add_notice(NOTICE),
    "settings.remove_notice": lambda all_: all_.settings.remove_notice("n"),
    "sharing.opened": lambda all_: all_.sharing.opened(NOW),
    "sharing.close": lambda all_: all_.sharing.close("x", NOW),
    "usage.stored": lambda all_: all_.usage.stored(),
    "usage.database_bytes": lambda all_: all_.usage.database_bytes(),
    "usage.processes": lambda all_: all_.usage.processes(),
}


@pytest.fixture(autouse=True)
def _people(store: Store) -> None:
    for id_, role in ((ADMIN, Role.ADMIN), (OTHER, Role.ADMIN), (MEMBER, Role.MEMBER), (FORMER, Role.ADMIN)):
        email = f"{id_[0]}@example.com"
        store.people.add(Person(id_, "password", email, email, id_[0], role, NOW))
    store.people.set_disabled(FORMER, NOW, Actor(ADMIN))
    store.sign_ins.begin(Actor(ADMIN), NOW, browser="")


def by(store: Store, person_id: str = ADMIN) -> Administration:
    return store.administration(Actor(person_id))


def actions(store: Store) -> list[tuple[str, str]]:
    return [(row.action.value, row.about) for row in reversed(store.audit.latest(20))]


def test_every_method_is_tried_here(store: Store) -> None:
    methods = {
        f"{name}.{method}"
        for name, noun in vars(by(store)).items()
        for method, _ in inspect.getmembers(noun, inspect.ismethod)
        if not method.startswith("_")
    }
    assert methods == {*CALLS}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("person_id", [MEMBER, FORMER, "0" * 32])
def test_who_is_no_admin_gets_and_changes_nothing(
    name: str, person_id: str, store: Store, path: Path
) -> None:
    before = rows(path)
    with pytest.raises(NotPermittedError, match="does not permit you to administer"):
        CALLS[name](by(store, person_id))
    assert rows(path) == before


@pytest.mark.parametrize("name", CALLS)
def test_an_admin_may(name: str, store: Store) -> None:
    CALLS[name](by(store))


def test_people_are_found_with_figures_and_without_their_words(store: Store, path: Path) -> None:
    conversation = draft("A private title")
    reply_id = answer(store, conversation, "A private answer")
    assert reply_id
    found = {each.person.id: each for each in by(store).people.find()}
    assert set(found) == {ADMIN, OTHER, MEMBER, FORMER}
    assert (found[ADMIN].replies, found[ADMIN].tokens, found[ADMIN].sign_ins) == (0, 0, 1)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE ledger SET person_id = ?", (MEMBER,))
    [member] = by(store).people.find("EXAMPLE c@")
    assert (member.replies, member.tokens) == (1, 30)
    assert by(store).people.find("100%") == []
    assert "private" not in repr([by(store).people.find(), by(store).usage.stored()])


def test_the_last_admin_stays_one(store: Store) -> None:
    by(store).people.set_role(OTHER, Role.MEMBER)
    with pytest.raises(NotPermittedError, match="last admin"):
        by(store).people.set_role(ADMIN, Role.PRESENTER)
    with pytest.raises(NotPermittedError, match="last admin"):
        by(store).people.set_disabled(ADMIN, NOW)
    by(store).people.set_role(MEMBER, Role.ADMIN)
    by(store).people.set_role(ADMIN, Role.MEMBER)
    with pytest.raises(NotPermittedError, match="administer"):
        by(store).people.find()


def test_every_change_is_written_down_and_no_key(store: Store, path: Path) -> None:
    own = by(store)
    own.settings.set_gateway(GATEWAY)
    own.settings.set_rule("model-a", ModelRule(frozenset({Role.ADMIN}), True, "Only for tests"))
    own.settings.set_default_model("model-b")
    own.settings.add_notice(NOTICE)
    own.settings.remove_notice(NOTICE.id)
    own.settings.set_gateway(None)
    assert actions(store)[-7:] == [
        (Action.SETTING_CHANGED, "setting connection"),
        (Action.KEY_SET, "setting connection"),
        (Action.MODEL_CHANGED, "model model-a"),
        (Action.MODEL_CHANGED, "model model-b"),
        (Action.SETTING_CHANGED, "setting notices"),
        (Action.SETTING_CHANGED, "setting notices"),
        (Action.SETTING_CHANGED, "setting connection"),
    ]
    assert store.audit.fault() is None
    log = [row for row in rows(path) if row[0] == "audit"]
    assert "encrypted" not in repr(log)
    assert NOTICE.text not in repr(log)


def test_a_change_is_seen_here_at_once_and_elsewhere_soon(
    store: Store, database: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Store(database)) as other:
        assert other.settings.gateway() is None
        by(store).settings.set_gateway(GATEWAY)
        by(store).settings.add_notice(NOTICE)
        assert store.settings.gateway() == GATEWAY
        assert other.settings.gateway() is None
        monkeypatch.setattr(settings_module, "FRESH_SECONDS", 0.0)
        assert other.settings.gateway() == GATEWAY
        assert other.settings.notices() == [NOTICE]
        found = other.settings.connection(lambda text: f"opened {text}")
        assert found
        assert found.api_key
        assert found.api_key.reveal() == "opened encrypted"
        assert other.settings.connection(lambda text: f"opened {text}") is found


def test_a_key_that_cannot_be_decrypted_is_none_until_it_can(store: Store) -> None:
    by(store).settings.set_gateway(GATEWAY)
    lost = store.settings.connection(lambda _: None)
    assert lost
    assert (lost.base_url, lost.api_key) == (GATEWAY.base_url, None)
    found = store.settings.connection(lambda _: "sk-back")
    assert found
    assert found.api_key


def test_a_model_is_for_the_roles_that_it_is_for(store: Store) -> None:
    models = [Model(id_, None, ModelKind.CHAT) for id_ in ("model-a", "model-b", "model-c")]
    assert store.settings.offered(MEMBER, models) == models
    by(store).settings.set_rule("model-a", ModelRule(frozenset({Role.ADMIN, Role.PRESENTER})))
    by(store).settings.set_rule("model-b", ModelRule(is_hidden=True))
    assert [each.id for each in store.settings.offered(MEMBER, models)] == ["model-c"]
    assert [each.id for each in store.settings.offered(ADMIN, models)] == ["model-a", "model-c"]
    assert [store.settings.may_use(MEMBER, each.id) for each in models] == [False, True, True]
    assert store.settings.may_use(ADMIN, "model-a")
    assert not store.settings.may_use(FORMER, "model-a")
    assert not store.settings.may_use("0" * 32, "model-a")
    by(store).people.set_role(MEMBER, Role.PRESENTER)
    assert store.settings.may_use(MEMBER, "model-a")


def test_what_is_open_is_listed_without_titles_and_links_and_closed(store: Store) -> None:
    store.people.set_role(MEMBER, Role.PRESENTER, Actor(ADMIN))
    own, comparison = store.of(MEMBER), Comparison("1" * 32, "A private title", NOW)
    own.comparisons.add(comparison)
    room = own.rooms.open(comparison.id, NOW)
    dates = {"created_at": NOW + timedelta(minutes=1), "expires_at": NOW + timedelta(days=1)}
    own.shares.add("token", "<p>", source_id="2" * 32, title="A private title", **dates)
    own.grants.add(GrantKind.COMPARISON, comparison.id, EVERYBODY, NOW - timedelta(minutes=1))
    own.grants.add(GrantKind.COMPARISON, comparison.id, "b@example.com", NOW - timedelta(minutes=2))
    found = by(store).sharing.opened(NOW + timedelta(minutes=2))
    assert [(each.kind, each.shown, each.audience, each.owner, each.views) for each in found] == [
        ("report", "recording", "", "c@example.com", 0),
        ("room", "comparison", "", "c@example.com", None),
        ("grant", "comparison", EVERYBODY, "c@example.com", 0),
        ("grant", "comparison", "b@example.com", "c@example.com", 0),
    ]
    assert not any(word in repr(found) for word in ("private", room.token, "'token'"))
    closed = [by(store).sharing.close(each.id, NOW + timedelta(minutes=2)) for each in found]
    assert closed == found
    assert by(store).sharing.opened(NOW + timedelta(minutes=2)) == []
    assert store.open_rooms.get(room.token, NOW) is None
    assert store.links.view("token", NOW, SYSTEM) is None
    assert [action for action, _ in actions(store)[-4:]] == [
        Action.SHARE_REVOKED,
        Action.ROOM_CLOSED,
        *[Action.SHARE_REVOKED] * 2,
    ]
    assert own.shares.of("2" * 32, NOW) == []
    assert by(store).sharing.close(found[0].id, NOW) is None


def test_what_is_stored_is_counted_for_each_person(store: Store) -> None:
    answer(store, draft())
    store.of(MEMBER).comparisons.add(Comparison("1" * 32, "One", NOW))
    counts = {each.owner: each for each in by(store).usage.stored()}
    assert (counts["local"].conversations, counts["c@example.com"].comparisons) == (1, 1)
    assert by(store).usage.database_bytes() > 0


def test_a_secret_is_changed_without_losing_the_key(store: Store) -> None:
    by(store).settings.set_gateway(GATEWAY)
    store.settings.reencrypt(lambda text: f"{text} anew", Actor(ADMIN))
    assert store.settings.gateway() == replace(GATEWAY, encrypted_key="encrypted anew")
