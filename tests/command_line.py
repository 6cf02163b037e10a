"""`python -m lib`, as a process of its own and without one: starting Python takes longer than most of it."""

import os
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path

import pytest

from lib.__main__ import main
from tests.warm_parent import Ended, command

_OURS = ("KKIAI_", "CHAT_")


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """The environment of a command: what the developer has set must not decide a test."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    ours = {
        "CHAT_DATA_DIR": str(data_dir),
        "CHAT_LOCAL_MODEL": "off",
        "KKIAI_BASE_URL": "",
        "LANGUAGE": "en",
        "LC_ALL": "C.UTF-8",
    }
    return {**inherited, **ours, **variables}


def process(data_dir: Path, *arguments: str, said: str = "", **variables: str) -> Ended:
    """Run `python -m lib` with these arguments and these variables, and this on its standard input."""
    return command(list(arguments), environment(data_dir, **variables), said)


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


class CommandLine:
    """`python -m lib` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def run(self, data_dir: Path, *arguments: str, **variables: str) -> Done:
        """Run a command with these arguments and these variables."""
        with self._monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(_OURS)]:
                patch.delenv(name)
            for name, value in environment(data_dir, **variables).items():
                patch.setenv(name, value)
            try:
                status = copy_context().run(main, list(arguments))  # it chooses a language
            except SystemExit as wrong_usage:
                status = int(wrong_usage.code or 0)
        printed = self._capsys.readouterr()
        return Done(status, printed.out, printed.err)
