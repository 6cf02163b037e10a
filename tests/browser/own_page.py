"""A Streamlit page of a test's own, to see what a browser makes of single elements."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.app_server import free_port

ROOT = Path(__file__).parents[2]


@contextmanager
def served(folder: Path, script: str, files: Mapping[str, str] = {}) -> Iterator[str]:
    """Serve the script, which finds the files beside it; gives its address."""
    for name, text in {"page.py": script, **files}.items():
        (folder / name).write_text(text, encoding="utf-8")
    port = free_port()
    options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": "true"}
    options |= {"server.fileWatcherType": "none", "browser.gatherUsageStats": "false"}
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", "page.py"),
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait_until_ready(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError("Streamlit did not start.")
