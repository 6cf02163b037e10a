"""The documents say what the code does, and name files that are there."""

import re
import subprocess
from pathlib import Path

import pytest

from lib.config import VARIABLES
from tests.app_server import ROOT

README = ROOT / "README.md"
ROW = re.compile(
    r"^\| *`(?P<name>[A-Z][A-Z0-9_]+)` *\| *(?:`(?P<default>[^`]*)`)? *\| *(?P<meaning>.*?) *\|$", re.M
)


DOCUMENTS = [
    *("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"),
    *(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md"))),
]
FOLDERS = (".ci", ".streamlit", "benchmarks", "deploy", "docs", "lib", "pages", "tests")
PATH = re.compile(
    r"`(?!st\.)((?:[\w.-]+/)+[\w.-]*|[\w-][\w.-]*\.(?:py|md|html|css|js|sh|toml|yaml|txt|in))(?:::\w+)?`"
)
"""A file or a folder; `st.html` is Streamlit's."""
MADE_LATER = ("./data", ".streamlit/secrets.toml")
"""Made by the app or by whoever runs it."""


def missing_paths(text: str) -> list[str]:
    """The paths in a text that are neither the whole nor the end of a path in this repository."""
    inside = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    known = {f"/{path.relative_to(ROOT).as_posix()}" for path in (*ROOT.iterdir(), *inside)}
    named = [path for path in PATH.findall(text) if path not in MADE_LATER]
    return [path for path in named if not any(each.endswith("/" + path.rstrip("/")) for each in known)]


def dead_links(text: str, folder: Path) -> list[str]:
    """The links in a text of this folder to files that do not exist."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", re.sub(r"`[^`\n]+`", "", text))
    return [link for link in links if not (folder / link).exists()]


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


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_between_the_documents_lead_somewhere(document: str) -> None:
    assert dead_links((ROOT / document).read_text("utf-8"), (ROOT / document).parent) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_exists(document: str) -> None:
    assert missing_paths((ROOT / document).read_text("utf-8")) == []


def test_a_wrong_path_and_a_dead_link_are_found() -> None:
    text = "`lib/domain/markdown/`, `lib/app.py`, `reply/fold.py`, `shapes.py`, `lib/nobody`, [here](gone.md)"
    assert missing_paths(text) == ["lib/domain/markdown/", "shapes.py", "lib/nobody"]
    assert dead_links(text, ROOT / "docs") == ["gone.md"]


def test_every_test_that_the_table_of_threats_names_is_there() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (ROOT / "docs/security.md").read_text("utf-8"))
    assert named
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not re.search(rf"^def {test}\(", (ROOT / "tests" / file).read_text("utf-8"), re.M)
    ]
    assert missing == []
