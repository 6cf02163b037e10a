"""Jupyter notebooks (nbformat 3 and 4) as their cells and outputs; pictures are left out, by name."""

import json
import re
from typing import Any

from lib.domain.text.sentences import Sentence, sentence
from lib.files.formats.cleaning import Cleaned, size_words, without_controls

_TEXTS = ("text/plain", "text/markdown", "text/latex")
"""The preferred formats of an output; the first one that it has is used."""


def read(text: str, most_characters: int) -> Cleaned | None:
    """Read the notebook in a text cell by cell, up to the wanted length; `None` for any other text."""
    notebook = _notebook(text)
    if notebook is None:
        return None
    language = _language(notebook.get("metadata"))
    parts: list[str] = []
    left_out: list[tuple[str, int]] = []
    characters = 0
    for cell in _cells(notebook):
        said = [part.strip("\n") for part in _cell(cell, language, left_out) if part.strip()]
        parts += said
        characters += sum(map(len, said))
        if characters > most_characters:
            break
    return Cleaned("\n\n".join(parts), _notes(left_out))


def _notebook(text: str) -> dict[str, Any] | None:
    if not text.lstrip("\ufeff \t\r\n").startswith("{") or '"nbformat"' not in text:
        return None
    try:
        found = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(found.get("nbformat"), int) and ("cells" in found or "worksheets" in found)
    return found if is_one else None


def _cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """All cells; nbformat 3 keeps them on worksheets."""
    sheets = [notebook, *_dicts(notebook.get("worksheets"))]
    return [cell for sheet in sheets for cell in _dicts(sheet.get("cells"))]


def _notes(left_out: list[tuple[str, int]]) -> tuple[Sentence, ...]:
    """One sentence about the outputs that were left out, given their type and size."""
    if not left_out:
        return ()
    size = size_words(sum(size for _, size in left_out))
    return (sentence("notebook_outputs", count=len(left_out), size=size),)


def _cell(cell: dict[str, Any], language: str, left_out: list[tuple[str, int]]) -> list[str]:
    source = _joined(cell.get("source", cell.get("input")))
    attached = cell.get("attachments")
    parts = (
        [_without(name, data, left_out) for name, data in attached.items()]
        if isinstance(attached, dict)
        else []
    )
    if cell.get("cell_type") != "code":
        return [source, *parts]
    outputs = [part for output in _dicts(cell.get("outputs")) for part in _output(output, left_out)]
    return [_fenced(source, language) if source.strip() else "", *_merged(outputs)]


def _output(output: dict[str, Any], left_out: list[tuple[str, int]]) -> list[tuple[str, bool]]:
    """The texts of an output, each with whether it was printed and so belongs in a fence."""
    kind = output.get("output_type")
    if kind == "stream":
        return [(_printed(output.get("text")), True)]
    if kind in ("error", "pyerr"):
        traceback = _printed("\n".join(map(str, output.get("traceback") or ())))
        return [(traceback or f"{output.get('ename')}: {output.get('evalue')}", True)]
    data = output.get("data")
    if not isinstance(data, dict):  # nbformat 3 has them among the output's other fields, under short names
        data = {_LONG[name]: value for name, value in output.items() if name in _LONG}
    shown = next((kind for kind in _TEXTS if kind in data), None)
    said = [(_printed(data[shown]), shown == "text/plain")] if shown else []
    return said + [
        (_without(kind, value, left_out), False) for kind, value in data.items() if kind not in _TEXTS
    ]


_LONG = {
    "text": "text/plain",
    "latex": "text/latex",
    "html": "text/html",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "javascript": "application/javascript",
    "json": "application/json",
}


def _merged(outputs: list[tuple[str, bool]]) -> list[str]:
    """The outputs of a cell; consecutive printed pieces become one block."""
    parts: list[str] = []
    printed = ""
    for said, is_printed in [*outputs, ("", False)]:
        if is_printed:
            printed += said if not printed or printed.endswith("\n") else f"\n{said}"
            continue
        if printed.strip():
            parts.append(f"Output:\n{_fenced(printed, '')}")
        printed = ""
        parts.append(said)
    return parts


def _without(kind: str, value: Any, left_out: list[tuple[str, int]]) -> str:
    text = json.dumps(value) if isinstance(value, dict) else _joined(value)
    size = len(text) * 3 // 4 if kind.startswith("image/") and kind != "image/svg+xml" else len(text)
    left_out.append((kind, size))
    return f"[{kind}, {size_words(size)}, left out]"


def _fenced(text: str, language: str) -> str:
    longest = max(map(len, re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}"


def _printed(value: Any) -> str:
    return without_controls(_joined(value)).text


def _joined(value: Any) -> str:
    """A text, which the format stores as a list of lines or as a whole."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _language(metadata: Any) -> str:
    for holder, name in (("language_info", "name"), ("kernelspec", "language")):
        held = metadata.get(holder) if isinstance(metadata, dict) else None
        if isinstance(held, dict) and isinstance(held.get(name), str):
            return re.sub(r"[^\w+#.-]", "", held[name])[:30]
    return ""
