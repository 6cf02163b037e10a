"""Text files of all kinds: what they say, without what nobody reads."""

from dataclasses import dataclass

from lib.files.formats import mails, notebooks
from lib.files.formats.cleaning import Cleaned, is_text, without_controls, without_files
from lib.files.formats.encodings import Decoded, decode
from lib.files.formats.kinds import Unreadable

NO_TEXT = "cannot be read here; images, PDF and text of all kinds (CSV, JSON, code) can"
UNKNOWN_ENCODING = "is in an encoding that is not known here; save it as UTF-8"


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file."""

    text: str
    media_type: str
    notes: tuple[str, ...] = ()
    """What was left out and what is uncertain, a sentence each."""


def read(data: bytes, most_characters: int) -> Document:
    """Read a text file, slightly more than `most_characters` if it is longer. Raises `Unreadable`."""
    if mail := mails.read(data, most_characters):
        return _document("message/rfc822", mail)
    found = _text(data)
    if notebook := notebooks.read(found.text, most_characters):
        return _document("application/x-ipynb+json", notebook)
    cleaned = _cleaned(found.text, most_characters)
    return Document(cleaned.text, "text/plain", (*_of_encoding(found), *cleaned.notes))


def _document(media_type: str, told: Cleaned) -> Document:
    cleaned = without_files(told.text)
    return Document(cleaned.text, media_type, (*told.notes, *cleaned.notes))


def _text(data: bytes) -> Decoded:
    found = decode(data)
    if found is None:
        head = data.decode("latin-1")[:100_000]
        raise Unreadable(UNKNOWN_ENCODING if is_text(head, is_old=False) else NO_TEXT)
    if not is_text(found.text[:1_000_000], is_old=bool(found.encoding)):
        raise Unreadable(NO_TEXT)
    return found


def _cleaned(text: str, most_characters: int) -> Cleaned:
    """Clean only the beginning of a text, unless too little of it would remain."""
    for head in (text[: 4 * most_characters], text):
        shown = without_controls(head)
        cleaned = without_files(shown.text)
        if len(cleaned.text) > most_characters:
            break
    return Cleaned(cleaned.text, (*shown.notes, *cleaned.notes))


def _of_encoding(found: Decoded) -> tuple[str, ...]:
    notes = []
    if not found.is_certain:
        notes.append(
            f"Its encoding is not known for certain: it was read as {found.encoding}. "
            "If letters are wrong, save it as UTF-8."
        )
    elif found.encoding and not found.encoding.startswith("UTF"):
        notes.append(f"It was read as {found.encoding}.")
    if found.broken:
        places = "1 place was" if found.broken == 1 else f"{found.broken:,} places were"
        notes.append(f"{places} no text and read “�”.")
    return tuple(notes)
