"""The source marks in ChatGPT's texts: `【12†source】`, and since 2024 private-use characters.

A new mark is U+E200, its kind, its values each after U+E202, and U+E201: `cite` with `turn0search0`,
`filecite`, `navlist`, `entity`, `url` and others. `content_references` holds what each mark stands for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lib.domain.imports.fields import count_of, fields_of, objects_in, source_of, text_of
from lib.domain.imports.markdown import link
from lib.domain.reply.citations import Citation, is_page, unique

_SIGN = re.compile("[\ue200-\ue2ff【]")
LONGEST_MARK = 4000
"""Characters. An unclosed mark must not remove the text after it."""
_MARK = re.compile(
    f" ?(?P<mark>\ue200[^\ue200\ue201]{{0,{LONGEST_MARK}}}\ue201"
    "|\ue200[a-z_]*(?:\ue202[^\\s\ue200-\ue2ff]*)*)"
)
_OLD_MARK = re.compile(r" ?(?P<mark>【[^【】†\n]{0,60}†[^【】\n]{0,200}】)")
_STRAY = re.compile("[\ue200-\ue2ff]")


def readable(
    text: str, metadata: Mapping[str, Any], *, is_model: bool = True
) -> tuple[str, tuple[Citation, ...]]:
    """The text with each mark replaced by readable words or removed, and its sources in order.

    In a person's text, brackets are the person's own.
    """
    references = objects_in(metadata.get("content_references"))
    told = objects_in(metadata.get("citations"))
    sources = unique((*_sources(references), *_old_sources(told)))
    if not _SIGN.search(text):
        return text, sources
    if is_model:
        text = _replaced(_OLD_MARK, text, _old_words(text, told))
    words = {text_of(each.get("matched_text")).strip(): _words(each) for each in references}
    return _STRAY.sub("", _replaced(_MARK, text, words)), sources


def _replaced(mark: re.Pattern[str], text: str, words: Mapping[str, str]) -> str:
    def replacement(found: re.Match[str]) -> str:
        written = found["mark"]
        known = words[written] if written in words else _own_words(written)
        space = " " if found[0].startswith(" ") else ""
        return space + known if known else ""

    return mark.sub(replacement, text)


def _words(reference: Mapping[str, Any]) -> str:
    """ChatGPT's own words for a mark; otherwise its first source."""
    if alt := text_of(reference.get("alt")).strip():
        return alt
    source = next(_sources([reference]), None)
    return _in_words(source) if source else ""


def _in_words(source: Citation) -> str:
    return link(source.title, source.url) if source.url else f"({source.title})"


def _own_words(mark: str) -> str:
    """A mark's own words: an entity has a name, a URL its text."""
    kind, *values = _STRAY.sub("\n", mark).strip("\n").split("\n")
    if kind == "entity" and values:
        try:
            parts = json.loads(values[0])
        except (ValueError, RecursionError):
            return ""
        return text_of(parts[1]) if isinstance(parts, list) and len(parts) > 1 else ""
    if kind == "url" and values:
        url = next(filter(is_page, values), "")
        return link(values[0], url) if url else values[0]
    return ""


def _sources(references: list[Mapping[str, Any]]) -> Iterator[Citation]:
    for reference in references:
        for each in (*objects_in(reference.get("items")), *objects_in(reference.get("sources")), reference):
            yield from _source(each)
            for further in objects_in(each.get("supporting_websites")):
                yield from _source(further)


def _source(given: Mapping[str, Any]) -> Iterator[Citation]:
    """The source in an entry: a page, or a file by name."""
    name = " ".join(text_of(given.get("name")).split())
    if page := source_of(given):
        yield page
    elif name and given.get("type") == "file":
        yield Citation("", name)


def _old_sources(told: list[Mapping[str, Any]]) -> Iterator[Citation]:
    for each in told:
        yield from _source(fields_of(each.get("metadata")))


def _old_words(text: str, told: list[Mapping[str, Any]]) -> dict[str, str]:
    """The words for the marks that `citations` gives by their positions in the text."""
    words = {}
    for each in told:
        start, end = count_of(each.get("start_ix")), count_of(each.get("end_ix"))
        source = next(_source(fields_of(each.get("metadata"))), None)
        if source and start is not None and end is not None and end - start <= 300:
            words[text[start:end]] = _in_words(source)
    return words
