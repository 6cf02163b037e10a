"""Programs that check the sample files, and what these files say."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app_server import ROOT

DEPLOY = ROOT / "deploy"


def found(program: str) -> str:
    """Where a program is. Skips the test where it is not installed, but not in CI."""
    # Debian keeps servers where only root's PATH looks; packages of Python are beside Python.
    path = os.pathsep.join((os.environ["PATH"], "/usr/sbin", str(Path(sys.executable).parent)))
    if where := shutil.which(program, path=path):
        return where
    assert "CI" not in os.environ, f"{program} is not installed."
    pytest.skip(f"{program} is not installed: what it checks is left out.")


def run(program: str, *arguments: str, **environment: str) -> str:
    """Run a program that has to succeed; what it says."""
    done = subprocess.run(
        [found(program), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def rendered(sample: Path, places: dict[str, str]) -> str:
    """A sample with other values in some places, each of which it has to have."""
    text = sample.read_text("utf-8")
    for place, value in places.items():
        assert place in text, f"{sample.name} has no {place!r}"
        text = text.replace(place, value)
    return text
