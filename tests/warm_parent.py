"""Forks servers and commands from a parent that has imported the app already: importing is most of a start.

The parent has run nothing of the app. What is forked from it is a process of its own in all else.
"""

import gc
import multiprocessing
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from tests.app_server import ROOT, Process

_IMPORTED = [
    "streamlit.web.cli",
    "streamlit.web.server.starlette.starlette_app",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "alembic.autogenerate",
    "pandas",
    "pyarrow",
    "openai.resources.chat.completions",
    "lib.ui.server.asgi",
    "lib.ui.chat.transcript",
    "lib.ui.chat.dialogs",
    "lib.ui.compare.page",
    "lib.commands",
]
"""What a start and the first page import, and a command."""
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(_IMPORTED)


def serve(arguments: list[str], environment: dict[str, str], log_file: Path) -> Process:
    """Start `streamlit` with these arguments; see `tests.app_server.Launch`."""
    return _Forked(_started(_serve, arguments, environment, log_file))


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str
    memory: int
    """Bytes, the most that it had."""


def command(
    arguments: list[str], environment: dict[str, str], said: str = "", seconds: float = 120.0
) -> Ended:
    """Run `python -m lib` with these arguments, and this on its standard input. Raises `TimeoutExpired`."""
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("stdin", "stdout", "stderr", "memory")]
        files[0].write_text(said, "utf-8")
        process = _started(_command, arguments, environment, *files)
        try:
            status = _Forked(process).wait(seconds)
        finally:
            process.kill()
        stdout, stderr, memory = (file.read_text("utf-8") for file in files[1:])
        return Ended(status, stdout, stderr, int(memory))


def _started(target: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    process = _CONTEXT.Process(target=target, args=arguments, daemon=True)
    # The child would run the file of `__main__` first. It needs nothing of it, and a page that Streamlit's
    # `AppTest` has run leaves a file there that cannot be run.
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        process.start()
    finally:
        sys.modules["__main__"] = main
    return process


class _Forked:
    """A process as `subprocess` tells of one."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        assert process.pid
        self.pid = process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired("streamlit", timeout or 0.0)
        return status


def _serve(arguments: list[str], environment: dict[str, str], log_file: Path) -> None:
    _become(environment, log_file, log_file)
    sys.argv = ["streamlit", *arguments]
    import_module("streamlit.web.cli").main(prog_name="streamlit")


def _command(
    arguments: list[str], environment: dict[str, str], stdin: Path, stdout: Path, stderr: Path, memory: Path
) -> None:
    _become(environment, stdout, stderr)
    sys.stdin = stdin.open(encoding="utf-8")  # `multiprocessing` has replaced it
    try:
        sys.exit(import_module("lib.__main__").main(arguments))
    finally:
        memory.write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))


def _become(environment: dict[str, str], stdout: Path, stderr: Path) -> None:
    """Take over what a process is started with."""
    gc.freeze()  # what the parent has made need not be searched
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    for stream, path in ((1, stdout), (2, stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), stream)
