"""Sentences of ours that are stored: a code with its values. Their words are made where they are drawn.

So a tape, a file's note or an export reads in the language of whoever opens it. What a model or a gateway
said is text, and stays as it was.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `str` gives it in the language of whoever is being answered."""

    code: str
    """Its row in `sentence_table.py`. One that this version does not know reads as itself."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What stands in its places: texts, numbers, other sentences. `count` chooses the form of the plural."""

    def __hash__(self) -> int:
        return hash(self.code)

    def with_texts(self, change: Callable[[str], str]) -> "Sentence":
        """Return the sentence with each of its texts changed, as by a mask."""
        return Sentence(self.code, {name: _changed(value, change) for name, value in self.values.items()})

    def __str__(self) -> str:
        # Here: the process that reads an upload only names sentences, and what shows them takes it longer to
        # import than most files take to read.
        from lib.domain.text.sentence_table import SENTENCES
        from lib.i18n import formats
        from lib.i18n.translation import gettext, ngettext

        forms = SENTENCES.get(self.code)
        if forms is None:  # never a template: an import may hold anything
            return self.code
        if isinstance(forms, tuple):
            template = ngettext(*forms, _count(self.values))
        else:
            template = gettext(forms) if forms else ""
        shown = {name: _shown(value, formats.number) for name, value in self.values.items()}
        return template.format_map(_Shown(shown))


FULL_WIDTH = "。！？：；"
"""What ends a Chinese sentence, with room after it."""
Said = str | Sentence
"""A sentence of ours, or a text: of a server, or of an export that is older than the sentences' codes."""


def sentence(code: str, **values: Any) -> Sentence:
    """Return a sentence of the table with its values."""
    return Sentence(code, values)


def read(said: Any) -> Said:
    """Return the sentence in JSON that `dataclasses.asdict` made; anything else as a text."""
    match said:
        case {"code": str(code), "values": dict() as values}:
            return Sentence(code, values)
    return str(said)


def joined(sentences: Iterable[Said]) -> str:
    """Return sentences as one text, with a space between two; a full-width sign has its own."""
    text = ""
    for said in filter(None, map(str, sentences)):
        text += said if text[-1:] in ("", *FULL_WIDTH) else f" {said}"
    return text


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case Sentence():
            return value.with_texts(change)
        case {"code": str()}:
            return _changed(read(value), change)
    return value


class _Shown(dict[str, str]):
    """Values by their names; one that is missing in an export reads as a gap."""

    def __missing__(self, name: str) -> str:
        return "…"


def _count(values: Mapping[str, Any]) -> float:
    count = values.get("count")
    return count if isinstance(count, int | float) else 2


def _shown(value: Any, number: Any) -> str:
    if isinstance(value, int | float):
        return str(number(value, 0 if value == int(value) else 1))
    return str(read(value) if isinstance(value, dict) else value)
