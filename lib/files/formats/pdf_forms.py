"""What people put into a PDF: its form fields (ISO 32000-1, 12.7) and notes on its pages (12.5.6.6).

A field is a tree: its name, type and value may be in a parent, and it is drawn where its leaves are.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from lib.domain.text.sentences import Sentence, sentence

HIDDEN, NO_VIEW = 1 << 1, 1 << 5
"""Flags of annotations that a page does not show."""
PASSWORD, RADIO, PUSH_BUTTON = 1 << 13, 1 << 15, 1 << 16
"""Flags of fields."""
SHORTEST_KNOWN = 6
"""Characters of a value that is omitted if the page's text has it; a shorter one may match by chance."""
_DEEPEST = 16
_JUST_ON = {"yes", "on", "true", "x", "1", "ja", "oui", "si", "checked"}


class Fields:
    """The filled fields of a document."""

    def __init__(self, reader: PdfReader) -> None:
        form = _dictionary(_dictionary(reader.trailer.get("/Root")).get("/AcroForm"))
        self._roots = list(_dictionaries(form.get("/Fields")))
        self._is_xfa = "/XFA" in form and not self._roots
        self._seen: set[str] = set()

    def on(self, page: Any, text: str) -> list[str]:
        """A line for each field and note on a page that the page's text does not show."""
        lines: dict[str, list[str]] = {}
        notes: list[str] = []
        for annotation in _dictionaries(page.get("/Annots")):
            is_shown = not _flags(annotation, "/F") & (HIDDEN | NO_VIEW)
            if annotation.get("/Subtype") == "/Widget":
                name, value = _field(annotation)
                self._seen.add(name)
                if is_shown and value not in ("", *lines.get(name, ())) and not _is_known(value, text):
                    lines.setdefault(name, []).append(value)
            elif is_shown and annotation.get("/Subtype") in ("/FreeText", "/Text"):
                said = _string(annotation.get("/Contents"))
                notes += [f"Note: {said}"] if said and not _is_known(said, text) else []
        return [*(line for name, values in lines.items() for line in _lines(name, values)), *notes]

    def elsewhere(self) -> list[str]:
        """The same for fields that no page shows, as in damaged files."""
        fields = (_field(leaf) for root in self._roots for leaf in _leaves(root, 0))
        return [
            f"{name}: {value}" for name, value in fields if value and value != "no" and name not in self._seen
        ]

    def notes(self) -> list[Sentence]:
        """What to say about a form whose contents are not in the PDF's own fields."""
        return [sentence("xfa_form")] if self._is_xfa else []


def clean(text: str) -> str:
    """A PDF's text without lone surrogates and NULs."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _lines(name: str, values: list[str]) -> Iterator[str]:
    """Boxes with one name are one choice: if one of them is ticked, the others are omitted."""
    ticked = [value for value in values if value != "no"] or values
    yield from (f"{name}: {value}" for value in ticked)


def _is_known(value: str, text: str) -> bool:
    return len(value) >= SHORTEST_KNOWN and " ".join(value.split()) in " ".join(text.split())


def _field(leaf: DictionaryObject) -> tuple[str, str]:
    """Name and value of the field that a leaf belongs to; an empty value is omitted."""
    line = list(_upwards(leaf))
    label = next((label for each in line if (label := _string(each.get("/TU")))), "")
    name = label or ".".join(part for each in reversed(line) if (part := _string(each.get("/T")))) or "Field"
    kind = _inherited(line, "/FT")
    flags = _inherited(line, "/Ff")
    flags = flags if isinstance(flags, int) else 0
    if kind == "/Btn":
        return name, "" if flags & PUSH_BUTTON else _ticked(leaf, is_radio=bool(flags & RADIO))
    if kind not in ("/Tx", "/Ch") or (kind == "/Tx" and flags & PASSWORD):
        return name, ""
    return name, _chosen(_inherited(line, "/V"), _inherited(line, "/Opt"))


def _ticked(leaf: DictionaryObject, *, is_radio: bool) -> str:
    """A box's value: the name of its state if that means something, otherwise yes or no."""
    state = str(leaf.get("/AS") or leaf.get("/V") or "/Off").removeprefix("/")
    if state == "Off":
        return "" if is_radio else "no"
    return "yes" if state.lower() in _JUST_ON and not is_radio else clean(state)


def _chosen(value: Any, options: Any) -> str:
    """A text, or the chosen options of a list under their visible names."""
    shown = {
        _string(option[0]): _string(option[1])
        for option in (each.get_object() for each in (options if isinstance(options, ArrayObject) else ()))
        if isinstance(option, ArrayObject) and len(option) == 2
    }
    values = [each.get_object() for each in value] if isinstance(value, ArrayObject) else [value]
    texts = [_string(each) for each in values]
    return ", ".join(shown.get(text, text) for text in texts if text)


def _string(value: Any) -> str:
    """A string; a long one may be in a stream of its own."""
    if isinstance(value, StreamObject):
        value = value.get_data()
    if isinstance(value, bytes):
        value = value.decode("utf-16" if value[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8", "replace")
    return clean(value).replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(value, str) else ""


def _upwards(leaf: DictionaryObject) -> Iterator[DictionaryObject]:
    """A leaf and its parents, no deeper than real forms are: a damaged file may contain a cycle."""
    each: Any = leaf
    for _ in range(_DEEPEST):
        if not isinstance(each, DictionaryObject):
            return
        yield each
        each = _dictionary(each.get("/Parent")) or None


def _leaves(field: DictionaryObject, depth: int) -> Iterator[DictionaryObject]:
    kids = list(_dictionaries(field.get("/Kids"))) if depth < _DEEPEST else []
    if not kids:
        yield field
    for kid in kids:
        yield from _leaves(kid, depth + 1)


def _inherited(line: Iterable[DictionaryObject], key: str) -> Any:
    found = next((each.get(key) for each in line if key in each), None)
    return found.get_object() if found is not None and hasattr(found, "get_object") else found


def _flags(holder: DictionaryObject, key: str) -> int:
    value = holder.get(key)
    return value if isinstance(value, int) else 0


def _dictionary(value: Any) -> DictionaryObject:
    found = value.get_object() if hasattr(value, "get_object") else value
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _dictionaries(value: Any) -> Iterator[DictionaryObject]:
    found = value.get_object() if hasattr(value, "get_object") else value
    for each in found if isinstance(found, ArrayObject) else ():
        if held := _dictionary(each):
            yield held
