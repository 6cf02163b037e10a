"""Pasted structured output and tools, checked and converted to the API's format.

Anything unusable raises a `ValueError` whose text ends a sentence: "The schema" `is not JSON: …`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from lib.domain.text.validation import DEEPEST_VALUE
from lib.i18n.translation import lazy

LONGEST_JSON = 100_000
"""Characters of a pasted definition; more would not fit into many models' context anyway."""
DEEPEST_DEFINITION = DEEPEST_VALUE - 3
"""Levels of lists and objects, so that an export that contains the definition can be read."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""OpenAI's rule for the name of a schema or a function."""


def parse_schema(text: str) -> dict[str, Any]:
    """A `response_format` from a JSON schema: a bare one, a named one, or the whole parameter."""
    given = _parsed(text)
    if not isinstance(given, dict):
        raise ValueError(lazy("must be a JSON object."))
    if given.get("type") == "json_schema":
        given = given.get("json_schema")
    elif not isinstance(given.get("schema"), dict):
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", str(given.get("title", ""))).strip("_")[:64]
        given = {"name": name or "answer", "schema": given, "strict": True}
    if not isinstance(given, dict) or not isinstance(given.get("schema"), dict):
        raise ValueError(lazy("needs an object “schema” inside “json_schema”."))
    _check_name(given.get("name"))
    return {"type": "json_schema", "json_schema": given}


def parse_tools(text: str) -> tuple[dict[str, Any], ...]:
    """The `tools` parameter from a list of tools or a single one; bare functions are wrapped."""
    given = _parsed(text)
    tools = [_tool(tool) for tool in (given if isinstance(given, list) else [given])]
    if not tools:
        raise ValueError(lazy("is empty."))
    names = function_names(tools)
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(lazy("names “{twice}” twice.", twice=twice))
    return tuple(tools)


def function_names(tools: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """The names of the functions among tools; imported tools may have any format."""
    functions = (tool.get("function") for tool in tools or ())
    names = (function.get("name") for function in functions if isinstance(function, Mapping))
    return [name for name in names if isinstance(name, str)]


def schema_text(response_format: Mapping[str, Any] | None) -> str:
    """A schema for its text field, in the form that is sent."""
    is_schema = response_format is not None and response_format.get("type") == "json_schema"
    return json.dumps(response_format, ensure_ascii=False, indent=2) if is_schema else ""


def tools_text(tools: Sequence[Mapping[str, Any]] | None) -> str:
    """Tools for their text field, in the form that is sent."""
    return json.dumps(list(tools), ensure_ascii=False, indent=2) if tools else ""


def _tool(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ValueError(lazy("must contain only JSON objects."))
    function = given.get("function")
    if not isinstance(function, dict):
        if given.get("type", "function") != "function":
            return given  # a tool of the gateway, such as a web search
        function = {key: value for key, value in given.items() if key != "type"}
    _check_name(function.get("name"))
    if not isinstance(function.get("parameters", {}), dict):
        raise ValueError(
            lazy("must give “{function}” an object as its parameters.", function=function["name"])
        )
    return {"type": "function", "function": function}


def _check_name(name: Any) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            lazy("needs a “name” of 1 to 64 letters, digits, - or _ in each of its definitions.")
        )


def _parsed(text: str) -> Any:
    if not text.strip():
        raise ValueError(lazy("is empty."))
    if len(text) > LONGEST_JSON:
        raise ValueError(lazy("must not be longer than {most} characters.", most=LONGEST_JSON))
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except json.JSONDecodeError as error:
        raise ValueError(
            lazy(
                "is not JSON: {msg}, line {lineno}, column {colno}.",
                msg=error.msg,
                lineno=error.lineno,
                colno=error.colno,
            )
        ) from None
    except UnicodeEncodeError:
        raise ValueError(lazy("contains half of a character.")) from None
    except ValueError:
        raise ValueError(lazy("contains a number that JSON cannot express.")) from None
    except RecursionError:
        raise ValueError(lazy("is nested too deep.")) from None
    if _depth(value) > DEEPEST_DEFINITION:
        raise ValueError(lazy("is nested too deep."))
    return value


def _depth(value: Any) -> int:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, items), default=0)
