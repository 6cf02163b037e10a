"""The real app in a process of its own: `streamlit run streamlit_app.py`, as a person starts it."""

import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0


class Process(Protocol):
    """What is needed of a process, as `subprocess` has it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def send_signal(self, sig: int) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


Launch = Callable[[list[str], dict[str, str], Path], Process]
"""Starts `streamlit` with these arguments and this environment, and has it write to this log."""


def cold(arguments: list[str], environment: dict[str, str], log_file: Path) -> Process:
    """Start it as a person does."""
    with log_file.open("ab") as log:
        command = [sys.executable, "-m", "streamlit", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


class AppServer:
    """Starts the app on a free port and stops it at the end of the context."""

    launch: Launch = staticmethod(cold)

    def __init__(self, data_dir: Path, base_url: str | None = None, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = data_dir.parent / f"{data_dir.name}.log"
        self._environment = {"CHAT_DATA_DIR": str(data_dir), "CHAT_LOCAL_MODEL": "off", **environment}
        if base_url:
            self._environment["KKIAI_BASE_URL"] = base_url
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process
        return self._process.pid

    @property
    def log(self) -> str:
        """What the server has printed."""
        return self.log_file.read_text("utf-8")

    @property
    def traceback(self) -> str:
        """The first traceback that the server has printed, with the line before it; empty without one."""
        before, found, after = self.log.partition("Traceback")
        return f"{before[-200:]}{found}{after[:4000]}" if found else ""

    def start(self) -> "AppServer":
        """Start the process and wait until it serves pages."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KKIAI_")}
        arguments = ["run", "streamlit_app.py", "--server.port", str(self.port)]
        self._process = self.launch(arguments, {**inherited, **self._environment}, self.log_file)
        self._wait_until_ready()
        return self

    def stop(self) -> int:
        """End the process as a service manager does, with SIGTERM; returns its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process with SIGKILL: it has no time for anything."""
        self._end(signal.SIGKILL)

    def wait(self) -> int:
        """Wait for the end of a process that was asked to stop; returns its exit status."""
        assert self._process
        return self._process.wait(timeout=60)

    def __enter__(self) -> "AppServer":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it in order, which is when coverage is written down; at once where that takes long."""
        if not self._process or self._process.poll() is not None:
            return
        try:
            for _ in range(2):  # a second request does not wait for running replies
                self._process.send_signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(timeout=3)
                    return
        finally:
            self.kill()

    def _end(self, number: signal.Signals) -> int:
        assert self._process
        self._process.send_signal(number)
        return self._process.wait(timeout=60)

    def _wait_until_ready(self) -> None:
        assert self._process
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"The app ended while starting:\n{self.log}")
            if self._answers():
                return
            time.sleep(0.05)  # the process has no other sign of readiness than its port
        raise TimeoutError(f"The app did not start:\n{self.log}")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/_stcore/health")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()


def free_port() -> int:
    """A port that is free now, and that no outgoing connection takes before a server does.

    A system gives outgoing connections ports from 32768 on (Linux) or 49152 on (macOS and IANA).
    """
    while True:
        port = 10_000 + secrets.randbelow(22_000)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("0.0.0.0", port))  # noqa: S104 - some servers of the tests listen everywhere
            return port
