"""`python -m lib user`: whom a command means, and that somebody stays who can administer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.app import DATABASE
from lib.domain.people.people import Person, Role
from lib.store import Store
from tests.command_line import CommandLine

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
CHEF = "chef@example.com"
EVIL = Person("e" * 32, "https://idp.example", "Sub-1", CHEF, "Evil", Role.MEMBER, NOW)
OWN = Person("c" * 32, "password", CHEF, CHEF, "Chef", Role.MEMBER, NOW)
BOSS = Person("b" * 32, "password", "boss@example.com", "boss@example.com", "Boss", Role.ADMIN, NOW)


@contextmanager
def opened(data_dir: Path) -> Iterator[Store]:
    store = Store(data_dir / DATABASE)
    yield store
    store.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with an admin, and two people who have the same e-mail address."""
    with opened(tmp_path / "data") as store:
        for person in (EVIL, OWN, BOSS):
            store.people.add(person)
    return tmp_path / "data"


def role(data_dir: Path, person: Person) -> Role | None:
    with opened(data_dir) as store:
        found = store.people.get(person.id)
    return found.role if found else None


@pytest.mark.parametrize(
    "command",
    [
        "user role {} admin",
        "user adopt {}",
        "user hand-over {} boss@example.com",
        "user hand-over boss@example.com {}",
        "user export {}",
        "user remove {}",
        "user disable {}",
        "user reset {}",
        "limit set person {} tokens-a-day 5",
    ],
)
def test_a_name_that_several_people_have_is_refused(command: str, lib: CommandLine, data_dir: Path) -> None:
    with opened(data_dir) as store:
        before = (store.people.all(), store.audit.end())
    done = lib.run(data_dir, *command.format(CHEF).split())
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"lib: Several people are called '{CHEF}'. ")
    for person in (EVIL, OWN):
        line = f"{person.id}\t{person.issuer}/{person.subject}\t{CHEF}\tmember\n"
        assert line in done.err
    with opened(data_dir) as store:
        assert (store.people.all(), store.audit.end()) == before


@pytest.mark.parametrize("name", ["{0.id}", "{0.issuer}/{0.subject}"])
@pytest.mark.parametrize("person", [EVIL, OWN])
def test_an_id_or_the_name_at_an_issuer_says_who_is_meant(
    name: str, person: Person, lib: CommandLine, data_dir: Path
) -> None:
    assert lib.run(data_dir, "user", "role", name.format(person), "presenter").status == 0
    assert role(data_dir, person) is Role.PRESENTER
    assert {role(data_dir, other) for other in {EVIL, OWN} - {person}} == {Role.MEMBER}


def test_a_reset_is_for_the_account_here(lib: CommandLine, data_dir: Path) -> None:
    told = lib.run(data_dir, "user", "add", CHEF)
    assert "`user reset password/chef@example.com`" in told.err
    assert lib.run(data_dir, "user", "reset", f"password/{CHEF}").out.startswith(f"For {CHEF}")
    assert "has no password here" in lib.run(data_dir, "user", "reset", EVIL.id).err


@pytest.mark.parametrize("command", ["role boss@example.com member", "disable {0.id}", "remove {0.email}"])
def test_the_last_admin_leaves_by_force_only(command: str, lib: CommandLine, data_dir: Path) -> None:
    words = command.format(BOSS).split()
    done = lib.run(data_dir, "user", *words)
    assert (done.status, done.out) == (1, "")
    assert "This is the last admin." in done.err
    assert "--force" in done.err
    with opened(data_dir) as store:
        assert store.people.get(BOSS.id) == BOSS
    assert lib.run(data_dir, "user", *words, "--force").status == 0
    with opened(data_dir) as store:
        assert store.people.get(BOSS.id) != BOSS
