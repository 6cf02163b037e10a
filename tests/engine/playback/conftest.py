"""A loop to play on."""

from collections.abc import Iterator

import pytest

from lib.engine.loop import Loop


@pytest.fixture
def loop() -> Iterator[Loop]:
    running = Loop()
    yield running
    running.stop()
