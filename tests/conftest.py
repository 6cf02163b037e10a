"""Fixtures for every test."""

import faulthandler
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from lib.app import DATABASE
from lib.files import upload_validation
from lib.gateway import retries
from tests import warm_parent
from tests.app_server import AppServer
from tests.command_line import CommandLine
from tests.patience import PATIENCE
from tests.postgres import Server, running
from tests.scripted_gateway import ScriptedGateway
from tests.store.fresh import made, made_in

# The same examples in every run: a gate must not fail by chance. Hypothesis would also try what stands in the
# code that is imported so far, which is another one on each worker.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("steady")
providers._get_local_constants = Constants

# Coverage counts what a process imports itself.
if "COVERAGE_PROCESS_CONFIG" not in os.environ:
    AppServer.launch = staticmethod(warm_parent.serve)

HANG_SECONDS, AGAIN_SECONDS = 180.0, 5.0
"""No step of a test takes a quarter of this. One that does takes forever, and is told so until it ends."""
_TERMINAL = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the terminal, before a test's output is captured."""
    config.stash[_TERMINAL] = os.dup(2)


@contextmanager
def _bounded(config: pytest.Config) -> Iterator[None]:
    """A step that hangs fails. One that goes on all the same ends its worker, with every thread's stack.

    Pytest's own `faulthandler_timeout` does not watch the teardown after a failure.
    """
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail(f"This takes longer than {HANG_SECONDS:g} s."))
    signal.setitimer(signal.ITIMER_REAL, HANG_SECONDS, AGAIN_SECONDS)
    faulthandler.dump_traceback_later(2 * HANG_SECONDS, exit=True, file=config.stash[_TERMINAL])
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    with _bounded(item.config):
        return (yield)


pytest_runtest_call = pytest_runtest_teardown = pytest_runtest_setup


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails on purpose fails at once: in this process, retries wait for nothing."""
    monkeypatch.setattr(retries, "FIRST_PAUSE_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def _patient_with_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file costs is computing time: the wall clock tells how busy the machine is."""
    monkeypatch.setattr(upload_validation, "READING_SECONDS", 3 * PATIENCE)


@pytest.fixture
def gateway() -> Iterator[ScriptedGateway]:
    """A scripted gateway on loopback, running."""
    with ScriptedGateway() as running:
        yield running


@pytest.fixture
def lib(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line."""
    return CommandLine(monkeypatch, capsys)


@pytest.fixture
def server(gateway: ScriptedGateway, tmp_path: Path) -> Iterator[AppServer]:
    """The app, started against the scripted gateway with a fresh data folder."""
    with AppServer(tmp_path / "data", gateway.base_url) as running:
        yield running


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests of a store on both databases; those that open its file themselves on SQLite alone."""
    if "database" in metafunc.fixturenames:
        is_about_the_file = "path" in metafunc.fixturenames
        kinds = ["sqlite"] if is_about_the_file else ["sqlite", "postgresql"]
        metafunc.parametrize("database", kinds, indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server, running; the test is skipped where none is installed."""
    with running() as started:
        yield started


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a new, migrated database is: a file, or the URL of a database in PostgreSQL."""
    if request.param == "sqlite":
        return made(tmp_path / "data" / DATABASE)
    return made_in(request.getfixturevalue("postgres"))
