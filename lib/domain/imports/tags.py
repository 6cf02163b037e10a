"""Elements that a program wrote into markdown, such as `<details type="reasoning">…</details>`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Tag:
    """An element that was found."""

    name: str
    attributes: dict[str, str]
    body: str
    """Its content, unchanged."""


def pieces(text: str, opening: re.Pattern[str]) -> Iterator[str | Tag]:
    """Split a text at its elements. `opening` matches an opening tag, with its `name` and `attributes`.

    An element that is never closed extends to the end of the text: the answer was cut off in it.
    """
    at = 0
    for head in opening.finditer(text):
        if head.start() < at:
            continue
        yield text[at : head.start()]
        closing = f"</{head['name']}>"
        end = text.find(closing, head.end())
        body = text[head.end() : end if end >= 0 else len(text)]
        attributes = {key: unescape(value) for key, value in _ATTRIBUTE.findall(head["attributes"])}
        yield Tag(head["name"], attributes, body)
        at = end + len(closing) if end >= 0 else len(text)
    yield text[at:]
