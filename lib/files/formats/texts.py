"""Text files of all kinds: what they say, without what nobody reads."""

from dataclasses import dataclass

from lib.domain.text.sentences import Sentence, sentence
from lib.files.formats import mails, notebooks
from lib.files.formats.cleaning import Cleaned, is_text, without_controls, without_files
from lib.files.formats.encodings import Decoded, decode
from lib.files.formats.kinds import Unreadable


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file."""

    text: str
    media_type: str
    notes: tuple[Sentence, ...] = ()
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
        raise Unreadable("unknown_encoding" if is_text(head, is_old=False) else "no_text")
    if not is_text(found.text[:1_000_000], is_old=bool(found.encoding)):
        raise Unreadable("no_text")
    return found


def _cleaned(text: str, most_characters: int) -> Cleaned:
    """Clean only the beginning of a text, unless too little of it would remain."""
    for head in (text[: 4 * most_characters], text):
        shown = without_controls(head)
        cleaned = without_files(shown.text)
        if len(cleaned.text) > most_characters:
            break
    return Cleaned(cleaned.text, (*shown.notes, *cleaned.notes))


def _of_encoding(found: Decoded) -> tuple[Sentence, ...]:
    notes = []
    if not found.is_certain:
        notes.append(sentence("uncertain_encoding", encoding=found.encoding))
    elif found.encoding and not found.encoding.startswith("UTF"):
        notes.append(sentence("read_as", encoding=found.encoding))
    if found.broken:
        notes.append(sentence("broken_places", count=found.broken))
    return tuple(notes)
