"""Retries without their pauses, so that what fails on purpose fails at once."""

import pytest

from lib.gateway import retries


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "FIRST_PAUSE_SECONDS", 0.0)
