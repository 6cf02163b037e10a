"""Decks as files: YAML that holds everything, CSV for spreadsheets. No other module reads or writes either.

A file may come from anybody: reading it either returns a deck that can be stored, or raises a `FormatError`
that names the place.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from io import StringIO
from pathlib import PurePath
from typing import Any

import yaml

from lib.domain.comparison import decks
from lib.domain.comparison.decks import Deck, Prompt
from lib.domain.conversation.attachments import Attachment, AttachmentKind, data_in, data_uri
from lib.domain.conversation.conversations import LONGEST_TITLE, clean_title
from lib.domain.text import spreadsheets
from lib.domain.text.validation import FormatError, mended, validated
from lib.files.folder import Files, Missing, checked
from lib.files.formats.encodings import decoded
from lib.files.upload_validation import clean_name
from lib.i18n.translation import Lazy, lazy, mark

LARGEST_DECK = 20 * 1024 * 1024
"""Bytes of a deck's file."""
VERSION = "1"
COLUMNS = ("prompt", "notes", "system_prompt")
"""The columns of a CSV file."""
MOST_COLUMNS = 100
"""Of a CSV file, including columns that are ignored."""
MOST_EVENTS = 20_000
"""YAML events in a document: a deck of 100 prompts with 10 files each has some 7,000."""
DEEPEST = 8
"""Levels of lists and mappings; a deck has five."""

UNFOLDED = 2**31 - 1
"""Line width in characters: no line is folded."""

NewId = Callable[[], str]

ENDINGS = ("yaml", "yml", "csv")
"""File name extensions of decks that can be uploaded."""
# libyaml is many times faster; PyYAML's own code does the same on machines without it. The base loader knows
# only texts, lists and mappings: `2024-02-30`, `yes` and `!!python/object` stay plain text.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_SafeDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def read(name: str, data: bytes, *, new_id: NewId) -> Deck:
    """Parse a YAML or CSV file into a new deck, with the bytes of its images. Raises `FormatError`."""
    name = clean_name(name)
    if len(data) > LARGEST_DECK:
        raise FormatError("", lazy("is larger than {most} MB", most=LARGEST_DECK // 1024**2))
    text = decoded(data)
    if text is None:
        raise FormatError("", lazy("is not text; a prompt set is a YAML or CSV file"))
    is_csv = PurePath(name).suffix.lower() in (".csv", ".tsv", ".txt")
    deck = _from_csv(text, new_id) if is_csv else _from_yaml(text, new_id)
    if not deck.prompts:
        raise FormatError("", lazy("contains no prompt"))
    _bound(
        deck.characters, decks.LONGEST_DECK, "", mark("has {count} characters in all; {most} are the most")
    )
    return deck if deck.title else replace(deck, title=clean_title(PurePath(name).stem))


def kept(deck: Deck, files: Files) -> Deck:
    """The deck with its images stored in files."""
    prompts = [replace(each, attachments=tuple(map(files.keep, each.attachments))) for each in deck.prompts]
    return replace(deck, prompts=tuple(prompts))


# YAML


def to_yaml(deck: Deck, files: Files) -> str:
    """The whole deck: images as data URIs, documents as the text that was read from them."""
    values = {
        "version": int(VERSION),
        "title": deck.title,
        "system_prompt": deck.system_prompt,
        "prompts": [_prompt(each, files) for each in deck.prompts],
    }
    written: str = yaml.dump(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=UNFOLDED)
    return written


class _Dumper(_SafeDumper):  # type: ignore[misc]
    """Writes texts of several lines as block scalars, and never an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text_node(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text_node)


def _prompt(prompt: Prompt, files: Files) -> dict[str, Any]:
    """A prompt's fields, without the empty ones."""
    fields = {"prompt": prompt.text, "notes": prompt.notes, "system_prompt": prompt.system_prompt}
    values: dict[str, Any] = {name: text for name, text in fields.items() if text or name == "prompt"}
    if attached := [_attachment(each, files) for each in prompt.attachments]:
        values["attachments"] = attached
    return values


def _attachment(attachment: Attachment, files: Files) -> dict[str, Any]:
    if not attachment.is_image:
        return {"name": attachment.name, "text": attachment.text}
    try:
        return {"name": attachment.name, "image": data_uri(attachment.media_type, files.load(attachment))}
    except Missing:
        return {"name": attachment.name, "text": "(This image no longer exists.)"}


def _from_yaml(text: str, new_id: NewId) -> Deck:
    try:
        _check(yaml.parse(text, Loader=_Loader))
        given = validated(dict, yaml.load(text, Loader=_Loader), "")  # noqa: S506
    except yaml.MarkedYAMLError as error:
        raise FormatError(
            _line_of(error.problem_mark), lazy("is not YAML: {problem}", problem=error.problem)
        ) from None
    except yaml.YAMLError:
        raise FormatError("", lazy("is not YAML")) from None
    if given.get("version", VERSION) != VERSION:
        raise FormatError("version", lazy("must be {version}", version=VERSION))
    items = validated(list, given.get("prompts"), "prompts")
    _bound(len(items), decks.MOST_PROMPTS, "prompts", mark("has {count} prompts; {most} are the most"))
    prompts = [_read_prompt(item, f"prompts[{at}]", new_id) for at, item in enumerate(items)]
    deck = decks.new(new_id(), prompts, title=_text(given, "title", "", LONGEST_TITLE))
    return replace(deck, system_prompt=_text(given, "system_prompt", "", decks.LONGEST_PROMPT))


def _check(events: Iterable[Any]) -> None:
    """Refuse aliases (copies of copies) and endless nesting before anything is built: no deck needs them."""
    depth = 0
    for count, event in enumerate(events):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise FormatError(_line_of(event.start_mark), lazy("has an alias, which a prompt set must not"))
        if depth > DEEPEST:
            raise FormatError(_line_of(event.start_mark), lazy("is nested too deep"))
        if count > MOST_EVENTS:
            raise FormatError(_line_of(event.start_mark), lazy("is too long"))


def _line_of(mark: Any) -> str | Lazy:
    return _line(mark.line + 1) if mark else ""


def _line(number: int) -> Lazy:
    return lazy("line {number}", number=number)


def _read_prompt(value: Any, where: str, new_id: NewId) -> Prompt:
    """Read a prompt from a mapping of its fields, or from its text alone."""
    given = {"prompt": value} if isinstance(value, str) else validated(dict, value, where)
    items = validated(list, given.get("attachments") or [], f"{where}.attachments")
    _bound(
        len(items), decks.MOST_FILES, f"{where}.attachments", mark("has {count} files; {most} are the most")
    )
    return Prompt(
        new_id(),
        _text(given, "prompt", where, decks.LONGEST_PROMPT),
        tuple(_read_attachment(item, f"{where}.attachments[{at}]") for at, item in enumerate(items)),
        _text(given, "system_prompt", where, decks.LONGEST_PROMPT),
        _text(given, "notes", where, decks.LONGEST_NOTES),
    )


def _read_attachment(value: Any, where: str) -> Attachment:
    given = validated(dict, value, where)
    name = clean_name(_text(given, "name", where, 1000))
    if "image" not in given:
        text = _text(given, "text", where, decks.LONGEST_PROMPT)
        if not text:
            raise FormatError(where, lazy("must have an image or a text"))
        id_ = sha256(text.encode()).hexdigest()
        return Attachment(id_, AttachmentKind.DOCUMENT, name, "text/plain", len(text.encode()), text=text)
    try:
        return checked(name, data_in(validated(str, given["image"], f"{where}.image")))
    except FormatError:
        raise
    except ValueError:
        raise FormatError(
            f"{where}.image", lazy("must be the data URI of a PNG, JPEG, WebP or GIF")
        ) from None


def _text(given: dict[str, Any], field: str, where: str, longest: int) -> str:
    """A text; an empty one if the field is missing."""
    at = f"{where}.{field}" if where else field
    text = validated(str, given.get(field, ""), at)
    _bound(len(text), longest, at, mark("has {count} characters; {most} are the most"))
    return text


def _bound(count: int, most: int, where: str | Lazy, wrong: str) -> None:
    if count > most:
        raise FormatError(where, lazy(wrong, count=count, most=most))


# CSV


def to_csv(deck: Deck) -> str:
    """A row for each prompt, with its effective system prompt; files are not included."""
    rows = [(each.text, each.notes, deck.system_prompt_of(each)) for each in deck.prompts]
    return spreadsheets.to_csv([COLUMNS, *rows])


def _from_csv(text: str, new_id: NewId) -> Deck:
    # The module's default limit is 131,072 characters: a prompt may be longer. The limit is process-wide.
    csv.field_size_limit(LARGEST_DECK)
    prompts: list[Prompt] = []
    for line, row in _rows(text):
        where = _line(line)
        cells = {name: mended(spreadsheets.as_written(cell)) for name, cell in row.items()}
        _bound(
            len(prompts) + 1,
            decks.MOST_PROMPTS,
            where,
            mark("has {count} prompts before its end; {most} are the most"),
        )
        for name in COLUMNS:
            longest = decks.LONGEST_NOTES if name == "notes" else decks.LONGEST_PROMPT
            _bound(
                len(cells.get(name, "")),
                longest,
                lazy("line {number}, {column},", number=line, column=name),
                mark("has {count} characters; {most} are the most"),
            )
        prompt = Prompt(
            new_id(),
            cells["prompt"],
            system_prompt=cells.get("system_prompt", ""),
            notes=cells.get("notes", ""),
        )
        prompts.append(prompt)
    return decks.new(new_id(), prompts)


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows that are not blank, each with the number of its last line and its cells by column."""
    # Excel writes semicolons in countries where the comma is the decimal sign.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    try:
        for cells in reader:
            _bound(
                len(cells),
                MOST_COLUMNS,
                _line(reader.line_num),
                mark("has {count} cells; {most} are the most"),
            )
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = [cell.strip().lower().replace(" ", "_") for cell in cells]
                if "prompt" not in names:
                    raise FormatError(_line(reader.line_num), lazy("must name a column “prompt”"))
            elif len(cells) > len(names) or names.index("prompt") >= len(cells):
                raise FormatError(
                    _line(reader.line_num),
                    lazy("has {cells} cells, not {names}", cells=len(cells), names=len(names)),
                )
            else:
                yield reader.line_num, dict(zip(names, cells, strict=False))
    except csv.Error as error:
        raise FormatError(_line(reader.line_num), lazy("is not CSV: {error}", error=error)) from None
