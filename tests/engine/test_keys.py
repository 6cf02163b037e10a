"""A visitor's own key: when their session is over, nothing in the process holds it any more."""

import gc
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from lib.domain.models.connection import Connection, parse_api_key
from lib.domain.people.people import LOCAL
from lib.engine.engine import Engine
from lib.store import Store
from tests.app_server import ROOT
from tests.engine.conftest import Chat
from tests.patience import PATIENCE

PIECES = ("sk-visitor", "-0123", "456789")
"""A key that the test itself never holds whole."""
GATEWAY = """
from tests.scripted_gateway import ScriptedGateway
with ScriptedGateway() as gateway:
    print(gateway.base_url, flush=True)
    input()
"""


@pytest.fixture
def base_url() -> Iterator[str]:
    """A scripted gateway in a process of its own: it knows the keys that it was sent."""
    with subprocess.Popen(
        [sys.executable, "-c", GATEWAY], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        yield process.stdout.readline().strip()
        process.stdin.write("\n")


def holders(pieces: tuple[str, ...]) -> list[str]:
    """The kinds of the objects in this process that hold this text."""
    gc.collect()
    text = "".join(pieces)
    waiting, seen, found = gc.get_objects(), set[int](), list[str]()
    while waiting:
        holder = waiting.pop()
        for held in gc.get_referents(holder):
            kind = type(held)
            if kind is str or kind is bytes:
                if (text if kind is str else text.encode()) in held and held is not text:
                    found.append(type(holder).__name__)
            elif not gc.is_tracked(held) and id(held) not in seen:
                seen.add(id(held))
                waiting.append(held)
    return found


def visit(engine: Engine, store: Store, base_url: str) -> None:
    """All that a visitor with a key of their own can do with it; some of it fails."""
    connection = Connection(base_url, parse_api_key("".join(PIECES)))
    assert engine.catalogue.listing(connection, wait_seconds=PATIENCE).models
    engine.catalogue.prices(connection, wait_seconds=PATIENCE)
    engine.balances.left(connection, wait_seconds=PATIENCE)
    examination = engine.doctor.examine(LOCAL, connection, "model-a")
    assert examination.wait(0, PATIENCE)
    engine.doctor.stop(examination)
    Chat(engine, store, connection).ask()
    elsewhere = Connection(f"{base_url}/nowhere", connection.api_key)
    assert engine.catalogue.listing(elsewhere, wait_seconds=PATIENCE).error
    engine.balances.left(elsewhere, wait_seconds=PATIENCE)
    assert holders(PIECES)
    # Asked for, and never looked at again.
    left = Connection(f"{base_url}/nowhere/else", connection.api_key)
    engine.catalogue.listing(left, wait_seconds=0)


def test_a_visitors_key_is_gone_with_the_visitor(engine: Engine, store: Store, base_url: str) -> None:
    visit(engine, store, base_url)
    deadline = time.monotonic() + PATIENCE
    while holders(PIECES) and time.monotonic() < deadline:
        pass  # the last request is still under way, and nothing tells of its end
    assert holders(PIECES) == []
