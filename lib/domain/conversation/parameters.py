"""Parameters in words: in the name of a cell, and in a report."""

from collections.abc import Iterator

from lib.domain.conversation.messages import Params
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark

NAMES = {
    "temperature": mark("temperature {}"),
    "top_p": mark("top p {}"),
    "max_tokens": mark("max tokens {}"),
    "seed": mark("seed {}"),
    "presence_penalty": mark("presence penalty {}"),
    "frequency_penalty": mark("frequency penalty {}"),
    "reasoning_effort": mark("reasoning effort {}"),
    "stop": mark("stop sequences {}"),
    "response_format": mark("reply format {}"),
    "tools": mark("tools {}"),
    "tool_choice": mark("tool choice {}"),
    "image_size": mark("image size {}"),
    "image_count": mark("images {}"),
}
"""What is said of each parameter with its value; one that is missing here is called as in the request."""


def in_words(params: Params) -> list[str]:
    """The parameters that are set, the temperature first."""
    body = {name: value for name, value in params.body().items() if name != "stream"}
    ordered = sorted(body, key=lambda name: name != "temperature")
    return [_(NAMES.get(name, f"{name} {{}}")).format(_value(body[name])) for name in ordered]


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else ", ".join(_names(value))


def _names(value: object) -> Iterator[str]:
    """The names in a definition: a schema or a tool is too long to be shown."""
    match value:
        case [*parts]:
            for part in parts:
                yield from _names(part)
        case {"function": dict(inner)} | {"json_schema": dict(inner)}:
            yield from _names(inner)
        case {"name": str(name)} | {"type": str(name)}:
            yield name
        case _:
            yield str(value)
