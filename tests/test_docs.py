"""The README says what the code does."""

import re
import subprocess

import pytest

from lib.config import VARIABLES
from tests.app_server import ROOT

README = ROOT / "README.md"
ROW = re.compile(
    r"^\| *`(?P<name>[A-Z][A-Z0-9_]+)` *\| *(?:`(?P<default>[^`]*)`)? *\| *(?P<meaning>.*?) *\|$", re.M
)


def targets() -> list[str]:
    """The targets that `make help` lists."""
    return re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.M)


def test_the_table_of_variables_is_the_table_of_the_code() -> None:
    rows = [
        (row["name"], row["default"] or "", row["meaning"]) for row in ROW.finditer(README.read_text("utf-8"))
    ]
    assert rows == [(variable.name, variable.default, variable.meaning) for variable in VARIABLES]


@pytest.mark.parametrize("target", targets())
def test_every_make_target_is_explained_somewhere(target: str) -> None:
    texts = [(ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md")]
    assert any(re.search(rf"\bmake {target}\b", text) for text in texts), f"nothing tells of `make {target}`"


def test_make_help_lists_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S607
    assert re.findall(r"^  make ([a-z]+)", shown, re.M) == targets()
    assert {"install", "run", "test", "check"} <= set(targets())


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_between_the_documents_lead_somewhere(document: str) -> None:
    links = re.findall(
        r"(?<!!)\[[^]!]*\]\((?!https?:|#|mailto:)([^)#\s]+)", (ROOT / document).read_text("utf-8")
    )
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_test_that_the_table_of_threats_names_is_there() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (ROOT / "docs/security.md").read_text("utf-8"))
    assert named
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not re.search(rf"^def {test}\(", (ROOT / "tests" / file).read_text("utf-8"), re.M)
    ]
    assert missing == []
