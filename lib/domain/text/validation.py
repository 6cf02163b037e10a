"""Validates JSON from outside, or from an older version, with pydantic. Whatever does not fit is reported in
one sentence with its place."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError, SchemaValidator, core_schema

from lib.domain.conversation.attachments import data_in
from lib.i18n.translation import Lazy, lazy, mark

LARGEST_NUMBER = 2**63 - 1
"""The largest integer of a database."""
DEEPEST_VALUE = 32
"""Levels of lists and objects in a value that is stored as it is: a `response_format`, a tool."""
MOST_ENTRIES = 100_000
"""Entries of an object whose keys are names: pydantic reports every error, and a file may hold millions."""
_OURS = "ours"
"""The type of an error whose message is our own sentence."""

T = TypeVar("T")


class FormatError(ValueError):
    """The file is invalid; the text is one sentence that says what is wrong and where."""

    def __init__(self, where: str | Lazy, wrong: Lazy) -> None:
        """`wrong` goes on after the place, as in `must be a list`."""
        place = where or lazy("it")
        super().__init__(lazy("This file cannot be read: {place} {wrong}.", place=place, wrong=wrong))


def validated(kind: type[T], value: Any, where: str = "") -> T:
    """Validate a parsed JSON value, found at `where`, as this type: a dataclass, or a list of them.

    Fields with a default may be missing, unknown keys are skipped. Raises `FormatError`.
    """
    try:
        found: T = _validator(kind).validate_python(value)  # type: ignore[arg-type]  # types have a hash
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise FormatError("".join(_place(where, value, first)).lstrip("."), _wrong(first)) from None
    return found


def _place(where: str, value: Any, error: ErrorDetails) -> Iterator[str]:
    """The names on the path to the error, without those that pydantic adds for a union's choices."""
    yield where
    for step in error["loc"]:
        is_there = step in value if isinstance(value, dict) else isinstance(value, list)
        if is_there or error["type"] == "missing":
            yield f"[{step}]" if isinstance(step, int) else f".{step}"
            value = value[step] if is_there else None


def _wrong(error: ErrorDetails) -> Lazy:
    match error["type"]:
        case "missing":
            return lazy("is missing")
        case "enum" | "literal_error":
            choices = re.findall("'([^']*)'", error["ctx"]["expected"])
            return lazy("must be one of {choices}", choices=", ".join(choices))
        case "list_type" | "tuple_type":
            return lazy("must be a list")
        case "dict_type" | "dataclass_type":
            return lazy("must be an object")
        case _ as kind:
            return lazy(error["msg"]) if kind == _OURS else lazy("does not fit")


def mended(text: str) -> str:
    """Repair surrogates, which JSON allows and UTF-8 does not: join halves, replace single ones."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(value: Any) -> Any:
    return mended(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (TypeError, OverflowError):
        pass
    raise ValueError("no moment")


def _kept(value: Any, depth: int = 0) -> Any:
    """A JSON value that is stored as it is."""
    if depth > DEEPEST_VALUE:
        raise PydanticCustomError(_OURS, mark("is nested too deep"))
    match value:
        case dict():
            return {mended(key): _kept(item, depth + 1) for key, item in value.items()}
        case list():
            return [_kept(item, depth + 1) for item in value]
        case str():
            return mended(value)
    if isinstance(value, int | float) and not abs(value) <= LARGEST_NUMBER:  # NaN is not larger
        raise PydanticCustomError(_OURS, mark("must be a finite number"))
    return value


def _bounded(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > MOST_ENTRIES:
        raise PydanticCustomError(_OURS, mark("has too many entries"))
    return value


def _leaf(kind: Any, wrong: str) -> core_schema.CoreSchema:
    """What stands for a type in JSON, and the error for anything else."""
    return core_schema.custom_error_schema(TypeAdapter(kind).core_schema, _OURS, custom_error_message=wrong)


_STRING = Annotated[str, Field(strict=True), BeforeValidator(_text)]
_IN_BOUNDS = Field(strict=True, ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)
_LEAVES = {
    "str": _leaf(_STRING, mark("must be a string")),
    "int": _leaf(Annotated[int, _IN_BOUNDS], mark("must be a whole number of 64 bits")),
    "float": _leaf(Annotated[float, _IN_BOUNDS], mark("must be a finite number")),
    "bool": _leaf(Annotated[bool, Field(strict=True)], mark("must be true or false")),
    "bytes": _leaf(Annotated[_STRING, AfterValidator(data_in)], mark("must be a data URI in base64")),
    "datetime": _leaf(
        Annotated[datetime, PlainValidator(_moment)], mark("must be a date in ISO 8601 with its time zone")
    ),
}
_OBJECT = TypeAdapter(Mapping[str, Any]).core_schema
_KEPT_OBJECT = TypeAdapter(Annotated[Mapping[str, Any], AfterValidator(_kept)]).core_schema


@cache
def _validator(kind: Any) -> SchemaValidator:
    return SchemaValidator(_for_json(TypeAdapter(kind).core_schema))


def _for_json(schema: Any) -> Any:
    """Replace leaves in a schema of pydantic's by ours.

    Pydantic's own would turn texts into numbers, or refuse a text as a date if they were strict, and they do
    not know a database's limits. Defined here, this need not be repeated at every field of the domain.
    """
    if isinstance(schema, list):
        return [_for_json(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == _OBJECT:
        return _KEPT_OBJECT
    kind: str = schema.get("type", "")
    ours: Any = _LEAVES.get(kind) or {key: _for_json(each) for key, each in schema.items()}
    if kind in ("list", "tuple"):
        # Only the first error is reported: a file may hold millions.
        return ours | {"fail_fast": True}
    return core_schema.no_info_before_validator_function(_bounded, ours) if kind == "dict" else ours
