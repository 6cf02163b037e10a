"""Starts the app from a parent that has imported it already: a start costs a third of the computing time.

The parent has run nothing of the app. Each server is a process of its own, forked from it.
"""

import gc
import multiprocessing
import os
import subprocess
import sys
from importlib import import_module
from multiprocessing.context import ForkServerProcess
from pathlib import Path

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
]
"""What a start and the first page import."""
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(_IMPORTED)


def warm(arguments: list[str], environment: dict[str, str], log_file: Path) -> Process:
    """Start `streamlit` with these arguments; see `tests.app_server.Launch`."""
    process = _CONTEXT.Process(target=_run, args=(arguments, environment, log_file), daemon=True)
    process.start()
    return _Forked(process)


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


def _run(arguments: list[str], environment: dict[str, str], log_file: Path) -> None:
    gc.freeze()  # what the parent has made need not be searched
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    log = os.open(log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(log, stream)
    sys.argv = ["streamlit", *arguments]
    import_module("streamlit.web.cli").main(prog_name="streamlit")
