"""The catalogues: each text of the code is in them, and each is translated with the same places."""

import ast
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po
from markdown_it import MarkdownIt

from lib.domain.text.markdown.literal import md
from lib.i18n.pseudo import PseudoTranslations

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
LANGUAGES = sorted(path.stem for path in LOCALE.glob("*.po"))
TEXTS = {"_": 1, "ngettext": 2, "mark": 1, "mark_plural": 2, "lazy": 1, "lazy_plural": 2}
"""How many of the arguments of each function are texts."""
PLACES = re.compile(r"\{[^}]*\}|%\(\w+\)[a-z]|%[sdr]")


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem if path.suffix == ".po" else None)


def entries(path: Path) -> list[Entry]:
    return [entry for entry in catalogue(path) if entry.id]


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, ...]]:
    """The texts that are found in the code as it is now."""
    fresh = tmp_path_factory.mktemp("locale") / "messages.pot"
    recipe = (ROOT / "Makefile").read_text("utf-8")
    [keywords] = re.findall(r"^KEYWORDS := (.*)$", recipe, re.MULTILINE)
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    command += ["--mapping", "pyproject.toml", "--no-default-keywords", "--output-file", str(fresh)]
    command += [part for word in keywords.split() for part in ("--keyword", word)]
    subprocess.run([*command, "lib", "pages", "streamlit_app.py"], cwd=ROOT, check=True)
    return {tuple(forms(entry.id)) for entry in entries(fresh)}


def test_the_template_has_each_text_of_the_code_and_no_other(extracted: set[tuple[str, ...]]) -> None:
    """`make messages` was run."""
    assert extracted == {tuple(forms(entry.id)) for entry in entries(LOCALE / "messages.pot")}


def test_each_text_of_the_code_is_found(extracted: set[tuple[str, ...]]) -> None:
    """Babel sees no call within an f-string, and no text that is put together."""
    known = {text for each in extracted for text in each}
    assert [f"{place}: {text}" for place, text in translated() if text not in known] == []


def translated() -> Iterator[tuple[str, str]]:
    """What the code gives to the functions that translate or mark a text, with its place."""
    for path in sorted([*(ROOT / "lib").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXTS:
                for each in node.args[: TEXTS[node.func.id]]:
                    if isinstance(each, ast.Constant | ast.JoinedStr | ast.BinOp):
                        text = each.value if isinstance(each, ast.Constant) else ast.unparse(each)
                        yield f"{path.relative_to(ROOT)}:{each.lineno}", str(text)


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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", ["余额", "（额度）", "“a”。", "(a)", "a."])
def test_what_is_bold_in_a_text_is_bold_with_each_value(language: str, value: str) -> None:
    for entry in entries(LOCALE / f"{language}.po"):
        for text in (*forms(entry.id), *forms(entry.string)):
            if "**" in text:
                values = [1.0 if spec else value for spec in re.findall(r"\{(:[^}]*)?\}", text)]
                html = MarkdownIt("commonmark").render(md(text, *values))
                assert html.count("<strong>") == text.count("**") / 2, text
                assert "*" not in html, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_no_wider_than_the_pseudo_language(language: str) -> None:
    """What has room in that (`tests/browser/accessibility/test_pseudo.py`) has it in each language."""
    pseudo = PseudoTranslations()
    for entry in entries(LOCALE / f"{language}.po"):
        room = max(width(pseudo.gettext(text)) for text in forms(entry.id))
        assert [text for text in forms(entry.string) if width(text) > room] == [], entry.id


def width(text: str) -> int:
    """The columns that a text takes: a Chinese character is as wide as two others."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
