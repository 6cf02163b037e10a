"""JSON from files of anybody, as values of ours: what does not fit is told in one sentence with its place."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from lib.domain.conversation.attachments import data_in

LARGEST_NUMBER = 2**63 - 1
"""What a database's integer holds; also keeps infinity and NaN out."""
DEEPEST_VALUE = 32
"""Levels of lists and objects in a value that is kept as it is: a `response_format`, a tool."""

_KINDS = {
    str: "a string",
    int: "a whole number of 64 bits",
    float: "a finite number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}
_hints = cache(get_type_hints)


class FormatError(ValueError):
    """The file is not what it should be; its text is one sentence that says what is wrong and where."""

    def __init__(self, where: str, wrong: str) -> None:
        super().__init__(f"This file cannot be read: {where or 'it'} {wrong}.")


def build(cls: Any, value: Any, where: str) -> Any:
    """A dataclass of ours from an object with its fields; other keys are skipped."""
    given, known = typed(dict, value, where), {}
    for field in fields(cls):
        at = f"{where}.{field.name}"
        if field.name in given:
            known[field.name] = decode(_hints(cls)[field.name], given[field.name], at)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise FormatError(at, "is missing")
    return cls(**known)


def decode(hint: Any, value: Any, where: str) -> Any:
    """A JSON value as the type that a field is declared with."""
    if hint in _KINDS:
        return typed(hint, value, where)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is UnionType:
        wanted = arguments[-2] if isinstance(value, dict) else arguments[0]  # the last one is None
        return None if value is None else decode(wanted, value, where)
    if origin is tuple:
        items = enumerate(typed(list, value, where))
        return tuple(decode(arguments[0], item, f"{where}[{index}]") for index, item in items)
    if origin is Mapping:
        return _plain(typed(dict, value, where), where)
    if is_dataclass(hint):
        return build(hint, value, where)
    if hint is datetime:
        return _moment(value, where)
    if hint is bytes:
        return _bytes(value, where)
    choices = arguments if origin is Literal else tuple(hint)
    if value not in choices:
        raise FormatError(where, f"must be one of {', '.join(choices)}")
    return choices[choices.index(value)]


def _moment(value: Any, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(typed(str, value, where))
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise FormatError(where, "must be a date in ISO 8601 with its time zone")


def _bytes(value: Any, where: str) -> bytes:
    try:
        return data_in(typed(str, value, where))
    except ValueError:
        raise FormatError(where, "must be a data URI in base64") from None


def _plain(value: Any, where: str, depth: int = 0) -> Any:
    """A JSON value that is kept as it is."""
    if depth > DEEPEST_VALUE:
        raise FormatError(where, "is nested too deep")
    if isinstance(value, dict):
        return {typed(str, key, where): _plain(item, where, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, where, depth + 1) for item in value]
    if value is None or isinstance(value, bool):
        return value
    return typed(str if isinstance(value, str) else float, value, where)


def typed(kind: type, value: Any, where: str) -> Any:
    """A JSON value of this kind, found at `where`; in text, halves of characters are joined or replaced."""
    fits = isinstance(value, int | float if kind is float else kind)
    if isinstance(value, bool):
        fits = kind is bool
    elif fits and isinstance(value, int | float):
        fits = abs(value) <= LARGEST_NUMBER
    if not fits:
        raise FormatError(where, f"must be {_KINDS[kind]}")
    return mended(value) if isinstance(value, str) else value


def mended(text: str) -> str:
    """JSON can hold halves of characters, UTF-8 cannot: they are joined, or replaced where one is missing."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
