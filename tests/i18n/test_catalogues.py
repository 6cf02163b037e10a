"""The catalogues: each text of the code is in them, and each is translated with the same places."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
LANGUAGES = sorted(path.stem for path in LOCALE.glob("*.po"))
PLACES = re.compile(r"\{[^}]*\}|%\(\w+\)[a-z]|%[sdr]")


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem if path.suffix == ".po" else None)


def entries(path: Path) -> list[Entry]:
    return [entry for entry in catalogue(path) if entry.id]


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def test_the_template_has_each_text_of_the_code_and_no_other(tmp_path: Path) -> None:
    """`make messages` was run."""
    fresh = tmp_path / "messages.pot"
    recipe = (ROOT / "Makefile").read_text("utf-8")
    [keywords] = re.findall(r"^KEYWORDS := (.*)$", recipe, re.MULTILINE)
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    command += ["--mapping", "pyproject.toml", "--no-default-keywords", "--output-file", str(fresh)]
    command += [part for word in keywords.split() for part in ("--keyword", word)]
    subprocess.run([*command, "lib", "pages", "streamlit_app.py"], cwd=ROOT, check=True)
    assert {entry.id for entry in entries(fresh)} == {entry.id for entry in entries(LOCALE / "messages.pot")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_whole(language: str) -> None:
    wanted = {entry.id for entry in entries(LOCALE / "messages.pot")}
    found = {entry.id: entry.string for entry in entries(LOCALE / f"{language}.po")}
    assert wanted - found.keys() == set()
    assert found.keys() - wanted == set()
    assert [id_ for id_, string in found.items() if not all(forms(string))] == []
    assert [entry.id for entry in entries(LOCALE / f"{language}.po") if entry.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_text(language: str) -> None:
    for entry in entries(LOCALE / f"{language}.po"):
        texts = [Counter(PLACES.findall(text)) for text in forms(entry.id)]
        for translated in forms(entry.string):
            assert Counter(PLACES.findall(translated)) in texts, entry.id
            assert translated.startswith("\n") == forms(entry.id)[0].startswith("\n")
            assert translated.endswith("\n") == forms(entry.id)[0].endswith("\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_code_and_signs_stand_in_a_translation_as_they_do_in_its_text(language: str) -> None:
    signs = re.compile(r"`[^`]*`|:material/\w+:|:[a-z]+\[|\*\*|^#+ ", re.MULTILINE)
    for entry in entries(LOCALE / f"{language}.po"):
        for translated in forms(entry.string):
            assert Counter(signs.findall(translated)) == Counter(signs.findall(forms(entry.id)[-1])), entry.id
