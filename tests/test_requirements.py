"""What is installed is pinned, file by file: a package that was changed after it was looked at is refused."""

import re
from collections.abc import Iterator

import pytest

from tests.app_server import ROOT

LISTS = ("requirements.txt", "requirements-dev.txt", "requirements-local.txt")
PINNED = re.compile(r"[a-z0-9._-]+==[^\s;,*]+( ; [^\\]+?)?( --hash=sha256:[0-9a-f]{64})+")
"""A name, one version, perhaps where it applies, and the hashes of the version's files."""


def lines(name: str) -> list[str]:
    """The requirements of a list, each with its hashes on one line."""
    text = re.sub(r"\s*\\\n\s*", " ", (ROOT / name).read_text("utf-8"))
    return [line for line in text.splitlines() if line and not line.startswith(("#", "--only-binary "))]


def faults(requirements: list[str]) -> list[str]:
    """Those that do not say exactly which files may be installed."""
    return [line for line in requirements if not PINNED.fullmatch(line)]


def installations() -> Iterator[str]:
    """The commands of the project's own files that install packages of Python."""
    for name in ("Makefile", "deploy/Dockerfile", ".ci/run", "tests/browser/install.sh"):
        text = re.sub(r"\s*\\\n\s*", " ", (ROOT / name).read_text("utf-8"))
        commands = re.split(r"\n|&&", text)
        yield from (each for each in commands if re.search(r"(pip install|\$\(INSTALL\)) .*-r ", each))


@pytest.mark.parametrize("name", LISTS)
def test_every_requirement_is_one_version_with_the_hashes_of_its_files(name: str) -> None:
    assert lines(name)
    assert faults(lines(name)) == []


@pytest.mark.parametrize(
    "loose", ["a==1", "a>=1 --hash=sha256:" + "0" * 64, "a @ https://x.test/a.whl", "-e ."]
)
def test_a_loose_requirement_is_seen(loose: str) -> None:
    assert faults([loose]) == [loose]


def test_tests_run_with_the_packages_that_the_app_runs_with() -> None:
    assert set(lines("requirements.txt")) <= set(lines("requirements-dev.txt"))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_no_place_to_take_packages_from(name: str) -> None:
    assert not re.search(
        r"://|^--(extra-)?index|^--find-links|^--trusted", (ROOT / name).read_text("utf-8"), re.M
    )


def test_every_installation_asks_for_the_hashes() -> None:
    commands = list(installations())
    assert len(commands) >= len(LISTS)
    rule = re.search(r"^INSTALL \+= (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert rule
    for command in commands:
        flags = command.replace("$(INSTALL)", rule[1])
        assert "--require-hashes" in flags, command
        assert "--no-deps" in flags, command
