"""What stands around every measurement: the upstream, the app, the tutorial's app, a folder to write in."""

import json
import sys
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benchmarks.processes import Server
from benchmarks.prompts import Prompt
from benchmarks.upstream import Times
from tests.app_server import ROOT, AppServer

TUTORIAL = ROOT / "benchmarks" / "apps" / "tutorial.py"
STREAMLIT_OPTIONS = ("--server.headless=true", "--browser.gatherUsageStats=false")


class Upstream(Server):
    """The scripted upstream, as those who measure see it."""

    def __init__(self, port: int | None = None) -> None:
        """Without a port any free one is taken."""
        super().__init__([sys.executable, "-m", "benchmarks.upstream", "{port}"], ROOT, "/log", {}, port)
        self._marks = count(1)

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def prompt(self, tokens: int, rate: float = 0, ttft: float = 0) -> Prompt:
        """A prompt like no other."""
        return Prompt(tokens, rate, ttft, mark=f"{next(self._marks):06}")

    def log(self) -> dict[str, Times]:
        """When each reply arrived, began and ended, by its prompt's mark."""
        with urllib.request.urlopen(f"{self.url}/log") as answer:
            return {mark: Times(**times) for mark, times in json.load(answer).items()}


@dataclass(frozen=True, slots=True)
class Target:
    """An app to measure; without a process id its CPU stays unknown."""

    name: str
    url: str
    pid: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Target":
        """The app of `NAME=URL` or `NAME=URL@PID`. Raises `ValueError`."""
        name, _, address = text.partition("=")
        url, _, pid = address.partition("@")
        if not name or not url.startswith("http"):
            raise ValueError(text)
        return cls(name, url, int(pid) if pid else None)


@dataclass(slots=True)
class Stage:
    """Hands out servers that nobody used before."""

    upstream: Upstream
    folder: Path
    is_quick: bool = False
    others: Sequence[Target] = ()
    """More apps for the browser to measure."""
    _folders: "count[int]" = field(default_factory=count)

    def new_folder(self) -> Path:
        """A folder that does not exist yet."""
        return self.folder / f"data-{next(self._folders)}"

    def ours(self, data_dir: Path | None = None, **variables: str) -> AppServer:
        """The app with its default settings, journal on; with a fresh data folder unless one is given."""
        return AppServer(data_dir or self.new_folder(), self.upstream.base_url, **variables)

    def tutorial(self) -> Server:
        """The tutorial's app with Streamlit's default settings."""
        command = [sys.executable, "-m", "streamlit", "run", str(TUTORIAL), "--server.port={port}"]
        environment = {"OPENAI_BASE_URL": self.upstream.base_url, "OPENAI_API_KEY": "bench"}
        # Started elsewhere: in our own folder it would read our .streamlit/config.toml.
        return Server([*command, *STREAMLIT_OPTIONS], self.folder, "/_stcore/health", environment)
