"""Processes: those that a measurement starts beside the app, and what any of them uses."""

import contextlib
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.app_server import free_port

START_SECONDS = 60.0


class Server:
    """A server in a process of its own: `{port}` in its command is its port. Use it as a context manager."""

    def __init__(
        self,
        command: Sequence[str],
        cwd: Path,
        ready: str,
        environment: Mapping[str, str],
        port: int | None = None,
    ) -> None:
        """`ready` is the path that answers once the server serves."""
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [word.format(port=self.port) for word in command]
        self._cwd, self._ready, self._environment = cwd, ready, environment

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command,
            cwd=self._cwd,
            env={**os.environ, **self._environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_until_ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                urllib.request.urlopen(self.url + self._ready, timeout=5).close()
                return
            time.sleep(0.05)  # the process has no other sign of readiness than its port
        self._process.kill()
        raise RuntimeError(f"It did not start: {' '.join(self._command)}")


def cpu_seconds(pid: int | None) -> float:
    """The CPU time that a process and its children have used; not a number when there is no process."""
    if pid is None:
        return float("nan")
    times = [process.cpu_times() for process in _family(pid)]
    return float(sum(used.user + used.system for used in times))


def memory_mb(pid: int) -> float:
    """The resident memory of a process and its children."""
    return float(sum(process.memory_info().rss for process in _family(pid)) / 1e6)


def _family(pid: int) -> Iterator[psutil.Process]:
    process = psutil.Process(pid)
    yield process
    yield from process.children(recursive=True)
