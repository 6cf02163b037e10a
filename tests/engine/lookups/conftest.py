"""A client on a loop of its own."""

from collections.abc import Iterator

import pytest

from lib.engine.loop import Loop
from lib.gateway.client import Gateway
from tests.engine.conftest import settle
from tests.scripted_gateway import ScriptedGateway


@pytest.fixture
def asking(gateway: ScriptedGateway) -> Iterator[tuple[Gateway, Loop]]:
    loop, client = Loop(), Gateway()
    yield client, loop
    loop.stop(client.close)
    settle(gateway)
